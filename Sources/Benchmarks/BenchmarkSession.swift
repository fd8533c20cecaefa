import TensorCore
import Trials

/// Times the cases of a suite, each in turn with its peer, never both at once.
struct BenchmarkSession {
  let suite: String
  let context: BenchmarkContext
  /// The rate of float32 matrix products of order 1024 as the session begins, in GFLOP/s: what no product goes beyond by much.
  let ceiling: Double
  private let scripts: PeerScripts

  init(suite: String, _ context: BenchmarkContext) {
    self.suite = suite
    self.context = context
    scripts = PeerScripts(context)
    ceiling = Self.productRate()
    context.report(
      "kernels \(VectorKernels.instructionSet), BLAS \(BLAS.configuration), "
        + "\(context.threads) thread\(context.threads == 1 ? "" : "s"), "
        + "float32 products at \(Int(ceiling.rounded())) GFLOP/s")
  }

  /// One row a case, for those that the context asks for.
  ///
  /// - Throws: `UsageError` if it asks for none of them; what a case throws.
  func rows(_ cases: [BenchmarkCase]) throws -> [BenchmarkRow] {
    let chosen = cases.filter { context.selects($0.name) }
    if let pattern = context.pattern, chosen.isEmpty {
      throw UsageError(
        "--case \(pattern): expected a case of \(suite), or the beginning of some followed by *, found none of that name; "
          + "there are \(cases.map(\.name).joined(separator: ", "))")
    }
    return try chosen.map(row)
  }

  /// Times a case in turn with its peer, between two readings of the rate of products: on shared hardware it differs from minute
  /// to minute.
  private func row(_ timed: BenchmarkCase) throws -> BenchmarkRow {
    context.report(timed.name)
    let call = try timed.prepare()
    let group = try Stopwatch.groupSize(call)
    let calls = try Self.warmPool(call)
    let before = timed.operations.map { _ in Self.productRate() }
    TensorMemory.resetHighWater()
    let held = TensorMemory.heldBytes
    var ours: [Double] = []
    var theirs: [Double] = []
    var peer: String?
    for _ in 0..<context.repeats {
      ours.append(try Stopwatch.seconds(group, call))
      switch timed.peer {
      case .none: break
      case .script(let script):
        if let found = scripts.measure(script, timed.name) {
          theirs.append(found.seconds)
          peer = found.peer
        }
      case .twin(let name, let twin):
        theirs.append(Stopwatch.seconds(Stopwatch.groupSize(twin), twin))
        peer = name
      }
    }
    let taken = TensorMemory.heldBytes - held
    let peak = TensorMemory.highWaterBytes
    if taken > 1 << 20 {
      context.report(
        "\(timed.name): took \(taken >> 20) MiB from the system inside the timed calls, though \(calls + 1) had warmed the pool"
      )
    }
    let seconds = Stopwatch.median(ours)
    return BenchmarkRow(
      suite: suite, caseName: timed.name, threads: context.threads, seconds: seconds,
      gflops: timed.operations.map { $0 / seconds * 1e-9 },
      ceilingGflops: before.map { ($0 + Self.productRate()) / 2 }, peakBytes: peak, peer: peer,
      peerSeconds: theirs.isEmpty ? nil : Stopwatch.median(theirs))
  }

  /// Calls `body` until a call takes no memory from the system, and returns how often.
  ///
  /// Which thread holds what when differs from call to call, so one call does not find the most that two threads hold at once.
  private static func warmPool(_ body: () throws -> Void) rethrows -> Int {
    for count in 1...8 {
      let held = TensorMemory.heldBytes
      try body()
      if TensorMemory.heldBytes == held { return count }
    }
    return 8
  }

  /// The fastest of ten products.
  private static func productRate() -> Double {
    let order = 1024
    var random = Philox(seed: 1).stream("ceiling")
    let a: Tensor<Float> = random.normal(shape: [order, order])
    let b: Tensor<Float> = random.normal(shape: [order, order])
    let product = { _ = matmul(a, b) }
    product()
    let fastest = (0..<10).map { _ in Stopwatch.seconds(1, product) }.min()!
    return 2 * Double(order * order * order) / fastest * 1e-9
  }
}
