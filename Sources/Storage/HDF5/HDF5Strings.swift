import CHDF5
import Foundation

/// A small named value beside a group or data set.
public enum HDF5Attribute: Sendable, Equatable {
  /// One text.
  case text(String)
  /// Several texts.
  case texts([String])
  /// Numbers or truth values; a single one has the shape `[]`.
  case array(StoredArray)
}

/// Reads and writes the elements of string type, of fixed or variable length.
enum HDF5Strings {
  /// The variable-length UTF-8 type that h5py writes and everyone reads.
  static func type(_ scope: HDF5Scope) throws(StorageError) -> hid_t {
    let type = try scope.own(H5Tcopy(tessera_h5_c_string()), .type, "H5Tcopy")
    try scope.check(H5Tset_size(type, tessera_h5_variable()), "H5Tset_size")
    try scope.check(H5Tset_cset(type, H5T_CSET_UTF8), "H5Tset_cset")
    return type
  }

  /// Reads all elements.
  ///
  /// - Parameter read: fills memory with elements of the type it is given.
  static func read(
    type: hid_t, space: hid_t, most: Int, _ scope: HDF5Scope,
    by read: (_ type: hid_t, _ memory: UnsafeMutableRawPointer) -> herr_t
  ) throws(StorageError) -> [String] {
    let count = Int(H5Sget_simple_extent_npoints(space))
    guard count >= 0 else { throw scope.failure("H5Sget_simple_extent_npoints") }
    guard count > 0 else { return [] }
    let (total, overflows) = count.multipliedReportingOverflow(by: max(H5Tget_size(type), 1))
    guard !overflows, total <= most else {
      throw .malformed(
        path: scope.path, at: scope.location,
        expected: "strings of at most \(most) bytes in a file of this size",
        found: "\(count) of \(H5Tget_size(type)) bytes")
    }
    let isVariable = H5Tis_variable_str(type)
    try scope.check(isVariable, "H5Tis_variable_str")
    return isVariable > 0
      ? try variable(type, space, count, scope, read) : try fixed(type, count, scope, read)
  }

  private static func variable(
    _ type: hid_t, _ space: hid_t, _ count: Int, _ scope: HDF5Scope,
    _ read: (hid_t, UnsafeMutableRawPointer) -> herr_t
  ) throws(StorageError) -> [String] {
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    let code = pointers.withUnsafeMutableBytes { read(type, $0.baseAddress!) }
    try scope.check(code, "reading strings")
    let strings = pointers.map { $0.map { String(cString: $0) } ?? "" }
    let reclaimed = pointers.withUnsafeMutableBytes {
      H5Dvlen_reclaim(
        type, space, tessera_h5_default(), $0.baseAddress!)
    }
    try scope.check(reclaimed, "H5Dvlen_reclaim")
    return strings
  }

  private static func fixed(
    _ type: hid_t, _ count: Int, _ scope: HDF5Scope,
    _ read: (hid_t, UnsafeMutableRawPointer) -> herr_t
  ) throws(StorageError) -> [String] {
    let size = H5Tget_size(type)
    guard size > 0 else {
      throw .malformed(
        path: scope.path, at: scope.location, expected: "strings of some bytes", found: "none")
    }
    let isPaddedWithSpaces = H5Tget_strpad(type) == H5T_STR_SPACEPAD
    var bytes = [UInt8](repeating: 0, count: size * count)
    let code = bytes.withUnsafeMutableBytes { read(type, $0.baseAddress!) }
    try scope.check(code, "reading strings")
    return (0..<count).map { index in
      var text = bytes[(index * size)..<((index + 1) * size)].prefix { $0 != 0 }
      while isPaddedWithSpaces, text.last == 0x20 { text.removeLast() }
      return String(decoding: text, as: UTF8.self)
    }
  }

  /// Writes all elements.
  ///
  /// - Parameter write: takes elements of the variable-length type from memory.
  static func write(
    _ strings: [String], _ scope: HDF5Scope, by write: (UnsafeRawPointer) -> herr_t
  ) throws(StorageError) {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    let code = copies.withUnsafeBytes { bytes in
      bytes.baseAddress.map(write) ?? 0
    }
    try scope.check(code, "writing strings")
  }
}
