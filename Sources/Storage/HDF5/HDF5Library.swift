import CHDF5
import Foundation

/// The one way into the HDF5 library: one caller at a time, return codes looked at, its own printing off.
enum HDF5Library {
  /// Distributions build the library with and without its own lock; this one makes both safe.
  private static let lock = NSRecursiveLock()

  /// A file that could not be flushed (a full disk) cannot be closed either, and the library's handler at the end of
  /// the program then crashes over it (seen with 1.10.8). All else is closed by its type, so it is not needed.
  private static let opened: herr_t = {
    _ = H5dont_atexit()
    return H5open()
  }()

  /// Runs calls of the library about one place in one file, with no other thread in it, and closes what they opened.
  static func exclusively<Result>(
    path: String, location: String, isWriting: Bool,
    _ body: (HDF5Scope) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    lock.lock()
    defer { lock.unlock() }
    let scope = HDF5Scope(path: path, location: location, isWriting: isWriting)
    try scope.check(opened, "starting the library")
    try scope.check(tessera_h5_silence(), "silencing the library")
    defer { scope.closeAll() }
    return try body(scope)
  }

  /// The library's reason for the last failure, the deepest cause first; empties its error stack.
  static func message() -> String {
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 2048) { buffer in
      tessera_h5_message(buffer.baseAddress!, buffer.count)
      return String(cString: buffer.baseAddress!)
    }
    return text.isEmpty ? "HDF5 gives no reason" : text
  }

  static func closeFile(_ identifier: hid_t) {
    lock.lock()
    defer { lock.unlock() }
    if H5Fclose(identifier) < 0 { _ = tessera_h5_clear_errors() }
  }
}

/// An open file of the HDF5 library, closed when the last reference goes.
final class HDF5FileHandle: Sendable {
  let identifier: hid_t

  init(_ identifier: hid_t) { self.identifier = identifier }

  // What could be lost at closing was written out before: see HDF5Writer.flush.
  deinit { HDF5Library.closeFile(identifier) }
}

/// Calls of the library about one place in one file.
///
/// It owns what they open until ``HDF5Library/exclusively(path:location:isWriting:_:)`` ends, by a result or an
/// error. The identifiers are plain numbers, so nothing may be closed as early as its last mention.
final class HDF5Scope {
  /// Which of the library's functions closes an identifier.
  enum Closing {
    case object, dataset, space, type, attribute, properties

    func close(_ identifier: hid_t) -> herr_t {
      switch self {
      case .object: H5Oclose(identifier)
      case .dataset: H5Dclose(identifier)
      case .space: H5Sclose(identifier)
      case .type: H5Tclose(identifier)
      case .attribute: H5Aclose(identifier)
      case .properties: H5Pclose(identifier)
      }
    }
  }

  let path: String
  let location: String
  private let isWriting: Bool
  private var owned: [(identifier: hid_t, closing: Closing)] = []

  init(path: String, location: String, isWriting: Bool) {
    self.path = path
    self.location = location
    self.isWriting = isWriting
  }

  /// Closes everything, the last opened first.
  func closeAll() {
    for (identifier, closing) in owned.reversed() where closing.close(identifier) < 0 {
      _ = tessera_h5_clear_errors()
    }
    owned.removeAll()
  }

  /// The error for a failed call, in the library's words.
  func failure(_ call: String) -> StorageError {
    failure(call, found: HDF5Library.message())
  }

  /// The error for a call that failed for a reason of the library's.
  func failure(_ call: String, found: String) -> StorageError {
    if !isWriting, let error = HDF5Reason.error(found, path: path, at: location) { return error }
    return isWriting
      ? .unwritable(path: path, at: location, expected: "\(call) to succeed", found: found)
      : .malformed(path: path, at: location, expected: "\(call) to succeed", found: found)
  }

  func check(_ code: herr_t, _ call: String) throws(StorageError) {
    if code < 0 { throw failure(call) }
  }

  /// Takes over what a call opened.
  func own(
    _ identifier: hid_t, _ closing: Closing, _ call: String
  ) throws(StorageError) -> hid_t {
    guard identifier >= 0 else { throw failure(call) }
    owned.append((identifier, closing))
    return identifier
  }

  /// How files are opened and made: without locks.
  func fileAccess() throws(StorageError) -> hid_t {
    let access = try own(H5Pcreate(tessera_h5_file_access()), .properties, "H5Pcreate")
    try check(tessera_h5_without_locks(access), "H5Pset_file_locking")
    return access
  }

  /// An array of the library's sizes, whose count a first call gives and which a second fills.
  func sizes(
    _ count: Int32, _ call: String, _ fill: (UnsafeMutablePointer<hsize_t>) -> Int32
  ) throws(StorageError) -> [hsize_t] {
    guard count >= 0 else { throw failure(call) }
    var sizes = [hsize_t](repeating: 0, count: max(Int(count), 1))
    let code = sizes.withUnsafeMutableBufferPointer { fill($0.baseAddress!) }
    guard code >= 0 else { throw failure(call) }
    return Array(sizes[..<Int(count)])
  }
}
