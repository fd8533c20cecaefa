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

  /// Puts tensors under the names `prefix/name`: the part of a state, such as a model or an optimiser.
  public mutating func set<Scalar: TensorScalar>(
    under prefix: String, _ tensors: [(name: String, value: Tensor<Scalar>)]
  ) {
    for (name, value) in tensors { set("\(prefix)/\(name)", value) }
  }

  /// The tensors under `prefix/`, by the rest of their names, converted to the precision asked for.
  ///
  /// - Throws: ``StorageError`` as ``tensor(_:as:shape:)``.
  public func tensors<Scalar: TensorScalar>(
    under prefix: String, as type: Scalar.Type = Scalar.self
  ) throws(StorageError) -> [String: Tensor<Scalar>] {
    var found: [String: Tensor<Scalar>] = [:]
    for name in tensors.keys where name.hasPrefix(prefix + "/") {
      found[String(name.dropFirst(prefix.count + 1))] = try tensor(name)
    }
    return found
  }
}
