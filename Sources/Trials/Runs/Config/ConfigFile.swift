import Foundation
import Storage

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

  /// Reads the file at a path that a person wrote: what is no file is named as what it is.
  ///
  /// - Throws: ``ConfigError/unreadable(path:reason:)``.
  static func checkedText(_ path: String) throws -> String {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw ConfigError.unreadable(path: path, reason: absence(of: path))
    }
    if isDirectory.boolValue { throw ConfigError.unreadable(path: path, reason: "a folder") }
    return try text(path)
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
            + (foreignKind(bytes).map { "; it looks like \($0)" } ?? "; check the path"))
      }
    }
    if let kind = foreignKind(bytes) {
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

  /// What the bytes are, where they cannot be a config.
  static func foreignKind(_ bytes: [UInt8]) -> String? {
    switch FileSample(bytes).kind {
    case nil, .text, .json, .empty, .zeros: nil
    case .gitLFSPointer: "\(FileKind.gitLFSPointer.name) (git lfs pull)"
    case let kind?: kind.name
    }
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
