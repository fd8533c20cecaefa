import Synchronization
import TensorCore

/// What the fast form of a convolution lays out anew of its weight: made when a pass first asks for it, then kept.
///
/// A layer holds the layouts of its weight and takes new ones when the weight changes. Copies of the layer share them: a
/// weight is laid out once a training step, however many shards go through the layer, and once for all in a model at rest.
/// Each that is asked for takes the weight's memory again.
final class WeightLayouts<Scalar: TensorScalar>: Sendable {
  /// For the output: see ``ImplicitConvolution/packed(_:isExchanged:)``.
  let output = Memo<Tensor<Scalar>>()
  /// For the input's gradient: see ``ImplicitConvolution/packedPhases(_:_:isExchanged:)``.
  let phases = Memo<[Tensor<Scalar>]>()
  /// For outputs that are laid out as pixels: see ``Convolution/subpixels(_:factor:)``.
  let subpixels = Memo<SubpixelLayout<Scalar>>()
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
