import Foundation

/// The safetensors format: an 8-byte header length, a JSON header, then the arrays' bytes without gaps.
///
/// Reading is strict: what the reference reader would refuse is refused here, with the place and the
/// reason (format description: huggingface/safetensors, README).
public enum Safetensors {
  /// The reference reader's limit on the length of the header, in bytes.
  static let longestHeader = 100_000_000

  /// Reads all arrays and the text entries of a file.
  ///
  /// - Throws: ``StorageError`` if the file cannot be read, was cut short, or breaks a rule of the format.
  public static func read(
    from path: String
  ) throws(StorageError) -> (tensors: [String: StoredArray], metadata: [String: String]) {
    try decode(FileBytes.read(path), path: path)
  }

  /// Replaces the file at `path` by one with these arrays and text entries.
  ///
  /// Equal contents give equal bytes: the order is by element size, then by name.
  ///
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``; the old file is then intact.
  public static func write(
    _ tensors: [String: StoredArray], metadata: [String: String] = [:], to path: String
  ) throws(StorageError) {
    let entries = ordered(tensors)
    let header = try header(of: entries, metadata: metadata, path: path)
    try AtomicFile.write(to: path) { (stream) throws(StorageError) in
      try stream.write(header)
      for entry in entries {
        let failure = entry.array.elements.withUnsafeBytes { bytes -> StorageError? in
          do throws(StorageError) { try stream.write(bytes) } catch { return error }
          return nil
        }
        if let failure { throw failure }
      }
    }
  }

  typealias Entry = (name: String, array: StoredArray)

  /// Wide elements first, so that each array starts at a multiple of its element size.
  static func ordered(_ tensors: [String: StoredArray]) -> [Entry] {
    tensors.map { (name: $0.key, array: $0.value) }.sorted {
      let (left, right) = ($0.array.elementType.byteCount, $1.array.elementType.byteCount)
      return left != right ? left > right : $0.name < $1.name
    }
  }

  /// The length and the JSON, padded with spaces to a multiple of 8 bytes.
  static func header(
    of entries: [Entry], metadata: [String: String], path: String
  ) throws(StorageError) -> [UInt8] {
    var members: [JSONValue.Member] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }
      members.append(
        .init("__metadata__", .object(texts.map { .init($0.key, .string($0.value)) })))
    }
    var offset = 0
    for (name, array) in entries {
      guard name != "__metadata__" else {
        throw .unwritable(
          path: path, at: "header", expected: "names of arrays", found: "\"__metadata__\"",
          advice: "rename the array: the format keeps that name for its text entries")
      }
      let end = offset + array.count * array.elementType.byteCount
      let fields: JSONValue = [
        "dtype": .string(array.elementType.safetensorsName),
        "shape": .array(array.shape.map { .integer($0) }),
        "data_offsets": [.integer(offset), .integer(end)],
      ]
      members.append(.init(name, fields))
      offset = end
    }
    var json = JSONValue.object(members).utf8
    while json.count % 8 != 0 { json.append(0x20) }
    guard json.count <= longestHeader else {
      throw .unwritable(
        path: path, at: "header", expected: "at most \(longestHeader) bytes",
        found: "\(json.count)", advice: "put fewer arrays or shorter texts into one file")
    }
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
  }
}

extension ElementType {
  /// The format's word for the type.
  var safetensorsName: String {
    switch self {
    case .float64: "F64"
    case .float32: "F32"
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .float8e4m3: "F8_E4M3"
    case .float8e5m2: "F8_E5M2"
    case .int64: "I64"
    case .int32: "I32"
    case .int16: "I16"
    case .int8: "I8"
    case .uint64: "U64"
    case .uint32: "U32"
    case .uint16: "U16"
    case .uint8: "U8"
    case .bool: "BOOL"
    }
  }
}
