import Foundation

/// An append-only log of JSON values, one per line.
///
/// A line is written whole or not at all. ``length`` goes into a checkpoint; after a crash,
/// ``truncate(to:)`` takes the file back to that checkpoint, so that a resumed run repeats no line.
public final class JSONLines: Sendable {
  private let file: AppendingFile

  /// Opens the log, or creates it.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - length: if given, the file is cut back to that many bytes.
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``, or
  ///   ``StorageError/mismatched(path:at:expected:found:advice:)`` if the file is shorter than `length`.
  public init(appendingTo path: String, truncatedTo length: Int? = nil) throws(StorageError) {
    file = try AppendingFile(path)
    if let length { try file.truncate(to: length) }
  }

  /// The file's length in bytes.
  public var length: Int { file.length }

  /// Appends one line.
  ///
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``, as on a full disk.
  public func append(_ value: JSONValue) throws(StorageError) {
    try file.append(value.utf8 + [0x0a])
  }

  /// Cuts the log back to a length it had before.
  ///
  /// - Throws: ``StorageError/mismatched(path:at:expected:found:advice:)`` if it is shorter.
  public func truncate(to length: Int) throws(StorageError) { try file.truncate(to: length) }

  /// Waits until all lines are on the disk; call it before noting ``length`` in a checkpoint.
  ///
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``.
  public func synchronize() throws(StorageError) { try file.synchronize() }

  /// Throws if the path does not lead to this log any more, because it or its folder was deleted or moved.
  ///
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``.
  public func requireInPlace() throws(StorageError) { try file.requireInPlace() }

  /// Reads all whole lines of a log; a last line without its newline, left by a crash, is not read.
  ///
  /// - Throws: ``StorageError/unreadable(path:at:expected:found:advice:)``, or
  ///   ``StorageError/malformed(path:at:expected:found:advice:)`` with the line number.
  public static func read(_ path: String) throws(StorageError) -> [JSONValue] {
    let bytes = try FileBytes.read(path)
    var values: [JSONValue] = []
    var start = 0
    var line = 1
    for (index, byte) in bytes.enumerated() where byte == 0x0a {
      if index > start {
        values.append(
          try JSONValue(parsing: bytes[start..<index], path: path, location: "line \(line)"))
      }
      start = index + 1
      line += 1
    }
    return values
  }
}
