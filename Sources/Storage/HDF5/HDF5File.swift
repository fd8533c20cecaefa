import CHDF5
import Foundation

/// An HDF5 file open for reading: groups, data sets whole or in slices, attributes.
///
/// Names are paths such as `images/train`. Integers of other widths are widened to the next ``ElementType``.
public final class HDF5File: Sendable {
  /// What a data set is, without its elements.
  public struct Description: Sendable, Equatable {
    /// The extents; empty for a single number.
    public let shape: [Int]
    /// What its elements are read as.
    public let elementType: ElementType
    /// The extents of its chunks, or nil if it lies in one piece.
    public let chunk: [Int]?
    /// Whether chunks are deflated.
    public let isCompressed: Bool

    /// The bytes of its elements; the largest number where they exceed it.
    public var byteCount: Int { Storage.byteCount(of: shape, elementType) ?? .max }
  }

  /// The file.
  public let path: String
  let handle: HDF5FileHandle
  /// How many bytes may be read at once: what the file can hold, with room to spare for a small one.
  public let mostBytes: Int

  /// The version of the library that reads and writes.
  public static var libraryVersion: (major: UInt32, minor: UInt32, release: UInt32) {
    var version: (major: UInt32, minor: UInt32, release: UInt32) = (0, 0, 0)
    H5get_libversion(&version.major, &version.minor, &version.release)
    return version
  }

  /// Opens a file, after ``HDF5Trial`` has found that the library can read it.
  ///
  /// - Throws: ``StorageError`` if the file cannot be read, was cut short, is no HDF5 file, or is damaged in a way that
  ///   the library crashes on.
  public init(reading path: String) throws(StorageError) {
    // The system's own refusal is clearer than the library's.
    try FileSample(reading: path).check(is: .hdf5, path: path, at: "HDF5, signature")
    let descriptor = try Descriptor(reading: path)
    let most = HDF5Trial.mostBytes(ofFile: try descriptor.size())
    self.path = path
    mostBytes = most
    handle = try HDF5Library.exclusively(path: path, location: "HDF5 file", isWriting: false) {
      (scope) throws(StorageError) in
      try HDF5Trial.check(path, descriptor, mostBytes: most)
      let file = H5Fopen(path, tessera_h5_read_only(), try scope.fileAccess())
      guard file >= 0 else { throw scope.failure("opening") }
      return HDF5FileHandle(file)
    }
  }

  /// Runs calls of the library about a place in this file.
  func scoped<Result>(
    _ location: String, _ body: (HDF5Scope) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try HDF5Library.exclusively(path: path, location: location, isWriting: false, body)
  }

  /// Opens a group or data set, with a message of its own where a part of the name is not there.
  func object(_ name: String, _ scope: HDF5Scope) throws(StorageError) -> hid_t {
    var walked = ""
    for part in name.split(separator: "/") {
      let parent = walked.isEmpty ? "/" : walked
      walked += walked.isEmpty ? String(part) : "/\(part)"
      let exists = H5Lexists(handle.identifier, walked, tessera_h5_default())
      if exists < 0, let error = brokenLink(parent) {
        _ = tessera_h5_clear_errors()
        throw error
      }
      guard exists >= 0 else { throw scope.failure("looking up \"\(walked)\"") }
      guard exists > 0 else {
        throw .missing(
          path: path, at: "group \"\(parent)\"", expected: "\"\(part)\"",
          found: listing(try names(in: parent)))
      }
    }
    let object = H5Oopen(
      handle.identifier, walked.isEmpty ? "/" : walked, tessera_h5_default())
    if object < 0, let error = brokenLink(walked) {
      _ = tessera_h5_clear_errors()
      throw error
    }
    return try scope.own(object, .object, "opening")
  }

  func dataset(_ name: String, _ scope: HDF5Scope) throws(StorageError) -> hid_t {
    let dataset = try object(name, scope)
    let kind = H5Iget_type(dataset)
    guard kind != H5I_DATATYPE else {
      throw .mismatched(
        path: path, at: "\"\(name)\"", expected: "a data set", found: "a named type",
        advice: "leave it out: it holds no elements")
    }
    guard kind == H5I_DATASET else {
      throw .mismatched(
        path: path, at: "\"\(name)\"", expected: "a data set", found: "a group",
        advice: "name one of: \(listing(try names(in: name)))")
    }
    guard tessera_h5_has_sound_chunks(dataset) != 0 else {
      throw .malformed(
        path: path, at: "data set \"\(name)\"", expected: "chunks with the axes of the data set",
        found: "chunks with another number of axes")
    }
    return dataset
  }

  /// The names in a group, sorted.
  ///
  /// - Throws: ``StorageError/missing(path:at:expected:found:advice:)`` if there is no such group,
  ///   ``StorageError/mismatched(path:at:expected:found:advice:)`` if it is a data set.
  public func names(in group: String = "/") throws(StorageError) -> [String] {
    try scoped("group \"\(group)\"") { (scope) throws(StorageError) in
      let object = try object(group, scope)
      guard H5Iget_type(object) == H5I_GROUP else {
        throw .mismatched(
          path: path, at: "\"\(group)\"", expected: "a group", found: "a data set",
          advice: "read it as an array")
      }
      return try Self.names(scope, "reading the names") { tessera_h5_links(object, $0, $1) }
    }
  }

  /// What a walk over names calls with each of them, and what it hands on.
  typealias Visit = @convention(c) (UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Int32

  /// The names that a walk of the library gives, in its order.
  static func names(
    _ scope: HDF5Scope, _ call: String, _ walk: (Visit, UnsafeMutableRawPointer) -> herr_t
  ) throws(StorageError) -> [String] {
    var names: [String] = []
    let code = withUnsafeMutablePointer(to: &names) { names in
      walk(
        { name, data in
          let names = data!.assumingMemoryBound(to: [String].self)
          names.pointee.append(name.map { String(cString: $0) } ?? "")
          return 0
        }, names)
    }
    try scope.check(code, call)
    return names
  }

  /// Whether a name stands for a group; false for a data set.
  ///
  /// - Throws: ``StorageError/missing(path:at:expected:found:advice:)`` if it stands for nothing.
  public func isGroup(_ name: String) throws(StorageError) -> Bool {
    try scoped("\"\(name)\"") { (scope) throws(StorageError) in
      H5Iget_type(try object(name, scope)) == H5I_GROUP
    }
  }

  /// The names of all data sets in the file or below a group, as paths from the root.
  ///
  /// - Throws: ``StorageError`` if the file is damaged, or groups contain one another.
  public func datasetNames(below group: String = "/") throws(StorageError) -> [String] {
    var walk = Walk()
    try collect(group == "/" ? "" : group, above: [], &walk)
    return walk.names
  }

  /// What a walk over groups has met.
  private struct Walk {
    var names: [String] = []
    var groups: Set<UInt64> = []
    var returnCount = 0
  }

  /// A group may bear several names, each of which is walked; where each of those holds another of several names, they
  /// multiply, so that there is an end to it.
  private static let mostReturns = 1000

  private func collect(
    _ group: String, above: [UInt64], _ walk: inout Walk
  ) throws(StorageError) {
    let address = try scoped("group \"\(group)\"") { (scope) throws(StorageError) in
      var address: UInt64 = 0
      try scope.check(
        tessera_h5_address(try object(group, scope), &address), "finding the group's place")
      return address
    }
    if !walk.groups.insert(address).inserted { walk.returnCount += 1 }
    guard above.count < 64, !above.contains(address), walk.returnCount <= Self.mostReturns else {
      throw .unsupported(
        path: path, at: "group \"\(group)\"", expected: "groups nested less than 64 deep",
        found: "more, or groups that contain one another", advice: "read data sets by their names")
    }
    for name in try names(in: group.isEmpty ? "/" : group) {
      let full = group.isEmpty ? name : "\(group)/\(name)"
      if try isGroup(full) {
        try collect(full, above: above + [address], &walk)
      } else {
        walk.names.append(full)
      }
    }
  }
}
