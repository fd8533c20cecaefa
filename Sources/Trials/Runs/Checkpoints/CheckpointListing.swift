import Storage

/// Files of arrays as `tessera checkpoint` prints them.
public enum CheckpointListing {
  /// One row an array: name, type, shape, Euclidean norm, smallest and largest value; then the text entries.
  public static func inspect(_ contents: Checkpoint) -> String {
    inspect(ArrayContents(contents))
  }

  /// The same, and the arrays that are left out with the reason.
  public static func inspect(_ whole: ArrayContents) -> String {
    let contents = whole.checkpoint
    var table = TextTable(
      ["name", "type", "shape", "norm", "min", "max"],
      alignments: [.left, .left, .left, .right, .right, .right])
    for (name, array) in sorted(contents) {
      let values = array.values(as: Double.self)
      table.add([
        name, array.elementType.rawValue, "\(array.shape)", NumberFormat.short(norm(values)),
        NumberFormat.short(least(values)), NumberFormat.short(most(values)),
      ])
    }
    let count = contents.tensors.values.reduce(0) { $0 + $1.count }
    var text = table.text + "\n\(contents.tensors.count) arrays, \(count) numbers\n"
    for (name, value) in whole.texts.sorted(by: { $0.key < $1.key }) {
      text += "\(name): \(value)\n"
    }
    if !whole.leftOut.isEmpty { text += "left out: \(whole.leftOut.count)\n" }
    for array in whole.leftOut { text += "  \(array.name): \(array.words)\n" }
    return text
  }

  /// The same as `{arrays: [{name, type, shape, norm, min, max}], metadata, leftOut: [{name, reason}]}`.
  public static func inspection(_ contents: Checkpoint) -> JSONValue {
    inspection(ArrayContents(contents))
  }

  /// The same of what could be read of a file.
  public static func inspection(_ whole: ArrayContents) -> JSONValue {
    let contents = whole.checkpoint
    return [
      "arrays": .array(
        sorted(contents).map { name, array in
          let values = array.values(as: Double.self)
          return [
            "name": .string(name), "type": .string(array.elementType.rawValue),
            "shape": .array(array.shape.map { .integer($0) }), "norm": .number(norm(values)),
            "min": least(values).map { .number($0) } ?? .null,
            "max": most(values).map { .number($0) } ?? .null,
          ]
        }),
      "metadata": .object(
        whole.texts.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
      "leftOut": .array(
        whole.leftOut.map { ["name": .string($0.name), "reason": .string($0.words)] }),
    ]
  }

  /// The smallest value; NaN where there is one, wherever it stands; `nil` without values.
  private static func least(_ values: [Double]) -> Double? {
    values.contains(where: \.isNaN) ? .nan : values.min()
  }

  /// The largest value, likewise.
  private static func most(_ values: [Double]) -> Double? {
    values.contains(where: \.isNaN) ? .nan : values.max()
  }

  private static func sorted(_ contents: Checkpoint) -> [(String, StoredArray)] {
    contents.tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private static func norm(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
