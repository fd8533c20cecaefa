import TensorCore

/// Times the cases of a suite, each in turn with its peer, never both at once.
struct BenchmarkSession {
  let suite: String
  let context: BenchmarkContext
  /// The rate of float32 matrix products of order 1024 in this run, in GFLOP/s: what no product goes beyond by much.
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
  func rows(_ cases: [BenchmarkCase]) throws -> [BenchmarkRow] {
    try cases.filter { context.selects($0.name) }.map(row)
  }

  private func row(_ timed: BenchmarkCase) throws -> BenchmarkRow {
    context.report(timed.name)
    let call = try timed.prepare()
    let group = try Stopwatch.groupSize(call)
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
    if taken > 1 << 20 {
      context.report(
        "\(timed.name): took \(taken >> 20) MiB from the system inside the timed calls, though the first had warmed the pool"
      )
    }
    let seconds = Stopwatch.median(ours)
    return BenchmarkRow(
      suite: suite, caseName: timed.name, threads: context.threads, seconds: seconds,
      gflops: timed.operations.map { $0 / seconds * 1e-9 },
      ceilingGflops: timed.operations.map { _ in ceiling },
      peakBytes: TensorMemory.highWaterBytes, peer: peer,
      peerSeconds: theirs.isEmpty ? nil : Stopwatch.median(theirs))
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
