import Foundation

/// The text of a config file, or what the file is instead.
enum ConfigFile {
  /// The most bytes that a config may have; no more are read, so that a device without end is no trap.
  private static let greatestSize = 4 << 20

  /// Why there is no file at `path`.
  static func absence(of path: String) -> String {
    if path.allSatisfy(\.isWhitespace) {
      return "no path; set the variable that stands there, or write the path"
    }
    if path.hasPrefix("~/") {
      return
        "~, which a shell replaces only outside quotes; write \"$HOME\(path.dropFirst())\""
    }
    var status = stat()
    if stat(path, &status) != 0, errno == EACCES { return "no permission to look there" }
    return "no such file" + (PastedText.note(on: path).map { "; " + $0 } ?? "")
  }

  /// Reads it.
  ///
  /// - Throws: ``ConfigError/unreadable(path:reason:)``.
  static func text(_ path: String) throws -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let reason = errno == EACCES ? "no permission to read it" : String(cString: strerror(errno))
      throw ConfigError.unreadable(path: path, reason: reason)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        throw ConfigError.unreadable(path: path, reason: String(cString: strerror(errno)))
      }
      if count == 0 { break }
      bytes += buffer[..<count]
      guard bytes.count <= greatestSize else {
        throw ConfigError.unreadable(
          path: path,
          reason: "more than \(greatestSize >> 20) MiB, which no config has"
            + (FileKind.name(of: bytes).map { "; it looks like \($0)" } ?? "; check the path"))
      }
    }
    if let kind = FileKind.name(of: bytes) {
      throw ConfigError.unreadable(path: path, reason: "\(kind); name the config")
    }
    // What an editor's mark at the beginning says, or zeros at every second place.
    let isWide =
      bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
      || bytes.prefix(64).filter { $0 == 0 }.count > 2
    if isWide {
      throw ConfigError.unreadable(
        path: path, reason: "UTF-16 text or binary data, not UTF-8; save it as UTF-8")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigError.unreadable(path: path, reason: foreign(bytes))
    }
    return text
  }

  /// Where the first bytes stand that are no UTF-8.
  private static func foreign(_ bytes: [UInt8]) -> String {
    var line = 1
    for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if String(validating: part, as: UTF8.self) == nil {
        let text = String(decoding: part.prefix(60), as: UTF8.self)
        return
          "bytes in line \(line) that are not UTF-8 (`\(text)`); save it as UTF-8 in your editor, or run: "
          + "iconv -f WINDOWS-1252 -t UTF-8"
      }
      line += 1
    }
    return "bytes that are not UTF-8; save it as UTF-8"
  }
}

/// Kinds of file that are taken for a config by mistake.
enum FileKind {
  /// What a file begins like; `nil` if it may be text.
  static func name(of bytes: [UInt8]) -> String? {
    let magic: [([UInt8], String)] = [
      ([0x89, 0x50, 0x4E, 0x47], "a PNG picture"), ([0xFF, 0xD8, 0xFF], "a JPEG picture"),
      ([0x50, 0x4B, 0x03, 0x04], "a zip archive, an npz or an xlsx file"),
      ([0x1F, 0x8B], "a gzip file"),
      ([0x89, 0x48, 0x44, 0x46], "an HDF5 file"), ([0x93, 0x4E, 0x55, 0x4D], "an npy file"),
      ([0x7F, 0x45, 0x4C, 0x46], "a program"), ([0x25, 0x50, 0x44, 0x46], "a PDF file"),
    ]
    if let found = magic.first(where: { bytes.starts(with: $0.0) }) { return found.1 }
    return name(ofText: String(decoding: bytes.prefix(512), as: UTF8.self))
  }

  /// What a text begins like; `nil` if it may be YAML.
  static func name(ofText text: String) -> String? {
    let start = text.prefix(256).drop { $0.isWhitespace || $0 == "\u{FEFF}" }.lowercased()
    if start.hasPrefix("<!doctype") || start.hasPrefix("<html") || start.hasPrefix("<head") {
      return "a web page, perhaps the page that shows the file in place of the file"
    }
    if start.hasPrefix("<?xml") { return "an XML file" }
    if start.hasPrefix("version https://git-lfs") { return "a Git LFS pointer (git lfs pull)" }
    return nil
  }
}
