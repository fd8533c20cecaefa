import Foundation
import Storage
import TensorCore

/// The fingerprint that runs on scenes had before ``RunInputs``: in the notes of their results, and in their states. It stepped
/// over links, and took in all files below a folder.
struct EarlierFingerprint: Sendable, Equatable {
  let covers: String
  let digest: String

  /// A folder with more bytes than this was known by the sizes of its files.
  private static let mostBytes = 1 << 30

  /// What the notes of a result say; `nil` if they say nothing of data.
  init?(notes: [String]) {
    for note in notes where note.hasPrefix("data ") {
      guard let start = note.range(of: ": SHA-256 of its "),
        let middle = note.range(of: " is ", range: start.upperBound..<note.endIndex)
      else { continue }
      covers = String(note[start.upperBound..<middle.lowerBound])
      digest = String(note[middle.upperBound...])
      return
    }
    return nil
  }

  /// The fingerprint of what is at `path` now.
  ///
  /// - Throws: `StorageError`.
  init(of path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else {
      covers = "contents"
      digest = try SHA256.hex(ofFile: path)
      return
    }
    let names = (FileManager.default.enumerator(atPath: path)?.allObjects ?? [])
      .compactMap { $0 as? String }
    var files: [(name: String, size: Int)] = []
    for name in names {
      let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      guard attributes?[.type] as? FileAttributeType == .typeRegular,
        let size = attributes?[.size] as? NSNumber
      else { continue }
      files.append((name, size.intValue))
    }
    files.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let isSmall = files.reduce(0) { $0 + $1.size } <= EarlierFingerprint.mostBytes
    let lines = try parallelMap(over: files.count) { [files] index throws -> String in
      let file = files[index]
      let what = isSmall ? try SHA256.hex(ofFile: "\(path)/\(file.name)") : "\(file.size)"
      return "\(file.name)\u{0}\(what)\n"
    }
    covers = isSmall ? "names and contents" : "names and sizes"
    digest = SHA256.hex(of: lines.joined().utf8)
  }

  /// Whether it can tell data apart: behind links it saw nothing, and every such folder had this digest.
  var isBlind: Bool { digest == SHA256.hex(of: []) }
}
