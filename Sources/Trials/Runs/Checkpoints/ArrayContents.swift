import Storage

/// What a file of arrays holds, and what in it could not be read.
public struct ArrayContents: Sendable {
  /// The arrays, and the text entries where the format has any.
  public var checkpoint = Checkpoint()
  /// The attributes of an HDF5 file that are no text, as they are.
  public var attributes: [String: HDF5Attribute] = [:]
  /// The arrays that cannot be used, and why.
  public var leftOut: [LeftOutArray] = []
  /// What else in the file is not carried, as sentences.
  public var notes: [String] = []

  /// Arrays and text entries.
  public init(_ checkpoint: Checkpoint = Checkpoint()) { self.checkpoint = checkpoint }

  /// The text entries, with the other attributes as JSON texts.
  var texts: [String: String] {
    checkpoint.metadata.merging(attributes.mapValues(\.json.description)) { text, _ in text }
  }

  /// Sentences that name the arrays left out.
  var leftOutNotes: [String] {
    leftOut.prefix(20).map { "array \"\($0.name)\" is left out: \($0.words)" }
      + (leftOut.count > 20 ? ["\(leftOut.count - 20) more arrays are left out"] : [])
  }
}

extension HDF5Attribute {
  /// The value as JSON: a text, a number, or nested lists of them.
  var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .texts(let texts): .array(texts.map { .string($0) })
    case .array(let array): array.json
    }
  }
}

extension StoredArray {
  /// The elements as JSON: one number for a single one, else nested lists.
  var json: JSONValue {
    let elements: [JSONValue] =
      if case .bool(let values) = self.elements {
        values.map { .bool($0) }
      } else if let integers {
        integers.map { .integer($0) }
      } else {
        values(as: Double.self).map { .number($0) }
      }
    return Self.nested(elements[...], shape[...])
  }

  private static func nested(_ elements: ArraySlice<JSONValue>, _ shape: ArraySlice<Int>)
    -> JSONValue
  {
    guard let extent = shape.first else { return elements.first ?? .null }
    let size = shape.dropFirst().reduce(1, *)
    return .array(
      (0..<extent).map { place in
        let start = elements.startIndex + place * size
        return nested(elements[start..<start + size], shape.dropFirst())
      })
  }

  /// The numbers as singles, where the type is one that NumPy and HDF5 lack; `nil` for the others.
  var widened: StoredArray? {
    switch elementType {
    case .bfloat16, .float8e4m3, .float8e5m2: StoredArray(values(as: Float.self), shape: shape)
    default: nil
    }
  }
}
