import Foundation

/// Names of files as text, whatever their bytes.
///
/// A name on Linux is any bytes but `/` and zero. Those that are no UTF-8 are written here as characters of a private plane,
/// one a byte, which the readers of this module turn back; ``shown(_:)`` makes them `\xe9` for people.
public enum FileName {
  /// The character that stands for the byte 0; those of the other bytes follow.
  private static let base: UInt32 = 0x10ff00

  /// A name of these bytes as text.
  public static func text(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self), !holdsBytes(text) { return text }
    var text = ""
    var rest = bytes[...]
    while let byte = rest.first {
      let length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      if let letter = String(validating: rest.prefix(length), as: UTF8.self), !holdsBytes(letter) {
        text += letter
        rest = rest.dropFirst(length)
      } else {
        text.unicodeScalars.append(Unicode.Scalar(base + UInt32(byte))!)
        rest = rest.dropFirst()
      }
    }
    return text
  }

  /// The bytes of a name or path.
  public static func bytes(_ text: String) -> [UInt8] {
    guard holdsBytes(text) else { return Array(text.utf8) }
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      if let byte = byte(scalar) { bytes.append(byte) } else { bytes += String(scalar).utf8 }
    }
    return bytes
  }

  /// A name or path as people read it, on one line: bytes that are no UTF-8 as `\xe9`, a line's end as `\n`.
  public static func shown(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { byte($0) != nil || $0.value < 0x20 }) else {
      return text
    }
    var shown = ""
    for scalar in text.unicodeScalars {
      if let byte = byte(scalar) ?? (scalar.value < 0x20 ? UInt8(scalar.value) : nil) {
        shown += byte == 10 ? "\\n" : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      } else {
        shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }

  private static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
    (base...base + 255).contains(scalar.value) ? UInt8(scalar.value - base) : nil
  }

  private static func holdsBytes(_ text: String) -> Bool {
    text.unicodeScalars.contains { byte($0) != nil }
  }

  /// Opens a path as the system does, with the bytes that its name stands for.
  static func open(_ path: String, _ flags: Int32) -> Int32 {
    (bytes(path) + [0]).withUnsafeBytes { bytes in
      Foundation.open(bytes.baseAddress!.assumingMemoryBound(to: CChar.self), flags)
    }
  }
}

/// What is in a folder.
public struct FolderListing: Sendable {
  /// The names of files, in the order of their bytes; also of links to files.
  public private(set) var files: [String] = []
  /// The names of folders, in the order of their bytes; also of links to folders.
  public private(set) var folders: [String] = []

  /// Lists a folder; `nil` if it is not there or cannot be read.
  public init?(_ path: String) {
    let opened = (FileName.bytes(path) + [0]).withUnsafeBytes { bytes in
      opendir(bytes.baseAddress!.assumingMemoryBound(to: CChar.self))
    }
    guard let folder = opened else { return nil }
    defer { closedir(folder) }
    var names: [(bytes: [UInt8], isFolder: Bool)] = []
    while let entry = readdir(folder) {
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if bytes == [0x2e] || bytes == [0x2e, 0x2e] { continue }
      var isFolder = Int32(entry.pointee.d_type) == Int32(DT_DIR)
      // Of links, and on file systems that do not say.
      if !isFolder && Int32(entry.pointee.d_type) != Int32(DT_REG) {
        var status = stat()
        let found = (bytes + [0]).withUnsafeBytes { name in
          fstatat(
            dirfd(folder), name.baseAddress!.assumingMemoryBound(to: CChar.self), &status, 0)
        }
        guard found == 0 else { continue }
        isFolder = status.st_mode & S_IFMT == S_IFDIR
      }
      names.append((bytes, isFolder))
    }
    names.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    for name in names {
      if name.isFolder {
        folders.append(FileName.text(name.bytes))
      } else {
        files.append(FileName.text(name.bytes))
      }
    }
  }
}
