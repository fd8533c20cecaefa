import TensorCore

/// A linear map of images, plain or transposed convolution: what ``NormalizedConvolutions`` are chains of.
///
/// Its passes come one by one, for models that recompute the input instead of keeping a tape.
public protocol ImageMap<Scalar>: Parameterized {
  /// The weight, `[kernelHeight, kernelWidth, inputs, outputs]`.
  var weight: Tensor<Scalar> { get set }
  /// The bias, `[outputs]`; `nil` for none.
  var bias: Tensor<Scalar>? { get set }
  /// The channels of the input and of the output.
  var inputs: Int { get }
  /// The channels of the output.
  var outputs: Int { get }

  /// The shape of the output for an input of this shape.
  func outputShape(for input: Shape) -> Shape
  /// The output, without a tape.
  func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar>
  /// `dx` for the gradient `du` before the activation and an input of the given shape.
  func inputGradient(_ du: Tensor<Scalar>, input: Shape) -> Tensor<Scalar>
  /// `dW` of a part of a batch, in the layout that it is made in; ``weightGradient(ofTotal:)`` takes the sum over the parts.
  func partialWeightGradient(_ du: Tensor<Scalar>, x: Tensor<Scalar>) -> Tensor<Scalar>
  /// `dW`, shaped like the weight.
  func weightGradient(ofTotal total: Tensor<Scalar>) -> Tensor<Scalar>
  /// The map of some of the input's channels alone, without bias and activation.
  func restricted(toInputs channels: Range<Int>) -> Self
}

extension Convolution: ImageMap {
  /// `dW` of a part of a batch.
  public func partialWeightGradient(_ du: Tensor<Scalar>, x: Tensor<Scalar>) -> Tensor<Scalar> {
    weightGradient(du, x: x)
  }

  /// The total itself.
  public func weightGradient(ofTotal total: Tensor<Scalar>) -> Tensor<Scalar> { total }

  /// The convolution of some of the input's channels alone, without bias and activation.
  public func restricted(toInputs channels: Range<Int>) -> Convolution {
    Convolution(
      weight: weight.slice(channels, along: 2), strides: strides, padding: padding, method: method)
  }
}

extension TransposedConvolution: ImageMap {
  /// `dWᵀ` of a part of a batch: the channels of input and output stand the other way round.
  public func partialWeightGradient(_ du: Tensor<Scalar>, x: Tensor<Scalar>) -> Tensor<Scalar> {
    method.weightGradient(du, x, checkedGeometry(x.shape, du))
  }

  /// `dW` of `dWᵀ`.
  public func weightGradient(ofTotal total: Tensor<Scalar>) -> Tensor<Scalar> {
    let (rows, columns) = (total.shape[2], total.shape[3])
    return Tensor(shape: [total.shape[0], total.shape[1], columns, rows]) { target in
      guard let start = target.baseAddress, target.count > 0 else { return }
      let target = SharedAddress(start)
      parallel(over: total.shape[0] * total.shape[1]) { tap in
        total.withUnsafeBufferPointer {
          transposeBlocks(
            $0.baseAddress! + tap * rows * columns, rows: rows, columns: columns,
            into: target.address + tap * rows * columns)
        }
      }
    }
  }

  /// The transposed convolution of some of the input's channels alone, without bias and activation.
  public func restricted(toInputs channels: Range<Int>) -> TransposedConvolution {
    TransposedConvolution(
      weight: weight.slice(channels, along: 2), strides: strides, padding: padding,
      outputPadding: outputPadding, method: method)
  }
}

/// `target[j, i] = source[i, j]`, in squares that the cache holds.
@specialized(where S == Float)
@specialized(where S == Double)
private func transposeBlocks<S: TensorScalar>(
  _ source: UnsafePointer<S>, rows: Int, columns: Int, into target: UnsafeMutablePointer<S>
) {
  let side = 16
  for top in stride(from: 0, to: rows, by: side) {
    for left in stride(from: 0, to: columns, by: side) {
      for j in left..<min(left + side, columns) {
        for i in top..<min(top + side, rows) { target[j * rows + i] = source[i * columns + j] }
      }
    }
  }
}
