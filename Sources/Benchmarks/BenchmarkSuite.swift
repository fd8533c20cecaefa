import Storage

/// A group of timings: `tessera bench NAME`.
public protocol BenchmarkSuite: SendableMetatype {
  /// The word on the command line, such as `tensor`.
  static var name: String { get }
  /// One line on what is timed.
  static var summary: String { get }
  /// Times every case and, where they are installed, the peers.
  ///
  /// - Throws: what a case throws.
  static func run(_ context: BenchmarkContext) throws -> [BenchmarkRow]
}

/// What a suite is told.
public struct BenchmarkContext: Sendable {
  /// Threads of our side and of the peers.
  public var threads: Int
  /// Rounds a case; in each, ours and the peer are timed one after the other, and the median round counts.
  public var repeats: Int
  /// The cases to time: a name, or the beginning of one followed by `*`. All if it is `nil`.
  public var pattern: String?
  /// The folder of the peers' scripts, `nil` to look for it.
  public var peerFolder: String?
  /// The Python that runs them: a path, or a name to look for in `PATH`.
  public var python: String
  /// Shows what is being timed, and what is missing.
  public var report: @Sendable (String) -> Void

  /// Makes a context; silent by default.
  public init(
    threads: Int, repeats: Int = 3, pattern: String? = nil, peerFolder: String? = nil,
    python: String = PeerScripts.standardPython,
    report: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.threads = threads
    self.repeats = repeats
    self.pattern = pattern
    self.peerFolder = peerFolder
    self.python = python
    self.report = report
  }

  /// Whether the case called `name` is to be timed.
  func selects(_ name: String) -> Bool {
    guard let pattern else { return true }
    return pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name == pattern
  }
}

/// One timed case; what does not apply is `nil`.
public struct BenchmarkRow: Sendable, Equatable {
  /// The suite and the case.
  public var suite, caseName: String
  /// Threads.
  public var threads: Int
  /// Seconds a call of ours.
  public var seconds: Double
  /// Billions of floating-point operations a second: ours, and those of sgemm, the mean of readings just before and just after.
  public var gflops, ceilingGflops: Double?
  /// The most bytes that tensors held at once.
  public var peakBytes: Int?
  /// The peer, such as `NumPy dense`, and its seconds a call.
  public var peer: String?
  /// Seconds a call of the peer.
  public var peerSeconds: Double?

  /// Makes a row.
  public init(
    suite: String, caseName: String, threads: Int, seconds: Double, gflops: Double? = nil,
    ceilingGflops: Double? = nil, peakBytes: Int? = nil, peer: String? = nil,
    peerSeconds: Double? = nil
  ) {
    self.suite = suite
    self.caseName = caseName
    self.threads = threads
    self.seconds = seconds
    self.gflops = gflops
    self.ceilingGflops = ceilingGflops
    self.peakBytes = peakBytes
    self.peer = peer
    self.peerSeconds = peerSeconds
  }

  /// Our share of the sgemm rate.
  public var share: Double? {
    guard let gflops, let ceilingGflops else { return nil }
    return gflops / ceilingGflops
  }

  /// The peer's time over ours.
  public var ratio: Double? { peerSeconds.map { $0 / seconds } }

  /// The row under the names of the command line's contract.
  public var json: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    return [
      "suite": .string(suite), "case": .string(caseName), "threads": .integer(threads),
      "seconds": .number(seconds), "gflops": number(gflops), "ceilingGflops": number(ceilingGflops),
      "share": number(share), "peakBytes": peakBytes.map { .integer($0) } ?? .null,
      "peer": peer.map { .string($0) } ?? .null, "peerSeconds": number(peerSeconds),
      "ratio": number(ratio),
    ]
  }
}
