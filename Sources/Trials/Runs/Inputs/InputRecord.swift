import Datasets
import Foundation
import Storage
import TensorCore

/// What tells an input from others under the same path: a SHA-256 that knows neither the path nor the time of writing.
public struct InputRecord: Codable, Sendable, Equatable {
  /// A file of a folder.
  public struct File: Codable, Sendable, Equatable {
    /// Its path from the folder, and the SHA-256 of its contents (or of samples, where ``InputRecord/covers`` says so).
    public var name, sha256: String
  }

  /// The dotted key of the configuration that names the input.
  public var key: String
  /// Where it was found, and the same from the root of the disk.
  public var path, absolute: String
  /// Of what the digest is: `contents` of a file, `names and contents` of a folder's files; of what is larger than 2 GiB,
  /// `size and samples of the contents`.
  public var covers: String
  /// 64 hexadecimal digits.
  public var sha256: String
  /// Bytes of all files.
  public var bytes: Int
  /// Files.
  public var count: Int
  /// How the files of a folder were listed.
  public var listing: SceneListing?
  /// The files of a folder, unless they are too many.
  public var files: [File]?
  /// A digest of what the system said of the files; while it is the same, so are the contents. `nil` where a file was just
  /// being written.
  public var state: String?

  /// More bytes than this are known by their sizes and samples: to read them all at every start would take long.
  static let mostBytes = 2 << 30
  /// More files than this are not listed by name.
  static let mostFiles = 10_000
  /// The bytes that samples have in all.
  private static let sampledBytes = 256 << 20

  /// Reads an input.
  ///
  /// - Throws: `StorageError` if the one file cannot be read. Of a folder, a file that cannot be read is noted as such: whether
  ///   it is needed is for the reader to say.
  init(of input: InputFile, mostBytes: Int = mostBytes) throws {
    key = input.key
    path = input.path
    absolute = InputRecord.absolute(input.path)
    listing = if case .scenes(let listing) = input.contents { listing } else { nil }
    guard let names = input.names else {
      let before = FileState(path)
      bytes = before?.size ?? 0
      count = 1
      covers = bytes > mostBytes ? "size and samples of the contents" : "contents"
      let extent =
        bytes > mostBytes
        ? FileDigests.Extent.samples(count: 4096, length: 1 << 16) : .whole
      if let before {
        sha256 = try FileDigests.digest(of: path, before, extent)
      } else {
        // There is none: this throws, with the system's reason.
        sha256 = try SHA256.hex(ofFile: path)
      }
      state = InputRecord.state([(path, before)])
      return
    }
    let states = names.map { FileState("\(input.path)/\($0)") }
    let total = states.reduce(0) { $0 + ($1.map { $0.isFile ? $0.size : 0 } ?? 0) }
    bytes = total
    count = names.count
    covers = "names " + (total > mostBytes ? "and samples of the contents" : "and contents")
    let share = max(512, InputRecord.sampledBytes / max(1, names.count))
    let length = min(1 << 16, share)
    let extent =
      total > mostBytes
      ? FileDigests.Extent.samples(count: max(1, share / length), length: length) : .whole
    let folder = input.path
    let files = parallelMap(over: names.count) { index -> File in
      let name = names[index]
      guard let state = states[index] else { return File(name: name, sha256: "nothing there") }
      guard state.isFile else { return File(name: name, sha256: "no file") }
      let digest = try? FileDigests.digest(of: "\(folder)/\(name)", state, extent)
      return File(name: name, sha256: digest ?? "unreadable")
    }
    sha256 = SHA256.hex(of: files.map { "\($0.name)\u{0}\($0.sha256)\n" }.joined().utf8)
    self.files = files.count <= InputRecord.mostFiles ? files : nil
    state = InputRecord.state(zip(names, states).map { ($0, $1) })
  }

  /// What a checkpoint notes of an input.
  init(key: String, sha256: String, covers: String) {
    (self.key, self.sha256, self.covers) = (key, sha256, covers)
    (path, absolute, bytes, count) = ("", "", 0, 0)
  }

  /// The files as they are on the disk now, if they are there: what was noted, read again.
  func again() throws -> InputRecord? {
    guard FileState(absolute) != nil else { return nil }
    let contents: InputFile.Contents
    if let listing {
      contents = .scenes(listing)
    } else if let files {
      contents = .files(files.map(\.name))
    } else if covers.hasPrefix("names") {
      // Of very many files the names are not known any more.
      return nil
    } else {
      contents = .file
    }
    let input = InputFile(key: key, path: absolute, contents: contents)
    if state != nil && state == InputRecord.state(of: input) { return self }
    return try InputRecord(of: input)
  }

  /// What the system says of the files of an input now.
  static func state(of input: InputFile) -> String? {
    guard let names = input.names else { return state([(input.path, FileState(input.path))]) }
    return state(names.map { ($0, FileState("\(input.path)/\($0)")) })
  }

  private static func state(_ files: [(name: String, state: FileState?)]) -> String? {
    if files.contains(where: { $0.state?.isSettled == false }) { return nil }
    return SHA256.hex(of: files.map { $0.state?.line ?? "none\n" }.joined().utf8)
  }

  private static func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    let folder = FileManager.default.currentDirectoryPath
    return folder + "/" + path
  }
}
