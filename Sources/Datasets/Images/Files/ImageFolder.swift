import Foundation
import Storage

/// The folder of a set of images, and the files that make it complete.
struct ImageFolder: Sendable {
  /// What the folder is called, the first that is found.
  var names: [String]
  /// Files that must be there; each may bear `.gz` behind its name.
  var files: [String]
  /// Endings of names; there must be a file with each.
  var endings: [String] = []
  /// Beginnings of names of files that are read too where they are there.
  var more: [String] = []

  /// A file as it is or compressed; `nil` if neither is there.
  static func file(_ name: String, in folder: String) -> String? {
    ["\(folder)/\(name)", "\(folder)/\(name).gz"].first(where: DatasetFiles.exists)
  }

  /// The first `<directory>/<name>` or `<directory>` that has all the files.
  func find(in directories: [String]) -> String? {
    directories.flatMap { directory in names.map { "\(directory)/\($0)" } + [directory] }
      .first { folder in
        files.allSatisfy { Self.file($0, in: folder) != nil }
          && (endings.isEmpty || hasEndings(folder))
      }
  }

  private func hasEndings(_ folder: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return endings.allSatisfy { ending in names.contains { $0.lowercased().hasSuffix(ending) } }
  }

  /// The folder, or an error that says where it was looked for.
  func require(
    in directories: [String], for source: ImageSource
  ) throws(DatasetError) -> String {
    if let folder = find(in: directories) { return folder }
    let standIn = source.twin.map { ", or use the generated \($0.rawValue)" } ?? ""
    throw .notFound(
      dataset: source.rawValue, files: files + endings.map { "*\($0)" },
      searched: directories.flatMap { directory in names.map { "\(directory)/\($0)" } },
      advice: "put the files there, or give the folder with --data or TESSERA_DATA" + standIn)
  }

  /// The path of a file that must be there, compressed or not.
  static func path(_ name: String, in folder: String, dataset: String) throws(DatasetError)
    -> String
  {
    guard let path = file(name, in: folder) else {
      throw .notFound(
        dataset: dataset, files: [name], searched: [folder],
        advice: "the folder is not complete: put the file there, as it is or with .gz")
    }
    return path
  }

  /// Throws if bytes that do not fit a format without a signature are known to be of another kind.
  static func checkKind(
    _ bytes: [UInt8], path: String, at place: String, _ expected: String
  ) throws(DatasetError) {
    let sample = FileSample(bytes)
    // Pixels may look like letters.
    guard let kind = sample.kind, kind != .text, kind != .empty else { return }
    throw .unexpected(
      path: path, at: place, expected: expected, found: sample.words,
      advice: kind.advice(for: path, wanted: .idx))
  }

  /// The bytes of a file, inflated where they are compressed.
  static func bytes(_ path: String) throws(DatasetError) -> [UInt8] {
    try wrappingStorage { () throws(StorageError) in
      let file = try FileBytes.read(path)
      return file.starts(with: [0x1f, 0x8b]) ? try Gzip.inflate(file, path: path) : file
    }
  }
}
