import Layers
import TensorCore

/// Columns with mean 0 and unbiased variance 1, and the backward of making them so, as one value.
struct Standardized<Scalar: TensorScalar>: Sendable {
  let y: Tensor<Scalar>
  private let tape: ColumnStandardization<Scalar>.Tape

  init(_ x: Tensor<Scalar>) { (y, tape) = ColumnStandardization().forward(x) }

  /// The gradient with respect to the columns before, for `g` with respect to ``y``; zero for a constant column.
  func backward(_ g: Tensor<Scalar>) -> Tensor<Scalar> {
    ColumnStandardization().backward(g, through: tape).dx
  }
}
