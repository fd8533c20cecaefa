import CHDF5
import Foundation

/// Finds out, before a file is opened, whether the HDF5 library comes through it.
///
/// The library trusts what a file says of itself: on a damaged one it may read memory that is not there, never end, or
/// ask for all memory. So a child process walks over the file's groups, types, attributes and indices, reads small data
/// whole and an element of large data; only what it survives is opened here. On a sound file this costs some
/// milliseconds, once for each file and state of it. Where there are no child processes, files are opened untried.
enum HDF5Trial {
  /// A file in one state.
  private struct State: Hashable {
    var device, inode, size, seconds, nanoseconds: Int
  }

  /// Files that did no harm; only touched inside ``HDF5Library/exclusively(path:location:isWriting:_:)``.
  private nonisolated(unsafe) static var harmless: Set<State> = []

  /// The bytes that a file of some size can hold: deflate never packs more than 1032 to 1.
  static func mostBytes(ofFile size: Int) -> Int {
    let (most, overflows) = size.multipliedReportingOverflow(by: 1040)
    return overflows ? .max : max(64 << 20, most)
  }

  /// The seconds of the processor that a child may take for a file of some size: a sound one takes far less.
  static func seconds(ofFile size: Int) -> UInt32 { UInt32(clamping: 2 + size >> 22) }

  /// The bytes of memory that a child may take: a chunk packed, unpacked and as read, and what allocator and library keep beside.
  static func memory(mostBytes: Int) -> Int { 3 * min(mostBytes, .max / 8) + (32 << 20) }

  /// The error for contents on which a child crashed.
  static func crash(_ path: String, _ place: String, _ signal: Int32) -> StorageError {
    .malformed(
      path: path, at: place, expected: "contents that the HDF5 library can read",
      found: "contents on which it crashes (\(String(cString: strsignal(signal))), in a "
        + "process of its own)")
  }

  /// The error for contents with which a child did not come to an end.
  static func endless(_ path: String, _ place: String, _ seconds: UInt32) -> StorageError {
    .malformed(
      path: path, at: place,
      expected: "contents that the HDF5 library reads within \(seconds) s",
      found: "contents on which it goes on and on")
  }

  /// Tries a file; to be called inside ``HDF5Library/exclusively(path:location:isWriting:_:)``.
  ///
  /// - Throws: ``StorageError/malformed(path:at:expected:found:advice:)`` if the library crashes on it or does not end.
  static func check(
    _ path: String, _ descriptor: borrowing Descriptor, mostBytes: Int
  ) throws(StorageError) {
    var status = stat()
    guard fstat(descriptor.number, &status) == 0 else { return }
    let size = Int(status.st_size)
    let state = State(
      device: Int(truncatingIfNeeded: status.st_dev), inode: Int(truncatingIfNeeded: status.st_ino),
      size: size, seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    if harmless.contains(state) { return }
    var trial = tessera_h5_trial()
    let seconds = Self.seconds(ofFile: size)
    let memory = Self.memory(mostBytes: mostBytes)
    let verdict = tessera_h5_try(path, memory, seconds, &trial)
    let place = withUnsafeBytes(of: trial.place) { text in
      String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }
    switch verdict {
    case TESSERA_H5_CRASHES: throw crash(path, "HDF5 file, at \"\(place)\"", trial.signal)
    case TESSERA_H5_ENDLESS: throw endless(path, "HDF5 file, at \"\(place)\"", seconds)
    case TESSERA_H5_BOUNDLESS:
      throw .malformed(
        path: path, at: "HDF5 file, at \"\(place)\"",
        expected: "contents that the HDF5 library reads in \(memory >> 20) MiB of memory",
        found: "contents for which it asks for more",
        advice: "the file is damaged, or has far more chunks than elements: write it again")
    default:
      // A file that was changed a moment ago may change again within a tick of its clock.
      guard time(nil) - state.seconds > 2 else { return }
      if harmless.count > 10_000 { harmless.removeAll() }
      harmless.insert(state)
    }
  }
}
