import Foundation

/// NumPy's format for several named arrays: a zip archive of `.npy` members.
///
/// Members are read when asked for, so an archive with a pickled member can be used for the others.
public struct NPZ: Sendable {
  private let archive: ZipArchive

  /// Opens an archive and reads its list of members.
  ///
  /// - Throws: ``StorageError`` if the file cannot be read, was cut short, or is no zip archive.
  public init(reading path: String) throws(StorageError) {
    archive = try ZipArchive(reading: path)
  }

  /// The names of the arrays in the archive's order.
  public var names: [String] {
    archive.members.filter { $0.name.hasSuffix(".npy") }.map { String($0.name.dropLast(4)) }
  }

  /// Reads one array; the member's check value must be right.
  ///
  /// - Throws: ``StorageError/missing(path:at:expected:found:advice:)`` with the names that are there, or
  ///   ``StorageError`` as ``NPY/read(from:)`` does.
  public func array(_ name: String) throws(StorageError) -> StoredArray {
    guard let member = archive.member(name + ".npy") else {
      throw .missing(
        path: archive.path, at: "arrays", expected: "\"\(name)\"", found: listing(names))
    }
    return try NPY.decode(
      archive.contents(of: member), path: archive.path, location: "member \"\(member.name)\"")
  }

  /// The members that are no arrays, such as texts.
  public var otherMembers: [String] {
    archive.members.map(\.name).filter { !$0.hasSuffix(".npy") && !$0.hasSuffix("/") }
  }

  /// Reads all arrays that can be read, and says which cannot and why.
  public func contents() -> (arrays: [String: StoredArray], leftOut: [LeftOutArray]) {
    var (arrays, leftOut): ([String: StoredArray], [LeftOutArray]) = ([:], [])
    for name in Set(names).sorted() {
      do throws(StorageError) { arrays[name] = try array(name) } catch {
        leftOut.append(LeftOutArray(name, error))
      }
    }
    return (arrays, leftOut)
  }

  /// Reads all arrays of an archive.
  ///
  /// - Throws: ``StorageError`` as ``init(reading:)`` and ``array(_:)`` do.
  public static func read(from path: String) throws(StorageError) -> [String: StoredArray] {
    let file = try NPZ(reading: path)
    var arrays: [String: StoredArray] = [:]
    for name in file.names { arrays[name] = try file.array(name) }
    return arrays
  }

  /// Replaces the file at `path` by an archive of these arrays in the order of their names.
  ///
  /// - Parameters:
  ///   - arrays: by name.
  ///   - path: the file.
  ///   - compressed: whether members are deflated or stored.
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``, or
  ///   ``StorageError/unsupported(path:at:expected:found:advice:)`` for bfloat16 or a member of 4 GiB or more.
  public static func write(
    _ arrays: [String: StoredArray], to path: String, compressed: Bool = true
  ) throws(StorageError) {
    try AtomicFile.write(to: path) { (stream) throws(StorageError) in
      var writer = ZipWriter(stream: stream, path: path)
      for (name, array) in arrays.sorted(by: { $0.key < $1.key }) {
        try writer.add(
          name + ".npy", NPY.encode(array, path: path), level: compressed ? 6 : nil)
      }
      try writer.finish()
    }
  }
}
