import TensorCore

extension Checkpoint {
  /// Puts a tensor under a name, in its own precision.
  public mutating func set<Scalar: TensorScalar>(_ name: String, _ tensor: Tensor<Scalar>) {
    tensors[name] = StoredArray(tensor)
  }

  /// The tensor of a name, converted to the precision asked for.
  ///
  /// - Parameter shape: if given, the shape that it must have.
  /// - Throws: ``StorageError/missing(path:at:expected:found:advice:)`` or
  ///   ``StorageError/mismatched(path:at:expected:found:advice:)``.
  public func tensor<Scalar: TensorScalar>(
    _ name: String, as type: Scalar.Type = Scalar.self, shape: Shape? = nil
  ) throws(StorageError) -> Tensor<Scalar> {
    let array = try array(name)
    if let shape, shape.dimensions != array.shape {
      throw .mismatched(
        path: path, at: "array \"\(name)\"", expected: "shape \(shape.dimensions)",
        found: "\(array.shape)", advice: "the checkpoint belongs to a model of another size")
    }
    return array.tensor(as: Scalar.self)
  }
}
