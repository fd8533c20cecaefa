import Synchronization
import TensorCore

/// What the fast form of a convolution lays out again of its weight: made when a pass first asks for it, then kept.
///
/// A layer holds the layouts of its weight and takes new ones when the weight changes; copies of the layer share them. A
/// weight is thus laid out once a training step, however many shards go through the layer, and once for all in a model at
/// rest. Each layout that was asked for takes the memory of the weight with its columns rounded up to sixteen, until the
/// weight changes in every copy. The thread that asks first lays out alone, while others that ask wait.
final class WeightLayouts<Scalar: TensorScalar>: Sendable {
  /// For the output: see ``ImplicitConvolution/packed(_:isExchanged:)``.
  let output = Memo<Tensor<Scalar>>()
  /// For the input's gradient: see ``ImplicitConvolution/packedPhases(_:_:isExchanged:)``.
  let phases = Memo<[Tensor<Scalar>]>()
  private let subpixels = Mutex<[Int: SubpixelLayouts<Scalar>]>([:])

  /// For outputs that become `factor × factor` pixels: see ``Convolution/subpixels(_:factor:)``.
  func subpixels(factor: Int) -> SubpixelLayouts<Scalar> {
    subpixels.withLock { kept in
      if let layouts = kept[factor] { return layouts }
      let layouts = SubpixelLayouts<Scalar>()
      kept[factor] = layouts
      return layouts
    }
  }
}

/// The layouts of a weight whose outputs become pixels.
struct SubpixelLayouts<Scalar: TensorScalar>: Sendable {
  /// For each row of the pixels, the packed weight of its outputs, those of a pixel side by side.
  let rows = Memo<[Tensor<Scalar>]>()
  /// The packed weight of the convolution that one with a 1 × 1 kernel and such outputs is the adjoint of.
  let adjoint = Memo<Tensor<Scalar>>()
}

/// A value that is made when it is first asked for, once for all threads.
final class Memo<Value: Sendable>: Sendable {
  private let kept = Mutex<Value?>(nil)

  /// The value; `make` is called if there is none yet, while other threads wait.
  func callAsFunction(_ make: () -> Value) -> Value {
    kept.withLock { kept in
      if let kept { return kept }
      let value = make()
      kept = value
      return value
    }
  }
}
