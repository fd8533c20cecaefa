import Foundation
import Synchronization

/// A file that only grows, except that it can be cut back to a length it had before.
///
/// A run that resumes from a checkpoint cuts its logs back to the length noted in the checkpoint, so that
/// no line is there twice. Calls from several threads are taken one after the other.
final class AppendingFile: Sendable {
  let path: String
  private let state: Mutex<State>

  private struct State {
    let descriptor: Descriptor
    var length: Int
  }

  /// Opens or creates the file and goes to its end.
  init(_ path: String) throws(StorageError) {
    let number = retrying { open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666) }
    guard number >= 0 else {
      let code = errno
      throw .unwritable(
        path: path, at: "open", expected: "a file to append to", found: systemMessage(code))
    }
    let descriptor = Descriptor(number: number, path: path)
    let length = try descriptor.size()
    // Devices and pipes have no position; they are written where they stand.
    _ = lseek(number, 0, SEEK_END)
    self.path = path
    self.state = Mutex(State(descriptor: descriptor, length: length))
  }

  var length: Int { state.withLock { $0.length } }

  /// Appends all bytes, or none: after a failed write the file is cut back to what it was.
  func append(_ bytes: [UInt8]) throws(StorageError) {
    try state.withLock { (state) throws(StorageError) in
      do throws(StorageError) {
        try state.descriptor.write(bytes)
        state.length += bytes.count
      } catch {
        _ = ftruncate(state.descriptor.number, off_t(state.length))
        _ = lseek(state.descriptor.number, off_t(state.length), SEEK_SET)
        throw error
      }
    }
  }

  /// Cuts the file to its first `length` bytes.
  func truncate(to length: Int) throws(StorageError) {
    try state.withLock { (state) throws(StorageError) in
      guard length >= 0, length <= state.length else {
        throw .mismatched(
          path: path, at: "truncate", expected: "at least \(length) bytes",
          found: "\(state.length)",
          advice: "the file was shortened or replaced since its length was noted")
      }
      guard ftruncate(state.descriptor.number, off_t(length)) == 0 else {
        let code = errno
        throw .unwritable(
          path: path, at: "truncate", expected: "a file of \(length) bytes",
          found: systemMessage(code))
      }
      _ = lseek(state.descriptor.number, off_t(length), SEEK_SET)
      state.length = length
    }
  }

  func synchronize() throws(StorageError) {
    try state.withLock { (state) throws(StorageError) in try state.descriptor.synchronize() }
  }

  /// Throws if the path does not lead to this file any more: someone deleted or moved it, and what is appended is lost.
  func requireInPlace() throws(StorageError) {
    let isHere = state.withLock { state in
      var (here, there) = (stat(), stat())
      guard fstat(state.descriptor.number, &here) == 0, stat(path, &there) == 0 else {
        return false
      }
      return here.st_ino == there.st_ino && here.st_dev == there.st_dev
    }
    guard isHere else {
      throw .unwritable(
        path: path, at: "append", expected: "the file that was opened here",
        found: access(path, F_OK) == 0 ? "another file in its place" : "no file any more",
        advice: "it, or its folder, was deleted or moved meanwhile; begin again")
    }
  }
}
