/// The beginning and the end of a file, which tell what it is.
public struct FileSample: Sendable {
  /// The bytes of either end that are looked at.
  static let length = 1 << 16

  /// The first bytes.
  let head: [UInt8]
  /// The last bytes; the same as ``head`` for a short file.
  let tail: [UInt8]
  /// The bytes of the whole file.
  let count: Int
  /// What it is; `nil` for bytes that begin like nothing known.
  public let kind: FileKind?

  /// Looks at all bytes of a file.
  public init(_ bytes: [UInt8]) {
    self.init(
      head: Array(bytes.prefix(Self.length)), tail: Array(bytes.suffix(Self.length)),
      count: bytes.count)
  }

  /// Looks at a file.
  ///
  /// - Throws: ``StorageError/unreadable(path:at:expected:found:advice:)``.
  public init(reading path: String) throws(StorageError) {
    let file = try Descriptor(reading: path)
    let count = try file.size()
    let length = min(count, Self.length)
    self.init(
      head: try file.read(at: 0, count: length),
      tail: try file.read(at: count - length, count: length), count: count)
  }

  private init(head: [UInt8], tail: [UInt8], count: Int) {
    (self.head, self.tail, self.count) = (head, tail, count)
    kind = FileKind(head: head, tail: tail, count: count)
  }

  /// What it is in words, with the beginning of a text.
  public var words: String {
    guard let kind else {
      let start = head.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
      return "a file that begins with \(start.joined(separator: " "))"
    }
    switch kind {
    case .zeros: return "\(kind.name) (\(count) bytes)"
    case .json, .text, .xml: return "\(kind.name) that begins with \"\(beginning)\""
    default: return kind.name
    }
  }

  /// The first letters of a text, on one line.
  private var beginning: String {
    let text = String(decoding: head.prefix(240), as: UTF8.self)
    let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      .filter { $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } }
    return line.count > 60 ? line.prefix(60) + "…" : line
  }

  /// Throws if the file is known to be of another kind than the reader's.
  ///
  /// - Parameters:
  ///   - wanted: what the reader reads.
  ///   - path: the file.
  ///   - place: where the reader looked.
  /// - Throws: ``StorageError/malformed(path:at:expected:found:advice:)`` with what it is and what to do.
  public func check(is wanted: FileKind, path: String, at place: String) throws(StorageError) {
    guard let kind, kind != wanted else { return }
    throw error(wanted, path: path, at: place)
  }

  /// What a person can do who has such a file in the place of one of kind `wanted`.
  public func advice(for path: String, wanted: FileKind) -> String {
    guard let kind else {
      return "the file is damaged or not of this format: fetch or write it again"
    }
    if kind == .json, String(decoding: head, as: UTF8.self).contains("\"weight_map\"") {
      return "this is the index of a checkpoint in several files: name one of those that it lists"
    }
    return kind.advice(for: path, wanted: wanted)
  }

  /// The error for a file that is not of the reader's kind.
  public func error(_ wanted: FileKind, path: String, at place: String) -> StorageError {
    if kind == .empty {
      return .truncated(
        path: path, at: place, expected: wanted.name, found: words,
        advice: advice(for: path, wanted: wanted))
    }
    return .malformed(
      path: path, at: place, expected: wanted.name, found: words,
      advice: advice(for: path, wanted: wanted))
  }
}
