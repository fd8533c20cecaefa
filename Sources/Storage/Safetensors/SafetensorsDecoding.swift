import Foundation

extension Safetensors {
  /// Where an array lies and what it is, as the header says.
  private struct Place {
    let name: String
    /// The format's word for the type, and the type; `nil` for one that is not read.
    let typeName: String
    let type: ElementType?
    let shape: [Int]
    let begin: Int
    let end: Int
  }

  /// Reads the bytes of a whole file; `path` is for the errors.
  ///
  /// - Throws: ``StorageError`` if the bytes were cut short or break a rule of the format, or an array is of a type that is
  ///   not read.
  public static func decode(
    _ bytes: [UInt8], path: String
  ) throws(StorageError) -> (tensors: [String: StoredArray], metadata: [String: String]) {
    let found = try contents(of: bytes, path: path)
    if let first = found.leftOut.first { throw first.reason }
    return (found.tensors, found.metadata)
  }

  /// Reads the bytes of a whole file, and says which arrays are of types that are not read; `path` is for the errors.
  ///
  /// - Throws: ``StorageError`` if the bytes were cut short or break a rule of the format.
  public static func contents(
    of bytes: [UInt8], path: String
  ) throws(StorageError) -> (
    tensors: [String: StoredArray], metadata: [String: String], leftOut: [LeftOutArray]
  ) {
    try FileSample(bytes).check(is: .safetensors, path: path, at: "byte 0")
    guard bytes.count >= 8 else {
      throw .truncated(
        path: path, at: "byte 0", expected: "8 bytes of header length", found: "\(bytes.count)")
    }
    let announced = bytes.withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))
    }
    guard announced <= UInt64(longestHeader) else {
      throw .malformed(
        path: path, at: "byte 0", expected: "a header of at most \(longestHeader) bytes",
        found: "\(announced)", advice: "this is no safetensors file, or it is damaged")
    }
    let dataStart = 8 + Int(announced)
    guard bytes.count >= dataStart else {
      throw .truncated(
        path: path, at: "header", expected: "\(announced) bytes", found: "\(bytes.count - 8)")
    }
    guard announced > 0, bytes[8] == UInt8(ascii: "{") else {
      throw .malformed(
        path: path, at: "byte 8", expected: "'{'",
        found: announced == 0 ? "an empty header" : "the byte \(bytes[8])",
        advice: "this is no safetensors file, or it is damaged")
    }
    let header = try JSONValue(parsing: bytes[8..<dataStart], path: path, location: "header")
    guard case .object(let members) = header else {
      throw .malformed(path: path, at: "header", expected: "a JSON object", found: "\(header)")
    }
    var metadata: [String: String] = [:]
    var places: [Place] = []
    for member in members {
      if member.name == "__metadata__" {
        metadata = try texts(member.value, path: path)
      } else {
        places.append(try place(member, path: path))
      }
    }
    try checkCover(places, dataCount: bytes.count - dataStart, path: path)
    var tensors: [String: StoredArray] = [:]
    var leftOut: [LeftOutArray] = []
    for place in places {
      guard let type = place.type else {
        leftOut.append(LeftOutArray(place.name, unsupported(place, path: path)))
        continue
      }
      let elements = bytes.withUnsafeBytes {
        StoredArray.Elements(
          type,
          bytes: UnsafeRawBufferPointer(
            rebasing: $0[(dataStart + place.begin)..<(dataStart + place.end)]))
      }
      tensors[place.name] = StoredArray(shape: place.shape, elements: elements)
    }
    return (tensors, metadata, leftOut)
  }

  private static func unsupported(_ place: Place, path: String) -> StorageError {
    .unsupported(
      path: path, at: "header, array \"\(place.name)\", dtype",
      expected: ElementType.allCases.map(\.safetensorsName).joined(separator: ", "),
      found: place.typeName, advice: "convert it to one of these from Python")
  }

  private static func texts(
    _ value: JSONValue, path: String
  ) throws(StorageError) -> [String: String] {
    var texts: [String: String] = [:]
    guard case .object(let members) = value else {
      throw .malformed(
        path: path, at: "header, \"__metadata__\"", expected: "an object of strings",
        found: "\(value)")
    }
    for member in members {
      guard let text = member.value.stringValue else {
        throw .malformed(
          path: path, at: "header, \"__metadata__\", \"\(member.name)\"", expected: "a string",
          found: "\(member.value)")
      }
      texts[member.name] = text
    }
    return texts
  }

  private static func place(
    _ member: JSONValue.Member, path: String
  ) throws(StorageError) -> Place {
    func broken(_ field: String, _ expected: String) -> StorageError {
      .malformed(
        path: path, at: "header, array \"\(member.name)\", \(field)", expected: expected,
        found: member.value[field].map { "\($0)" } ?? "nothing")
    }
    guard case .object(let fields) = member.value,
      Set(fields.map(\.name)) == ["dtype", "shape", "data_offsets"]
    else {
      throw .malformed(
        path: path, at: "header, array \"\(member.name)\"",
        expected: "dtype, shape and data_offsets", found: "\(member.value)")
    }
    guard let typeName = member.value["dtype"]?.stringValue else {
      throw broken("dtype", "a string")
    }
    let type = ElementType.allCases.first { $0.safetensorsName == typeName }
    guard let shape = counts(member.value["shape"]) else {
      throw broken("shape", "a list of counts")
    }
    guard let offsets = counts(member.value["data_offsets"]), offsets.count == 2,
      offsets[0] <= offsets[1]
    else { throw broken("data_offsets", "[begin, end] with begin ≤ end") }
    if let type {
      guard let byteCount = byteCount(of: shape, type) else {
        throw broken("shape", "a size that fits 64 bits")
      }
      guard byteCount == offsets[1] - offsets[0] else {
        throw broken("data_offsets", "\(byteCount) bytes for shape \(shape) of \(typeName)")
      }
    }
    return Place(
      name: member.name, typeName: typeName, type: type, shape: shape, begin: offsets[0],
      end: offsets[1])
  }

  private static func counts(_ value: JSONValue?) -> [Int]? {
    guard case .array(let values) = value else { return nil }
    var counts: [Int] = []
    for value in values {
      guard case .integer(let count) = value, count >= 0 else { return nil }
      counts.append(count)
    }
    return counts
  }

  /// The arrays must lie end to end and fill the data part: no overlap, no gap, nothing behind.
  private static func checkCover(
    _ places: [Place], dataCount: Int, path: String
  ) throws(StorageError) {
    var end = 0
    for place in places.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      guard place.begin == end else {
        throw .malformed(
          path: path, at: "header, array \"\(place.name)\", data_offsets",
          expected: "a start at \(end), where the array before ends",
          found: "\(place.begin) (\(place.begin < end ? "an overlap" : "a gap"))")
      }
      end = place.end
    }
    if dataCount < end {
      throw .truncated(
        path: path, at: "data", expected: "\(end) bytes", found: "\(dataCount)")
    }
    guard dataCount == end else {
      throw .malformed(
        path: path, at: "data", expected: "\(end) bytes", found: "\(dataCount)",
        advice: "bytes follow the last array: the file is damaged")
    }
  }
}

/// The size in bytes of an array of that shape, or nil where it does not fit 64 bits.
///
/// A zero extent makes the array empty, yet the product of the others must fit too.
func byteCount(of shape: [Int], _ type: ElementType) -> Int? {
  var product = type.byteCount
  for extent in shape {
    let (next, overflow) = product.multipliedReportingOverflow(by: max(extent, 1))
    guard extent >= 0, !overflow else { return nil }
    product = next
  }
  return shape.contains(0) ? 0 : product
}
