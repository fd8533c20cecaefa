import Foundation
import Storage

/// What tells data from other data under the same path: a SHA-256 that knows neither the path nor the time of writing.
struct DataFingerprint: Sendable, Equatable {
  /// The path that was looked at.
  let path: String
  /// Of what the digest is: `contents` of a file, or `names and sizes of 12 files`.
  let covers: String
  /// 64 hexadecimal digits.
  let digest: String

  /// Of a file, the digest of its contents; of a folder, that of the names, below the folder, and sizes of all files in it, in the
  /// order of the names: contents of many thousand pictures would take long to read at every start.
  ///
  /// - Throws: `StorageError` if the file cannot be read.
  init(of path: String) throws {
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
    var lines: [String] = []
    for name in names {
      let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      guard attributes?[.type] as? FileAttributeType == .typeRegular,
        let size = attributes?[.size] as? NSNumber
      else { continue }
      lines.append("\(name)\u{0}\(size.int64Value)\n")
    }
    lines.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    covers = "names and sizes of \(counted(lines.count, "file"))"
    digest = SHA256.hex(of: lines.joined().utf8)
  }

  /// The line in a run's notes.
  var note: String {
    "data \(URL(filePath: path).lastPathComponent): SHA-256 of its \(covers) is \(digest)"
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
