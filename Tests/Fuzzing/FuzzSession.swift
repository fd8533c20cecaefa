import Foundation
import Storage
import TensorCore

/// Runs a reader over its seeds, its corpus and many changed forms of them, in this process.
///
/// A crash ends the process, and so does an input that takes more than ``secondsAllowed``; the input is then in the
/// file ``lastInputPath(_:)``.
public struct FuzzSession {
  /// What a session saw.
  public struct Summary: Sendable {
    /// Inputs read, and how many of them gave a value.
    public var inputCount = 0, soundCount = 0
    /// Seconds for all.
    public var seconds = 0.0
    /// Seconds of the slowest input.
    public var slowest = 0.0
    /// The most memory beyond that before the first input, in bytes, and how often as large as the input.
    public var memory = 0, memoryMultiple = 0.0
    /// How often messages that begin so came, by the words behind "found".
    public var libraryFaults: [String: Int] = [:]
  }

  /// Seconds of the processor after which an input counts as a hang.
  public static let secondsAllowed = 5

  /// Where inputs are kept on which a library of others fails, for a look at it.
  private static let keptFolder = ProcessInfo.processInfo.environment["TESSERA_FUZZ_KEEP"]

  private let reader: FuzzReader
  private let corpus: [[UInt8]]

  /// A session over the reader's seeds and the files of `folder/<name of the reader>`.
  public init(_ reader: FuzzReader, corpus folder: String) throws {
    self.reader = reader
    let place = "\(folder)/\(reader.name)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    corpus =
      try reader.seeds() + names.sorted().map { try FileBytes.read("\(place)/\($0)") }
  }

  /// Where the input that is being read is kept.
  public static func lastInputPath(_ name: String) -> String {
    FileManager.default.temporaryDirectory.path + "/tessera-fuzz-last-\(name)"
  }

  /// Reads all files of the corpus, and `count` changed forms of them from a random stream.
  public func run(count: Int, seed: UInt64) throws -> Summary {
    let folder = try FuzzFolder()
    defer { folder.remove() }
    let journal = try Journal(FuzzSession.lastInputPath(reader.name))
    var summary = Summary()
    var random = Philox(seed: seed).stream("fuzz/\(reader.name)")
    let mutation = Mutation(for: reader)
    let start = ContinuousClock.now
    for bytes in corpus { try read(bytes, folder, journal, &summary) }
    // What a first reading sets up once, such as tables of a library, is no input's memory.
    summary.memory = 0
    summary.memoryMultiple = 0
    let peak = try PeakMemory()
    let before = peak.bytes
    for _ in 0..<count {
      let file = corpus[Int.random(in: corpus.indices, using: &random)]
      let other = corpus[Int.random(in: corpus.indices, using: &random)]
      let bytes = mutation.mutated(file, with: other, &random)
      try read(bytes, folder, journal, &summary)
      let memory = peak.bytes - before
      if memory > summary.memory {
        summary.memory = memory
        summary.memoryMultiple = Double(memory) / Double(max(bytes.count, 1))
      }
    }
    summary.seconds = Double((ContinuousClock.now - start) / .nanoseconds(1)) * 1e-9
    return summary
  }

  private func read(
    _ bytes: [UInt8], _ folder: FuzzFolder, _ journal: Journal, _ summary: inout Summary
  ) throws {
    try journal.note(bytes)
    Self.endProcess(after: Self.secondsAllowed)
    let start = Self.processorSeconds
    let message = reader.run(bytes, in: folder)
    let seconds = Self.processorSeconds - start
    Self.endProcess(after: 0)
    summary.inputCount += 1
    summary.slowest = max(summary.slowest, seconds)
    guard let message else {
      summary.soundCount += 1
      return
    }
    for fault in ["on which it crashes", "on which it goes on and on"]
    where message.contains(fault) {
      let words = message.split(separator: fault).last?.prefix { $0 != "," && $0 != ";" } ?? ""
      summary.libraryFaults[fault + words, default: 0] += 1
      if let place = Self.keptFolder {
        try AtomicFile.write(bytes, to: "\(place)/fault-\(summary.inputCount)")
      }
    }
  }

  /// Reads one input, and gives the seconds and the bytes of memory that it took beyond those before.
  public static func measure(_ reader: FuzzReader, _ bytes: [UInt8]) throws -> (Double, Int) {
    let folder = try FuzzFolder()
    defer { folder.remove() }
    for seed in try reader.seeds().prefix(1) { reader.run(seed, in: folder) }
    // The peak so far may be that of making the input.
    let peak = try PeakMemory()
    let before = peak.bytes
    endProcess(after: secondsAllowed)
    let start = processorSeconds
    reader.run(bytes, in: folder)
    let seconds = processorSeconds - start
    endProcess(after: 0)
    return (seconds, peak.bytes - before)
  }

  /// Seconds of the processor that this process has used, with those of its children that ended.
  private static var processorSeconds: Double {
    var total = 0.0
    for who in [RUSAGE_SELF.rawValue, RUSAGE_CHILDREN.rawValue] {
      var usage = rusage()
      getrusage(who, &usage)
      for time in [usage.ru_utime, usage.ru_stime] {
        total += Double(time.tv_sec) + Double(time.tv_usec) * 1e-6
      }
    }
    return total
  }

  /// Ends this process once it has used so many more seconds of the processor; 0 takes that back.
  private static func endProcess(after seconds: Int) {
    var limit = itimerval()
    limit.it_value.tv_sec = seconds
    setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &limit, nil)
  }
}

/// The largest resident memory of this process since this was made.
///
/// `getrusage` would begin with that of the process which started this one.
private final class PeakMemory {
  private let status: Int32

  /// Sets the peak back to what is there now.
  init() throws {
    status = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    let reset = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    guard status >= 0, reset >= 0 else { throw CocoaError(.fileReadUnknown) }
    defer { close(reset) }
    guard write(reset, "5", 1) == 1 else { throw CocoaError(.fileWriteUnknown) }
  }

  /// The peak in bytes.
  var bytes: Int {
    var text = [UInt8](repeating: 0, count: 4096)
    let count = pread(status, &text, text.count, 0)
    guard count > 0, let name = text.firstRange(of: "VmHWM:".utf8) else { return 0 }
    var kilobytes = 0
    for byte in text[name.upperBound...] {
      if (0x30...0x39).contains(byte) {
        kilobytes = kilobytes * 10 + Int(byte - 0x30)
      } else if kilobytes > 0 {
        break
      }
    }
    return kilobytes * 1024
  }

  deinit { close(status) }
}

/// Keeps the newest input in a file that outlives a crash.
private final class Journal {
  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  func note(_ bytes: [UInt8]) throws {
    guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count,
      ftruncate(descriptor, off_t(bytes.count)) == 0
    else { throw CocoaError(.fileWriteOutOfSpace) }
  }

  deinit { close(descriptor) }
}
