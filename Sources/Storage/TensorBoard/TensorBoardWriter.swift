import Foundation

/// Appends scalars, texts and pictures to an event file that TensorBoard shows.
///
/// A record is the length of an `Event` message, its masked CRC32C, the message, and the message's masked
/// CRC32C. Records are written whole or not at all; as with ``JSONLines``, the file can be cut back to the
/// ``length`` noted in a checkpoint.
public final class TensorBoardWriter: Sendable {
  /// The event file.
  public let path: String
  private let file: AppendingFile

  /// Opens the event file of a folder, or creates it.
  ///
  /// The name is always the same, so that a resumed run goes on in its own file.
  ///
  /// - Parameters:
  ///   - folder: the folder, which must exist; TensorBoard takes its name for the run's.
  ///   - length: if given, the file is cut back to that many bytes.
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``, or
  ///   ``StorageError/mismatched(path:at:expected:found:advice:)`` if the file is shorter than `length`.
  public init(folder: String, truncatedTo length: Int? = nil) throws(StorageError) {
    path = folder + "/events.out.tfevents.0.tessera"
    file = try AppendingFile(path)
    if let length { try file.truncate(to: length) }
    if file.length == 0 {
      var event = Self.event(step: nil, time: Date().timeIntervalSince1970)
      event.add(3, "brain.Event:2")
      try append(event)
    }
  }

  /// The file's length in bytes.
  public var length: Int { file.length }

  /// Appends one value of the curve `tag`.
  ///
  /// - Parameter time: seconds since 1970; by default now.
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``, as on a full disk.
  public func scalar(
    _ tag: String, _ value: Double, step: Int, time: Double? = nil
  ) throws(StorageError) {
    try scalars([(tag, value)], step: step, time: time)
  }

  /// Appends one value to each of several curves in one event.
  ///
  /// - Parameter time: seconds since 1970; by default now.
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``, as on a full disk.
  public func scalars(
    _ values: [(tag: String, value: Double)], step: Int, time: Double? = nil
  ) throws(StorageError) {
    var summary = ProtobufMessage()
    for (tag, value) in values {
      var entry = ProtobufMessage()
      entry.add(1, tag)
      entry.add(2, Float(value))
      summary.add(1, entry)
    }
    try append(summary, step: step, time: time)
  }

  /// Appends a text, which TensorBoard shows as Markdown.
  ///
  /// - Parameter time: seconds since 1970; by default now.
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``, as on a full disk.
  public func text(
    _ tag: String, _ text: String, step: Int, time: Double? = nil
  ) throws(StorageError) {
    var plugin = ProtobufMessage()
    plugin.add(1, "text")
    var metadata = ProtobufMessage()
    metadata.add(1, plugin)
    // A TensorProto of type DT_STRING (7) with one element and an empty shape.
    var tensor = ProtobufMessage()
    tensor.add(1, 7)
    tensor.add(2, ProtobufMessage())
    tensor.add(8, text)
    var entry = ProtobufMessage()
    entry.add(1, tag)
    entry.add(8, tensor)
    entry.add(9, metadata)
    var summary = ProtobufMessage()
    summary.add(1, entry)
    try append(summary, step: step, time: time)
  }

  /// Cuts the file back to a length it had before.
  ///
  /// - Throws: ``StorageError/mismatched(path:at:expected:found:advice:)`` if it is shorter.
  public func truncate(to length: Int) throws(StorageError) { try file.truncate(to: length) }

  /// Waits until all records are on the disk.
  ///
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``.
  public func synchronize() throws(StorageError) { try file.synchronize() }

  private static func event(step: Int?, time: Double) -> ProtobufMessage {
    var event = ProtobufMessage()
    event.add(1, time)
    if let step { event.add(2, step) }
    return event
  }

  func append(
    _ summary: ProtobufMessage, step: Int, time: Double?
  ) throws(StorageError) {
    var event = Self.event(step: step, time: time ?? Date().timeIntervalSince1970)
    event.add(5, summary)
    try append(event)
  }

  private func append(_ event: ProtobufMessage) throws(StorageError) {
    let length = withUnsafeBytes(of: UInt64(event.bytes.count).littleEndian) { Array($0) }
    var record = length
    withUnsafeBytes(of: CRC32C.masked(length).littleEndian) { record += $0 }
    record += event.bytes
    withUnsafeBytes(of: CRC32C.masked(event.bytes).littleEndian) { record += $0 }
    try file.append(record)
  }
}
