import Foundation

/// Files that are either the old ones or the new ones, never something between.
///
/// The contents go into a file aside in the same folder, which is synchronised with the disk and then
/// renamed over the old file; the folder is synchronised last. If anything fails (an unwritable folder, a
/// full disk, an error of the caller's own), the file aside is removed and the old file is intact.
public enum AtomicFile {
  /// Replaces the file at `path` by these bytes.
  ///
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``.
  public static func write(_ data: some ContiguousBytes, to path: String) throws(StorageError) {
    try write(to: path) { (stream) throws(StorageError) in try stream.write(data) }
  }

  /// Replaces the file at `path` by this text in UTF-8.
  ///
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``.
  public static func write(_ text: String, to path: String) throws(StorageError) {
    try write(Array(text.utf8), to: path)
  }

  /// Replaces the file at `path` by what `contents` writes to the stream, piece by piece.
  ///
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``, or what `contents` throws.
  public static func write(
    to path: String, contents: (Stream) throws(StorageError) -> Void
  ) throws(StorageError) {
    try write(toPath: path) { (aside) throws(StorageError) in
      let number = retrying { open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
      guard number >= 0 else { throw refusal(path, at: "create a file aside", errno) }
      try contents(Stream(Descriptor(number: number, path: path)))
    }
  }

  /// Replaces the file at `path` by the one that `body` makes at the path it is given, for libraries that
  /// write files by name.
  ///
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``, or what `body` throws.
  public static func write(
    toPath path: String, by body: (_ aside: String) throws(StorageError) -> Void
  ) throws(StorageError) {
    let target = try resolved(path)
    let (folder, name) = split(target)
    let aside = "\(folder)/.\(name).\(getpid())-\(UInt32.random(in: 0 ... .max)).aside"
    do throws(StorageError) {
      try body(aside)
      try synchronizeFile(aside, reportedAs: path)
      guard rename(aside, target) == 0 else { throw refusal(path, at: "rename", errno) }
    } catch {
      // Emptied first: a library that cannot close the file would go on holding its room on the disk.
      _ = truncate(aside, 0)
      unlink(aside)
      throw error
    }
    try synchronizeFolder(folder, reportedAs: path)
  }

  /// Where the bytes of an ``AtomicFile/write(to:contents:)`` go.
  public struct Stream: Sendable {
    private let descriptor: Descriptor

    init(_ descriptor: Descriptor) { self.descriptor = descriptor }

    /// Appends bytes.
    ///
    /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``, as on a full disk.
    public func write(_ bytes: some ContiguousBytes) throws(StorageError) {
      try descriptor.write(bytes)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
      try descriptor.write(bytes)
    }
  }

  /// Finds out whether a file can be made at `aside`, and leaves none.
  static func probe(_ aside: String, reportedAs path: String) throws(StorageError) {
    let number = retrying { open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    guard number >= 0 else { throw refusal(path, at: "create a file aside", errno) }
    close(number)
    unlink(aside)
  }

  private static func refusal(_ path: String, at: String, _ code: Int32) -> StorageError {
    .unwritable(path: path, at: at, expected: "a writable folder", found: systemMessage(code))
  }

  /// Follows links, so that the file a link points to is replaced and not the link; refuses devices and
  /// folders, which a rename would replace or fail on at the very end.
  private static func resolved(_ path: String) throws(StorageError) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else { return path }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a device or pipe"
      throw .unwritable(
        path: path, at: "replace", expected: "a regular file or none", found: kind,
        advice: "name another file")
    }
    guard let real = realpath(path, nil) else { throw refusal(path, at: "resolve", errno) }
    defer { free(real) }
    return String(cString: real)
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = slash == path.startIndex ? "/" : String(path[..<slash])
    return (folder, String(path[path.index(after: slash)...]))
  }

  private static func synchronizeFile(_ aside: String, reportedAs path: String) throws(StorageError)
  {
    let number = retrying { open(aside, O_RDWR | O_CLOEXEC) }
    guard number >= 0 else { throw refusal(path, at: "open the file aside", errno) }
    try Descriptor(number: number, path: path).synchronize()
  }

  private static func synchronizeFolder(
    _ folder: String, reportedAs path: String
  ) throws(StorageError) {
    let number = retrying { open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard number >= 0 else { throw refusal(path, at: "open the folder", errno) }
    try Descriptor(number: number, path: path).synchronize()
  }
}
