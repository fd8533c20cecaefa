import Foundation

/// Whole files as bytes, with errors that name the file and the reason.
public enum FileBytes {
  /// Reads a whole regular file.
  ///
  /// - Throws: ``StorageError/unreadable(path:at:expected:found:advice:)`` if there is no such file, it is a
  ///   folder, or the system refuses.
  public static func read(_ path: String) throws(StorageError) -> [UInt8] {
    let descriptor = try Descriptor(reading: path)
    let size = try descriptor.size()
    return try descriptor.read(at: 0, count: size)
  }
}

/// An open file descriptor, closed when the last reference goes.
final class Descriptor: Sendable {
  let number: Int32
  let path: String

  init(number: Int32, path: String) {
    self.number = number
    self.path = path
  }

  convenience init(reading path: String) throws(StorageError) {
    // A pipe would be waited for, until somebody writes to it; it is refused below.
    let number = retrying { FileName.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard number >= 0 else {
      let code = errno
      throw .unreadable(
        path: path, at: "open", expected: "a readable file", found: systemMessage(code))
    }
    self.init(number: number, path: path)
    var status = stat()
    guard fstat(number, &status) == 0 else {
      let code = errno
      throw .unreadable(
        path: path, at: "stat", expected: "a readable file", found: systemMessage(code))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let kind: String
      switch status.st_mode & S_IFMT {
      case S_IFDIR:
        throw .unreadable(
          path: path, at: "open", expected: "a regular file", found: "a folder",
          advice: "name a file in it")
      case S_IFIFO: kind = "a pipe"
      case S_IFSOCK: kind = "a socket"
      default: kind = "a device"
      }
      throw .unreadable(
        path: path, at: "open", expected: "a regular file", found: kind,
        advice: "write what it gives to a file, and name that")
    }
  }

  deinit { close(number) }

  func size() throws(StorageError) -> Int {
    var status = stat()
    guard fstat(number, &status) == 0 else {
      let code = errno
      throw .unreadable(
        path: path, at: "stat", expected: "the size of the file", found: systemMessage(code))
    }
    return Int(status.st_size)
  }

  /// Exactly `count` bytes from `offset` on.
  func read(at offset: Int, count: Int) throws(StorageError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = retrying {
          pread(number, buffer.baseAddress! + filled, count - filled, off_t(offset + filled))
        }
        if got < 0 { failure = errno }
        guard got > 0 else { break }
        filled += got
      }
    }
    guard failure == 0 else {
      throw .unreadable(
        path: path, at: "byte \(offset + bytes.count)", expected: "\(count) bytes",
        found: systemMessage(failure))
    }
    guard bytes.count == count else {
      throw .truncated(
        path: path, at: "byte \(offset)", expected: "\(count) bytes", found: "\(bytes.count)")
    }
    return bytes
  }

  /// Writes all bytes at the current position.
  func write(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
    var written = 0
    while written < bytes.count {
      let put = retrying {
        Foundation.write(number, bytes.baseAddress! + written, bytes.count - written)
      }
      guard put > 0 else {
        let code = put < 0 ? errno : ENOSPC
        throw .unwritable(
          path: path, at: "write", expected: "room for \(bytes.count) bytes",
          found: systemMessage(code))
      }
      written += put
    }
  }

  /// Writes all bytes of an array, `Data` or other contiguous collection at the current position.
  func write(_ bytes: some ContiguousBytes) throws(StorageError) {
    let failure = bytes.withUnsafeBytes { raw -> StorageError? in
      do throws(StorageError) { try write(raw) } catch { return error }
      return nil
    }
    if let failure { throw failure }
  }

  /// Waits until what was written is on the disk.
  func synchronize() throws(StorageError) {
    guard retrying({ fsync(number) }) == 0 else {
      let code = errno
      // Pipes, character devices and a few file systems cannot synchronise, and need not.
      if code == EINVAL || code == EROFS || code == ENOTSUP { return }
      throw .unwritable(
        path: path, at: "fsync", expected: "the data on the disk", found: systemMessage(code))
    }
  }
}

/// Repeats a system call that a signal interrupted.
func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
}
