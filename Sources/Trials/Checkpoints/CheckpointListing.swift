import Storage

/// Files of arrays as `tessera checkpoint` prints them.
public enum CheckpointListing {
  /// One row an array: name, type, shape, Euclidean norm, smallest and largest value; then the text entries.
  public static func inspect(_ contents: Checkpoint) -> String {
    var table = TextTable(
      ["name", "type", "shape", "norm", "min", "max"],
      alignments: [.left, .left, .left, .right, .right, .right])
    for (name, array) in sorted(contents) {
      let values = array.values(as: Double.self)
      table.add([
        name, array.elementType.rawValue, "\(array.shape)", NumberFormat.short(norm(values)),
        NumberFormat.short(values.min()), NumberFormat.short(values.max()),
      ])
    }
    let count = contents.tensors.values.reduce(0) { $0 + $1.count }
    var text = table.text + "\n\(contents.tensors.count) arrays, \(count) numbers\n"
    for (name, value) in contents.metadata.sorted(by: { $0.key < $1.key }) {
      text += "\(name): \(value)\n"
    }
    return text
  }

  /// The same as `{arrays: [{name, type, shape, norm, min, max}], metadata}`.
  public static func inspection(_ contents: Checkpoint) -> JSONValue {
    [
      "arrays": .array(
        sorted(contents).map { name, array in
          let values = array.values(as: Double.self)
          return [
            "name": .string(name), "type": .string(array.elementType.rawValue),
            "shape": .array(array.shape.map { .integer($0) }), "norm": .number(norm(values)),
            "min": values.min().map { .number($0) } ?? .null,
            "max": values.max().map { .number($0) } ?? .null,
          ]
        }),
      "metadata": .object(
        contents.metadata.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
    ]
  }

  private static func sorted(_ contents: Checkpoint) -> [(String, StoredArray)] {
    contents.tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private static func norm(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
