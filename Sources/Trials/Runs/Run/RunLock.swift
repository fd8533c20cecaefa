import Foundation

/// Holds a run folder for one process, until it is released or the process ends, however it ends.
final class RunLock: Sendable {
  let descriptor: Int32

  /// Takes the lock, or says who has it.
  ///
  /// - Throws: ``RunError/locked(folder:pid:)``, ``RunError/unwritable(path:reason:advice:)``.
  init(folder: String) throws {
    let path = folder + "/.lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      let code = errno
      throw RunError.unwritable(
        path: path, reason: String(cString: strerror(code)),
        advice: "check that you may write in this folder, or name another one with --runs")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      var bytes = [UInt8](repeating: 0, count: 32)
      let count = pread(descriptor, &bytes, bytes.count, 0)
      close(descriptor)
      guard code == EWOULDBLOCK else {
        throw RunError.unwritable(
          path: path, reason: "cannot be locked: " + String(cString: strerror(code)),
          advice: "use a folder on a local disk, named with --runs")
      }
      let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
      let pid = text.trimmingCharacters(in: .whitespacesAndNewlines)
      throw RunError.locked(folder: folder, pid: pid.isEmpty ? "(unknown)" : pid)
    }
    // The number is for the message alone; the lock itself is the kernel's, so a failure here harms nothing.
    _ = ftruncate(descriptor, 0)
    let text = Array("\(getpid())\n".utf8)
    _ = pwrite(descriptor, text, text.count, 0)
  }

  /// Whether some process holds the folder now.
  static func isHeld(folder: String) -> Bool {
    let descriptor = open(folder + "/.lock", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { Self.release(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  deinit { Self.release(descriptor) }

  /// Closing would not do: a child process that was made meanwhile, such as one that tries an HDF5 file, has the descriptor too and
  /// would hold the lock until it ends.
  private static func release(_ descriptor: Int32) {
    _ = flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
