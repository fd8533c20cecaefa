import Attention
import TensorCore

/// One token of one sequence over its stored keys and values.
struct DecodeProblem: Sendable, Equatable {
  var heads = 32
  var keyHeads: Int
  var width = 128
  var tokens: Int
  var format: KeyValueFormat

  var name: String {
    "h\(heads)kv\(keyHeads)-\(format.rawValue)-\(tokenText(tokens))"
  }
  /// The bytes of keys and values that a token reads.
  var bytes: Int { 2 * keyHeads * tokens * width * format.bytes }
  var operations: Double { 4 * Double(heads * tokens * width) }

  /// A store with one sequence. Tokens repeat after 4096, for they take longer to draw than to attend to.
  func store() throws -> KeyValueStore {
    var store = KeyValueStore(keyValueHeads: keyHeads, width: width, format: format)
    let sequence = store.addSequence()
    let shape = Shape([1, keyHeads, min(tokens, 4096), width])
    let (keys, values) = (
      AttentionProblem.normal(shape, "keys"), AttentionProblem.normal(shape, "values")
    )
    for _ in 0..<tokens / shape[2] { try store.append(keys, values, to: [sequence]) }
    return store
  }

  func queries(_ count: Int = 1) -> Tensor<Float> {
    AttentionProblem.normal([1, heads, count, width], "queries")
  }
}

extension AttentionSuite {
  static let decodeProblems: [DecodeProblem] = [
    (32, KeyValueFormat.float32), (8, .float32), (8, .bfloat16), (32, .bfloat16),
  ].flatMap { keyHeads, format in
    [4096, 16384, 65536, 131_072].map {
      DecodeProblem(keyHeads: keyHeads, tokens: $0, format: format)
    }
  }

  /// Decoding beside PyTorch, and, under names that end in `-read`, beside a plain read of the same bytes: that ratio is the
  /// share of the memory's bandwidth.
  static var decodeCases: [BenchmarkCase] {
    decodeProblems.flatMap { problem in
      [decode(problem, peer: peer), decodeBesideRead(problem)]
    }
  }

  static func decode(
    _ problem: DecodeProblem, suffix: String = "", peer: BenchmarkCase.Peer
  ) -> BenchmarkCase {
    BenchmarkCase("decode-\(problem.name)\(suffix)", operations: problem.operations, peer: peer) {
      let (store, queries) = (try problem.store(), problem.queries())
      return { _ = store.attend(queries, to: [0]) }
    }
  }

  static func decodeBesideRead(_ problem: DecodeProblem) -> BenchmarkCase {
    let memory = LazyBandwidth(bytes: problem.bytes)
    return decode(
      problem, suffix: "-read", peer: .twin(name: "plain read", call: { memory.read() }))
  }

  /// A chunk of 512 tokens of a prompt whose 3,584 earlier ones are stored.
  static var prefillCases: [BenchmarkCase] {
    [(32, KeyValueFormat.float32), (8, .float32), (8, .bfloat16)].map { keyHeads, format in
      let stored = DecodeProblem(keyHeads: keyHeads, tokens: 4096, format: format)
      let problem = AttentionProblem(
        keyHeads: keyHeads, queries: 512, keys: 4096, isCausal: true)
      return BenchmarkCase(
        "prefill-\(stored.name)-512", operations: problem.forwardOperations, peer: peer
      ) {
        let (store, queries) = (try stored.store(), stored.queries(512))
        return { _ = store.attend(queries, to: [0]) }
      }
    }
  }
}

/// Memory to read that is taken at its first use, so that a list of cases holds none.
private final class LazyBandwidth {
  private let bytes: Int
  private lazy var memory = ReadBandwidth(bytes: min(bytes, 1 << 30))

  init(bytes: Int) { self.bytes = bytes }

  func read() {
    // Above 1 GiB the same memory is read again; no cache holds it.
    var left = bytes
    while left > 0 {
      memory.read(min(left, 1 << 30))
      left -= 1 << 30
    }
  }
}
