import TensorCore

extension StoredArray {
  /// A tensor's elements in its own precision.
  public init<Scalar: TensorScalar>(_ tensor: Tensor<Scalar>) {
    let scalars = tensor.scalars
    let elements: Elements =
      if let values = scalars as? [Float] { .float32(values) } else {
        .float64(scalars.map { Double($0) })
      }
    self.init(shape: tensor.shape.dimensions, elements: elements)
  }

  /// The elements as a tensor, converted where the precision differs.
  public func tensor<Scalar: TensorScalar>(as type: Scalar.Type = Scalar.self) -> Tensor<Scalar> {
    Tensor(shape: Shape(shape), scalars: values(as: Scalar.self))
  }
}
