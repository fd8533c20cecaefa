import Foundation
import Storage
import Synchronization

/// What the system says of a file, links followed: while none of it changes, neither do the contents, since no program can set
/// the time of the last change of a file's entry.
struct FileState: Hashable, Sendable {
  let device, inode, size: Int
  /// Nanoseconds since 1970: of the last writing, and of the last change of contents or entry.
  let modified, changed: Int
  let isFile: Bool

  /// `nil` if there is no such file, or a link leads nowhere or in a circle.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    func nanoseconds(_ time: timespec) -> Int { time.tv_sec &* 1_000_000_000 &+ time.tv_nsec }
    device = Int(truncatingIfNeeded: status.st_dev)
    inode = Int(truncatingIfNeeded: status.st_ino)
    size = Int(status.st_size)
    modified = nanoseconds(status.st_mtim)
    changed = nanoseconds(status.st_ctim)
    isFile = status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether the last change lies so far back that another one would have another time: clocks of file systems tick slowly.
  var isSettled: Bool {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let age = (now.tv_sec &* 1_000_000_000 &+ now.tv_nsec) &- changed
    return age > 2_000_000_000
  }

  /// A line for a digest of many states.
  var line: String { "\(device) \(inode) \(size) \(modified) \(changed)\n" }
}

/// Digests of files, each computed once in the life of the program while the file stays as it is: the runs of a sweep read one
/// table.
enum FileDigests {
  /// How much of a file is read.
  enum Extent: Hashable, Sendable {
    case whole
    /// Its size and pieces of it.
    case samples(count: Int, length: Int)
  }

  private struct Key: Hashable, Sendable {
    let path: String
    let state: FileState
    let extent: Extent
  }

  private static let kept = Mutex<[Key: String]>([:])

  /// The digest of a file that is in this state.
  ///
  /// - Throws: `StorageError`.
  static func digest(of path: String, _ state: FileState, _ extent: Extent) throws -> String {
    let key = Key(path: path, state: state, extent: extent)
    if let digest = kept.withLock({ $0[key] }) { return digest }
    let isSettled = state.isSettled
    let digest =
      switch extent {
      case .whole: try SHA256.hex(ofFile: path)
      case .samples(let count, let length):
        try SHA256.hex(ofFile: path, pieces: count, length: length)
      }
    if isSettled && FileState(path) == state { kept.withLock { $0[key] = digest } }
    return digest
  }
}
