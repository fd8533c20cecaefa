import Foundation

/// A reader of files as a fuzzer sees it: bytes go in, and whatever they are, it comes back with a value or an error.
///
/// ``all`` is the one table of them: the tests of continuous integration, which mutate the seeds, and libFuzzer
/// (`Scripts/fuzz`), which follows coverage, both go through it. A new reader is one line there.
public struct FuzzReader: Sendable {
  /// The name on the command line and of the folder of its corpus.
  public let name: String
  /// Words that mutations put in, which chance alone would not spell.
  public let words: [String]
  /// Sound files to begin with.
  public let seeds: @Sendable () throws -> [[UInt8]]
  /// Reads all that the bytes hold; files go through the scratch folder.
  public let read: @Sendable ([UInt8], FuzzFolder) throws -> Void
  /// Makes check values right again, so that mutations come past them; half of the inputs go through it.
  public let repair: (@Sendable ([UInt8]) -> [UInt8])?
  /// How long seeds and corpus may be for the mutations to be worth their time.
  public let longest: Int

  init(
    _ name: String, words: [String] = [], longest: Int = 4096,
    repair: (@Sendable ([UInt8]) -> [UInt8])? = nil,
    seeds: @escaping @Sendable () throws -> [[UInt8]],
    read: @escaping @Sendable ([UInt8], FuzzFolder) throws -> Void
  ) {
    self.name = name
    self.words = words
    self.seeds = seeds
    self.read = read
    self.repair = repair
    self.longest = longest
  }

  /// Reads the bytes; an error is an answer like any other.
  ///
  /// - Returns: the error's message, or nil for bytes that could be read.
  @discardableResult
  public func run(_ bytes: [UInt8], in folder: FuzzFolder) -> String? {
    var input = bytes
    // The last bit decides, so that the same bytes always go the same way.
    if let repair, let last = bytes.last, last & 1 == 1 { input = repair(bytes) }
    do {
      try read(input, folder)
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// The reader of a name.
  public static func named(_ name: String) -> FuzzReader? { all.first { $0.name == name } }
}

/// A folder in memory where it can be had, for readers that want a file.
public struct FuzzFolder: Sendable {
  /// The path.
  public let path: String

  /// Makes an empty folder; it is the caller's to remove.
  public init() throws {
    let place = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
    path = "\(place)/tessera-fuzz-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// Removes the folder and what is in it.
  public func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, over what stood there, and returns its path. Its name may hold folders.
  public func file(_ name: String, _ bytes: some Collection<UInt8>) throws -> String {
    let file = path + "/" + name
    var descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    if descriptor < 0 {
      try FileManager.default.createDirectory(
        atPath: URL(filePath: file).deletingLastPathComponent().path,
        withIntermediateDirectories: true)
      descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    }
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    defer { close(descriptor) }
    let all = Array(bytes)
    guard write(descriptor, all, all.count) == all.count else {
      throw CocoaError(.fileWriteOutOfSpace)
    }
    return file
  }
}
