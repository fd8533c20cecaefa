import Foundation

/// The file of a capacity tier, open for reading and writing, and what can go wrong with it.
///
/// ``TieredKeyValues`` documents the format. The file is scratch space, as a swap file is, and
/// is removed when the last store lets go of it. It comes into being aside and is renamed, so that a file of that name is the old
/// one or a whole new one; its room on the disk is taken before it is used, so that a full disk is an error when a store
/// grows, and no fault when it writes.
final class TierFile: @unchecked Sendable {
  static let headerBytes = 4096
  let path: String
  let descriptor: Int32
  /// The file that was made, so that another one of the same name is not removed.
  private let identity: (dev_t, ino_t)

  /// Makes the file, in place of one that may be there.
  ///
  /// - Throws: ``AttentionError/file(path:at:expected:found:advice:)``; what stood at `path` is untouched then.
  init(path: String, layout: KeyValueBlockLayout, blockCapacity: Int) throws(AttentionError) {
    self.path = path
    let aside = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max)).aside"
    descriptor = open(aside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw Self.failure(path, at: "create", expected: "a folder to write to", errno)
    }
    var status = stat()
    fstat(descriptor, &status)
    identity = (status.st_dev, status.st_ino)
    let header = Self.header(layout, blockCapacity: blockCapacity)
    let written = header.withUnsafeBytes { pwrite(descriptor, $0.baseAddress!, $0.count, 0) }
    var code = written == header.count ? 0 : written < 0 ? errno : ENOSPC
    if code == 0, rename(aside, path) != 0 { code = errno }
    guard code == 0 else {
      unlink(aside)
      close(descriptor)
      throw Self.failure(
        path, at: "create", expected: "room for a header, and no folder of that name", code)
    }
  }

  static func header(_ layout: KeyValueBlockLayout, blockCapacity: Int) -> [UInt8] {
    var bytes = Array("TSRAKV".utf8) + [0, 1]
    for number in [Int(layout.format.code), layout.heads, layout.width, KeyValueBlockLayout.tokens]
    {
      withUnsafeBytes(of: UInt32(number).littleEndian) { bytes += $0 }
    }
    for number in [layout.bytes, blockCapacity] {
      withUnsafeBytes(of: UInt64(number).littleEndian) { bytes += $0 }
    }
    return bytes + [UInt8](repeating: 0, count: headerBytes - bytes.count)
  }

  /// Takes room on the disk for the bytes up to `end`.
  func grow(from start: Int, to end: Int) throws(AttentionError) {
    let code = posix_fallocate(descriptor, off_t(start), off_t(end - start))
    guard code == 0 else {
      // A part may have been taken.
      _ = ftruncate(descriptor, off_t(start))
      throw Self.failure(
        path, at: "grow", expected: "room on the disk for \(end - start) more bytes", code)
    }
  }

  /// Looks whether the file still has the bytes up to `end`: touching pages beyond the end of a mapped file ends a process.
  func check(end: Int) throws(AttentionError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw Self.failure(path, at: "look", expected: "an open file", errno)
    }
    guard Int(status.st_size) >= end else {
      throw .file(
        path: path, at: "truncated", expected: "at least \(end) bytes", found: "\(status.st_size)",
        advice:
          "something cut the file while it was in use: what lies in memory is intact, the layers in the file must be "
          + "computed again")
    }
  }

  private static func failure(
    _ path: String, at place: String, expected: String, _ code: Int32
  ) -> AttentionError {
    .file(
      path: path, at: place, expected: expected, found: String(cString: strerror(code)),
      advice:
        "choose a file on a disk with room that you may write to; nothing that was stored is lost")
  }

  deinit {
    var status = stat()
    if stat(path, &status) == 0, status.st_dev == identity.0, status.st_ino == identity.1 {
      unlink(path)
    }
    close(descriptor)
  }
}
