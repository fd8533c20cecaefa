import TensorCore
import Testing

@testable import Attention

/// A call that must end the program, and what it must say.
struct Misuse: Sendable {
  let says: String
  let call: @Sendable () -> Void

  init(_ says: String, _ call: @escaping @Sendable () -> Void) {
    self.says = says
    self.call = call
  }

  /// Binds a mask for 2 sequences, 4 heads, 6 queries and 8 keys.
  private static func bind(_ mask: AttentionMask) {
    _ = mask.bound(batch: 2, heads: 4, queries: 6, keys: 8)
  }
  private static func zeros(_ shape: Shape) -> Tensor<Float> { .zeros(shape) }

  static let ofMasks: [Misuse] = [
    .init("window: left and right must be 0 or more, or nil for no bound, got -1 and nil") {
      _ = AttentionMask.window(left: -1, right: nil, alignment: .topLeft)
    },
    .init("prefix: the prefix must have 0 keys or more, got -2") {
      _ = AttentionMask.prefix(-2, alignment: .topLeft)
    },
    .init("alibi: slopes must be finite, got [1.0, inf]") {
      _ = AttentionMask.alibi(slopes: [1, .infinity], alignment: .topLeft)
    },
    .init("alibi: wants one slope for each of the 4 query heads, got 3") {
      bind(.alibi(heads: 3, alignment: .topLeft))
    },
    .init("relative: the table must be [heads or 1, 2R + 1] for distances -R...R, got [1, 4]") {
      _ = AttentionMask.relative(zeros([1, 4]), alignment: .topLeft)
    },
    .init("relative: a bias must be a number or -infinity, got nan") {
      _ = AttentionMask.relative(Tensor([[0, .nan, 0]]), alignment: .topLeft)
    },
    .init("relative: wants a table of 1 line or of one for each of the 4 query heads, got [3, 5]") {
      bind(.relative(zeros([3, 5]), alignment: .topLeft))
    },
    .init("keyPadding: wants one length for each of the 2 sequences, got 3") {
      bind(.keyPadding(lengths: [8, 8, 8]))
    },
    .init("keyPadding: the length of sequence 1 must be 0 to 8, the number of keys, got 9") {
      bind(.keyPadding(lengths: [8, 9]))
    },
    .init("packed: wants as many query offsets as key offsets, got 3 and 2") {
      bind(.packed(queryOffsets: [0, 3, 6], keyOffsets: [0, 8]))
    },
    .init("packed: query offsets must rise from 0 to 6, the number of queries, got [0, 4, 2, 6]") {
      bind(.packed(queryOffsets: [0, 4, 2, 6], keyOffsets: [0, 1, 2, 8]))
    },
    .init("packed: key offsets must rise from 0 to 8, the number of keys, got [0, 3, 7]") {
      bind(.packed(queryOffsets: [0, 3, 6], keyOffsets: [0, 3, 7]))
    },
    .init("columnIntervals: wants a start and an end for each of the 8 keys, got 7 and 8") {
      bind(
        .columnIntervals(
          start: Array(repeating: 0, count: 7), end: Array(repeating: 6, count: 8)))
    },
    .init("columnIntervals: the interval of key 0 must lie in 0..<6, the queries, got 0 to 7") {
      bind(
        .columnIntervals(
          start: Array(repeating: 0, count: 8), end: Array(repeating: 7, count: 8)))
    },
    .init("BlockPattern: blocks must have 1 row or more, got 0 queries and 4 keys") {
      _ = BlockPattern(queryBlock: 0, keyBlock: 4, rows: [])
    },
    .init("key blocks of query block 1 must ascend from 0 without repeats, got [1, 0]; sort them") {
      _ = BlockPattern(queryBlock: 2, keyBlock: 4, rows: [[0], [1, 0]])
    },
    .init("blockSparse: 6 queries in blocks of 2 want 3 lists, got 2") {
      bind(.blockSparse(BlockPattern(queryBlock: 2, keyBlock: 4, rows: [[0], [1]])))
    },
    .init("blockSparse: 8 keys in blocks of 4 have blocks 0..<2, got block 2") {
      bind(.blockSparse(BlockPattern(queryBlock: 6, keyBlock: 4, rows: [[0, 2]])))
    },
    .init("boolean: wants [6, 8] or [2 or 1, 4 or 1, 6, 8], got [8, 6]") {
      bind(.boolean(zeros([8, 6])))
    },
    .init("additive: wants [6, 8] or [2 or 1, 4 or 1, 6, 8], got [3, 1, 6, 8]") {
      bind(.additive(zeros([3, 1, 6, 8])))
    },
    .init("additive: a bias must be a number or -infinity, got inf for query 2, key 5") {
      var bias = zeros([6, 8])
      bias[2, 5] = .infinity
      bind(.additive(bias))
    },
    .init("MaskGenerator: the block size must be 1 to 8192, got 0") {
      _ = MaskGenerator(.matrix(blockSize: 0))
    },
    .init("AttentionMask.bound: extents must be 0 or more and lengths below 2^31") {
      _ = AttentionMask.none.bound(batch: 1, heads: 1, queries: 1 << 31, keys: 1)
    },
  ]

  private static func refer(
    _ q: Shape, _ k: Shape, _ v: Shape? = nil, _ options: AttentionOptions = .init()
  ) {
    _ = ReferenceAttention.attend(zeros(q), zeros(k), zeros(v ?? k), options: options)
  }
  private static func tile(
    _ q: Shape, _ k: Shape, _ v: Shape? = nil, _ options: AttentionOptions = .init()
  ) {
    _ = attend(zeros(q), zeros(k), zeros(v ?? k), options: options)
  }

  static let ofCalls: [Misuse] = [
    .init("must be [batch, heads, tokens, width], got [4, 6, 3]") {
      tile([4, 6, 3], [1, 4, 6, 3])
    },
    .init("attend: keys and values must have one shape, got [1, 2, 8, 3] and [1, 2, 7, 3]") {
      tile([1, 4, 6, 3], [1, 2, 8, 3], [1, 2, 7, 3])
    },
    .init("attend: keys must have the batch 2 and the width 3 of the queries") {
      tile([2, 4, 6, 3], [1, 2, 8, 3])
    },
    .init("attend: the 4 query heads must be a multiple of the 3 key heads") {
      tile([1, 4, 6, 3], [1, 3, 8, 3])
    },
    .init("attend: the width of a row must be in 1...256, got 257; split wider heads") {
      tile([1, 1, 2, 257], [1, 1, 2, 257])
    },
    .init("attend: the scale must be a finite number, got nan") {
      tile([1, 1, 2, 3], [1, 1, 2, 3], nil, AttentionOptions(scale: .nan))
    },
    .init("ReferenceAttention.attend: the 4 query heads must be a multiple of the 3 key heads") {
      refer([1, 4, 6, 3], [1, 3, 8, 3])
    },
    .init("queries, keys and values must have one format") {
      let x = zeros([1, 1, 2, 3])
      _ = attend(
        HalfTensor(x, format: .bfloat16), HalfTensor(x, format: .float16),
        HalfTensor(x, format: .bfloat16))
    },
    .init(
      "attendBackward: dOutput and the output of the forward call must be shaped like the queries"
    ) {
      let x = zeros([1, 1, 2, 3])
      _ = attendBackward(zeros([1, 1, 2, 4]), x, x, x, result: attend(x, x, x))
    },
    .init("attendBackward: log-sum-exps and their gradient must be [1, 1, 2], got") {
      let x = zeros([1, 1, 2, 3])
      _ = attendBackward(x, dLogSumExp: zeros([2]), x, x, x, result: attend(x, x, x))
    },
    .init("ReferenceAttention.backward: output and its gradient must have the queries' shape") {
      let x = zeros([1, 1, 2, 3])
      _ = ReferenceAttention.backward(
        zeros([1, 1, 2, 4]), x, x, x, result: ReferenceAttention.attend(x, x, x))
    },
    .init("ReferenceAttention.backward: the log-sum-exp and its gradient must be [1, 1, 2], got") {
      let x = zeros([1, 1, 2, 3])
      _ = ReferenceAttention.backward(
        x, dLogSumExp: zeros([1, 2]), x, x, x, result: ReferenceAttention.attend(x, x, x))
    },
  ]
}

@Suite struct MisuseTests {
  private func expectMessage(_ result: ExitTest.Result?, _ says: String) {
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains(says), "said: \(text.prefix(300))")
  }

  @Test(arguments: Misuse.ofMasks.indices) func masksSayWhatTheyWant(_ index: Int) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [index] in Misuse.ofMasks[index].call() }
    expectMessage(result, Misuse.ofMasks[index].says)
  }

  @Test(arguments: Misuse.ofCalls.indices) func callsSayWhatTheyWant(_ index: Int) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [index] in Misuse.ofCalls[index].call() }
    expectMessage(result, Misuse.ofCalls[index].says)
  }
}
