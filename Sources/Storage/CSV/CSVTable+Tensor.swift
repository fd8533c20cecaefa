import TensorCore

extension CSVTable {
  /// Several numeric columns as a tensor of shape `[rows, columns]`.
  ///
  /// - Throws: ``StorageError`` as ``doubles(_:missing:)`` does.
  public func tensor<Scalar: TensorScalar>(
    _ names: [String], as type: Scalar.Type = Scalar.self, missing: Double? = nil
  ) throws(StorageError) -> Tensor<Scalar> {
    var scalars = [Scalar](repeating: 0, count: rowCount * names.count)
    for (column, name) in names.enumerated() {
      for (row, value) in try doubles(name, missing: missing).enumerated() {
        scalars[row * names.count + column] = Scalar(value)
      }
    }
    return Tensor(shape: [rowCount, names.count], scalars: scalars)
  }
}
