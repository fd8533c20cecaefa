import Foundation
import Storage
import TensorCore

/// What tells data from other data under the same path: a SHA-256 that knows neither the path nor the time of writing.
struct DataFingerprint: Sendable, Equatable {
  /// The path that was looked at.
  let path: String
  /// Of what the digest is: `contents` of a file, `names and contents` of a folder's files, or their `names and sizes`.
  let covers: String
  /// 64 hexadecimal digits.
  let digest: String

  init(path: String, covers: String, digest: String) {
    (self.path, self.covers, self.digest) = (path, covers, digest)
  }

  /// A folder with more bytes than this is known by the sizes of its files: to read it all at every start would take long.
  static let mostBytes = 1 << 30

  /// Of a file, the digest of its contents; of a folder, that of the names, below the folder, and of the contents of all files in
  /// it, in the order of the names; where these are more than `mostBytes`, of the sizes in their place.
  ///
  /// - Throws: `StorageError` if the file cannot be read.
  init(of path: String, mostBytes: Int = mostBytes) throws {
    self.path = path
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
    let isSmall = files.reduce(0) { $0 + $1.size } <= mostBytes
    let lines = try parallelMap(over: files.count) { [files] index throws -> String in
      let file = files[index]
      let what = isSmall ? try SHA256.hex(ofFile: "\(path)/\(file.name)") : "\(file.size)"
      return "\(file.name)\u{0}\(what)\n"
    }
    covers = isSmall ? "names and contents" : "names and sizes"
    digest = SHA256.hex(of: lines.joined().utf8)
  }

  /// The line in a run's notes.
  var note: String { noteStart + digest }

  private var noteStart: String {
    "data \(URL(filePath: path).lastPathComponent): SHA-256 of its \(covers) is "
  }

  /// Whether the notes of a run speak of other data than these.
  func contradicts(_ notes: [String]) -> Bool {
    notes.contains { $0.hasPrefix(noteStart) && $0 != note }
  }

  /// Throws if a run that began with the data of `saved` is to go on with these.
  func check(against saved: String?) throws {
    guard let saved, saved != digest else { return }
    throw RunError.unreadable(
      path: path, expected: "the data that the run began with (SHA-256 of its \(covers): \(saved))",
      found: digest,
      advice: "put the old data back to resume, or delete the run folder and run again")
  }
}
