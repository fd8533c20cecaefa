import Foundation

/// The whole state of a run at one moment in one safetensors file: weights, moments, counters, random
/// state; the text entries hold what identifies the run, such as the hash of its config.
public struct Checkpoint: Sendable, Equatable {
  /// The arrays by name, such as `encoder/0/weight`.
  public var tensors: [String: StoredArray]
  /// Text entries by name.
  public var metadata: [String: String]
  /// The file it was read from; empty for one made here. It is for the errors only.
  private var source = ""

  /// A checkpoint with these contents.
  public init(tensors: [String: StoredArray] = [:], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Equal contents, wherever they were read from.
  public static func == (left: Checkpoint, right: Checkpoint) -> Bool {
    left.tensors == right.tensors && left.metadata == right.metadata
  }

  /// Puts an array under a name.
  public mutating func set(_ name: String, _ array: StoredArray) { tensors[name] = array }

  /// The array of a name.
  ///
  /// - Throws: ``StorageError/missing(path:at:expected:found:advice:)`` with the names that are there.
  public func array(_ name: String) throws(StorageError) -> StoredArray {
    guard let array = tensors[name] else {
      throw .missing(
        path: path, at: "arrays", expected: "\"\(name)\"", found: listing(tensors.keys.sorted()))
    }
    return array
  }

  /// The integers of a name, such as counters.
  ///
  /// - Throws: ``StorageError/missing(path:at:expected:found:advice:)`` or
  ///   ``StorageError/mismatched(path:at:expected:found:advice:)`` if they are not integers.
  public func integers(_ name: String) throws(StorageError) -> [Int] {
    let array = try array(name)
    guard let integers = array.integers else {
      throw .mismatched(
        path: path, at: "array \"\(name)\"", expected: "integers",
        found: array.elementType.rawValue)
    }
    return integers
  }

  /// The text of a name.
  ///
  /// - Throws: ``StorageError/missing(path:at:expected:found:advice:)``.
  public func text(_ name: String) throws(StorageError) -> String {
    guard let text = metadata[name] else {
      throw .missing(
        path: path, at: "metadata", expected: "\"\(name)\"", found: listing(metadata.keys.sorted()))
    }
    return text
  }

  /// Replaces the file at `path` by this checkpoint, atomically.
  ///
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``; the old file is then intact.
  public func write(to path: String) throws(StorageError) {
    try Safetensors.write(tensors, metadata: metadata, to: path)
  }

  /// Reads a checkpoint.
  ///
  /// - Throws: ``StorageError`` if the file cannot be read, was cut short, or breaks a rule of the format.
  public static func read(from path: String) throws(StorageError) -> Checkpoint {
    let contents = try Safetensors.read(from: path)
    var checkpoint = Checkpoint(tensors: contents.tensors, metadata: contents.metadata)
    checkpoint.source = path
    return checkpoint
  }

  var path: String { source.isEmpty ? "checkpoint" : source }
}

/// Names for an error message, the first dozen of them.
func listing(_ names: [String]) -> String {
  if names.isEmpty { return "nothing" }
  let shown = names.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
  return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
}
