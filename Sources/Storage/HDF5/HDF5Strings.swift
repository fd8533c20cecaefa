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

  /// Reads all elements of an attribute or a data set.
  static func read(
    of object: hid_t, type: hid_t, space: hid_t, most: Int, _ scope: HDF5Scope
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
    guard isVariable > 0 else { return try fixed(type, count, scope) { fill(object, type, $0) } }
    if let texts = try apart(object, type, count, most, scope) { return texts }
    return try variable(type, space, count, scope) { fill(object, type, $0) }
  }

  private static func fill(
    _ object: hid_t, _ type: hid_t, _ memory: UnsafeMutableRawPointer
  ) -> herr_t {
    H5Iget_type(object) == H5I_ATTR
      ? H5Aread(object, type, memory)
      : H5Dread(
        object, type, tessera_h5_all(), tessera_h5_all(), tessera_h5_default(), memory)
  }

  /// Reads strings of variable length in a process of their own; nil where there is none to be had.
  private static func apart(
    _ object: hid_t, _ type: hid_t, _ count: Int, _ most: Int, _ scope: HDF5Scope
  ) throws(StorageError) -> [String]? {
    var strings = tessera_h5_strings()
    let seconds = HDF5Trial.seconds(ofFile: most / 1040)
    let verdict = tessera_h5_read_strings(
      object, type, count, HDF5Trial.memory(mostBytes: most), seconds, &strings)
    defer { free(strings.bytes) }
    switch verdict {
    case TESSERA_H5_CRASHES: throw HDF5Trial.crash(scope.path, scope.location, strings.signal)
    case TESSERA_H5_ENDLESS: throw HDF5Trial.endless(scope.path, scope.location, seconds)
    case TESSERA_H5_UNTRIED: return nil
    default: break
    }
    let reason = withUnsafeBytes(of: strings.reason) { text in
      String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }
    guard reason.isEmpty else { throw scope.failure("reading strings", found: reason) }
    let bytes = UnsafeRawBufferPointer(start: strings.bytes, count: strings.size)
    var texts: [String] = []
    texts.reserveCapacity(count)
    var place = 0
    for _ in 0..<count {
      guard bytes.count - place >= 8 else { return nil }
      let stated = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      place += 8
      let length = stated == .max ? 0 : Int(clamping: stated)
      guard bytes.count - place >= length else { return nil }
      texts.append(String(decoding: bytes[place..<place + length], as: UTF8.self))
      place += length
    }
    return texts
  }

  /// Reads them in this process.
  private static func variable(
    _ type: hid_t, _ space: hid_t, _ count: Int, _ scope: HDF5Scope,
    _ read: (UnsafeMutableRawPointer) -> herr_t
  ) throws(StorageError) -> [String] {
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    let code = pointers.withUnsafeMutableBytes { read($0.baseAddress!) }
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
    _ read: (UnsafeMutableRawPointer) -> herr_t
  ) throws(StorageError) -> [String] {
    let size = H5Tget_size(type)
    guard size > 0 else {
      throw .malformed(
        path: scope.path, at: scope.location, expected: "strings of some bytes", found: "none")
    }
    let isPaddedWithSpaces = H5Tget_strpad(type) == H5T_STR_SPACEPAD
    var bytes = [UInt8](repeating: 0, count: size * count)
    let code = bytes.withUnsafeMutableBytes { read($0.baseAddress!) }
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
