import Foundation

/// Questions about places on the disk.
enum Folders {
  /// Why nothing can be written below `folder`, which may not exist yet; `nil` if it can.
  static func probe(_ folder: String) -> String? {
    let parent = existing(folder)
    var isDirectory: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: parent, isDirectory: &isDirectory)
    guard isDirectory.boolValue else { return "\(parent) is not a folder" }
    let path = parent + "/.tessera-\(getpid())"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return String(cString: strerror(errno)) }
    close(descriptor)
    unlink(path)
    return nil
  }

  /// Bytes that may still be written below `folder`.
  static func freeBytes(_ folder: String) -> UInt64? {
    var status = statvfs()
    guard statvfs(existing(folder), &status) == 0 else { return nil }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize)
  }

  /// Makes a folder and those above it.
  ///
  /// - Throws: ``RunError/unwritable(path:reason:advice:)`` with the system's reason.
  static func make(_ folder: String) throws {
    if mkdir(folder, 0o777) == 0 { return }
    var code = errno
    if code == ENOENT {
      let parent = Self.parent(of: folder)
      if !parent.isEmpty && parent != folder {
        try make(parent)
        if mkdir(folder, 0o777) == 0 { return }
        code = errno
      }
    }
    var isDirectory: ObjCBool = false
    if code == EEXIST,
      FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory),
      isDirectory.boolValue
    {
      return
    }
    throw RunError.unwritable(
      path: folder, reason: String(cString: strerror(code)),
      advice:
        "check that you may write there and that the disk has room, or name another place with --runs"
    )
  }

  /// The folder above; empty for a name alone. (Foundation's own traps on a name of one letter that is not there.)
  private static func parent(of path: String) -> String {
    let parts = path.split(separator: "/")
    let above = parts.dropLast().joined(separator: "/")
    return path.hasPrefix("/") ? "/" + above : above
  }

  private static func existing(_ folder: String) -> String {
    var path = folder.isEmpty ? "." : folder
    while !FileManager.default.fileExists(atPath: path) {
      let parent = Self.parent(of: path)
      if parent.isEmpty { return "." }
      path = parent
    }
    return path
  }
}

/// Where a system keeps C headers.
enum DevelopmentFiles {
  /// Whether a header of that name is installed.
  static func contain(_ header: String) -> Bool {
    let manager = FileManager.default
    var roots = ["/usr/include", "/usr/local/include"]
    // Debian keeps variants one or two folders down: x86_64-linux-gnu, hdf5/serial.
    for _ in 0..<3 {
      if roots.contains(where: { manager.fileExists(atPath: $0 + "/" + header) }) { return true }
      roots = roots.flatMap { root in
        ((try? manager.contentsOfDirectory(atPath: root)) ?? [])
          .filter {
            $0.contains("linux-gnu") || $0 == "hdf5" || $0 == "serial" || $0.hasPrefix("openblas")
          }
          .map { root + "/" + $0 }
      }
    }
    return false
  }
}
