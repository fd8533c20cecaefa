import Foundation
import TensorCore
import Testing

@testable import Attention

/// Stores as values, and attention over them against the plain formula in double precision.
@Suite(.serialized) struct KeyValueStoreTests {
  private func filled(
    _ k: Tensor<Float>, _ v: Tensor<Float>, format: KeyValueFormat = .float32, pieces: [Int]
  ) throws -> KeyValueStore {
    var store = KeyValueStore(keyValueHeads: k.shape[1], width: k.shape[3], format: format)
    let targets = (0..<k.shape[0]).map { _ in store.addSequence() }
    var first = 0
    for piece in pieces {
      try store.append(
        tokens(k, first..<first + piece), tokens(v, first..<first + piece), to: targets)
      first += piece
    }
    return store
  }

  @Test(arguments: [
    // key-value heads, group, queries, tokens, width
    (1, 1, 1, 1, 16), (2, 1, 1, 255, 64), (1, 4, 1, 257, 17), (2, 4, 1, 1300, 128),
    (1, 8, 3, 65, 80),
    (2, 1, 5, 5, 128), (1, 1, 200, 700, 33), (1, 4, 63, 513, 64), (3, 2, 2, 600, 1),
  ])
  func agreesWithThePlainFormula(
    _ heads: Int, _ group: Int, _ queries: Int, _ count: Int, _ width: Int
  )
    throws
  {
    let name = "\(heads).\(group).\(queries).\(count).\(width)"
    let k = normal([2, heads, count, width], "k" + name)
    let v = normal([2, heads, count, width], "v" + name)
    let q = normal([2, heads * group, queries, width], "q" + name)
    let scale = 1 / Double(width).squareRoot()
    for (format, bar) in [(KeyValueFormat.float32, 5e-6), (.float16, 3e-3), (.bfloat16, 2e-2)] {
      let store = try filled(k, v, format: format, pieces: [count])
      let result = store.attend(q, to: [0, 1])
      #expect(result.output.shape == q.shape)
      #expect(result.logSumExp.shape == [2, heads * group, queries])
      var worst = 0.0
      for b in 0..<2 {
        for head in 0..<heads * group {
          let expected = plainCausal(
            rows(q, b, head), rows(k, b, head / group), rows(v, b, head / group), scale: scale)
          for (i, row) in rows(result.output, b, head).enumerated() {
            for (x, y) in zip(row, expected.output[i]) { worst = max(worst, abs(Double(x) - y)) }
            let lse = result.logSumExp.scalars[(b * heads * group + head) * queries + i]
            worst = max(worst, abs(Double(lse) - expected.logSumExp[i]))
          }
        }
      }
      #expect(worst <= bar, "\(format), \(name)")
    }
  }

  @Test func threadsChangeNoBit() throws {
    let (k, v) = (normal([1, 2, 3000, 64], "tk"), normal([1, 2, 3000, 64], "tv"))
    let store = try filled(k, v, pieces: [3000])
    defer { Parallelism.threads = 1 }
    for queries in [1, 5, 130] {
      let q = normal([1, 8, queries, 64], "tq")
      Parallelism.threads = 1
      let one = store.attend(q, to: [0])
      Parallelism.threads = 2
      let two = store.attend(q, to: [0])
      #expect(one.output == two.output && one.logSumExp == two.logSumExp)
    }
  }

  @Test func piecesAreTheWhole() throws {
    let (k, v) = (normal([2, 3, 530, 20], "pk"), normal([2, 3, 530, 20], "pv"))
    let whole = try filled(k, v, pieces: [530])
    let pieces = try filled(k, v, pieces: [1, 255, 1, 200, 73])
    for sequence in 0..<2 {
      #expect(whole.keys(of: sequence) == pieces.keys(of: sequence))
      #expect(whole.values(of: sequence) == pieces.values(of: sequence))
    }
    #expect(
      whole.keys(of: 1).scalars == rows(k, 1, 0).flatMap { $0 } + rows(k, 1, 1).flatMap { $0 }
        + rows(k, 1, 2).flatMap { $0 })
    #expect(pieces.lengths == [530, 530])
  }

  @Test func layoutsAgree() throws {
    let (k, v) = (normal([1, 2, 70, 16], "lk"), normal([1, 2, 70, 16], "lv"))
    let q = normal([1, 4, 3, 16], "lq")
    func moved(_ x: Tensor<Float>) -> Tensor<Float> { x.permuted([0, 2, 1, 3]) }
    let first = try filled(k, v, pieces: [70])
    var second = KeyValueStore(keyValueHeads: 2, width: 16)
    _ = second.addSequence()
    try second.append(moved(k), moved(v), to: [0], layout: .tokensFirst)
    #expect(first.keys(of: 0) == second.keys(of: 0))
    let a = first.attend(q, to: [0])
    let b = second.attend(moved(q), to: [0], options: AttentionOptions(layout: .tokensFirst))
    #expect(moved(a.output) == b.output && a.logSumExp == b.logSumExp)
  }

  @Test func forksDivergeAndShareUntilThen() throws {
    let (k, v) = (normal([1, 1, 400, 8], "fk"), normal([1, 1, 400, 8], "fv"))
    var store = try filled(k, v, pieces: [300])
    let shared = store.bytes
    let fork = store.fork(0)
    let snapshot = store
    #expect(store.bytes == shared)
    try store.append(tokens(k, 300..<310), tokens(v, 300..<310), to: [fork])
    #expect(store.lengths == [300, 310] && snapshot.lengths == [300, 300])
    // The full block is still shared, the partial one is not.
    #expect(store.bytes == shared + shared / 2)
    try store.append(tokens(v, 300..<310), tokens(k, 300..<310), to: [0])
    #expect(store.keys(of: 1) == (try filled(k, v, pieces: [310])).keys(of: 0))
    #expect(store.keys(of: 0).scalars.suffix(80) == v.scalars[2400..<2480])
    #expect(snapshot.keys(of: 0).scalars == Array(k.scalars.prefix(2400)))
    store.truncate(1, to: 0)
    #expect(store.lengths == [310, 0])
    try store.append(tokens(k, 0..<20), tokens(v, 0..<20), to: [1])
    #expect(store.keys(of: 1).scalars == Array(k.scalars.prefix(160)))
  }

  @Test func truncatesAndGrows() throws {
    let (k, v) = (normal([1, 1, 600, 8], "uk"), normal([1, 1, 600, 8], "uv"))
    var store = try filled(k, v, pieces: [600])
    let full = store.bytes
    store.truncate(0, to: 256)
    #expect(store.bytes == full / 3 && store.length(of: 0) == 256)
    try store.append(tokens(k, 256..<600), tokens(v, 256..<600), to: [0])
    #expect(store.keys(of: 0).scalars == k.scalars)
    var reserved = KeyValueStore(keyValueHeads: 1, width: 8)
    _ = reserved.addSequence()
    try reserved.reserve(600, for: 0)
    #expect(reserved.bytes == full)
    try reserved.append(k, v, to: [0])
    #expect(reserved.bytes == full && reserved.values(of: 0).scalars == v.scalars)
  }

  @Test func capacityAndBudgetAreErrorsThatLoseNothing() throws {
    var store = KeyValueStore(keyValueHeads: 1, width: 8, capacity: 10)
    _ = (store.addSequence(), store.addSequence())
    let x = normal([2, 1, 6, 8], "cap")
    try store.append(x, x, to: [0, 1])
    let before = store.keys(of: 1)
    #expect(
      throws: AttentionError.beyondCapacity(sequence: 0, length: 6, adding: 6, capacity: 10)
    ) { try store.append(x, x, to: [0, 1]) }
    #expect(store.lengths == [6, 6] && store.keys(of: 1) == before)
    #expect(throws: AttentionError.self) { try store.reserve(11, for: 0) }

    // A block of 256 · 2 · 1024 · 4 bytes is 2 MiB, which is the budget.
    var small = KeyValueStore(keyValueHeads: 1, width: 1024, budget: 2 << 20)
    _ = small.addSequence()
    let first = normal([1, 1, 256, 1024], "one")
    try small.append(first, first, to: [0])
    let error = #expect(throws: AttentionError.self) {
      try small.append(tokens(first, 0..<1), tokens(first, 0..<1), to: [0])
    }
    #expect(error == .noRoom(place: "memory", bytes: 2 << 20, held: 2 << 20, limit: 2 << 20))
    #expect(small.lengths == [256] && small.keys(of: 0).scalars == first.scalars)
    #expect(small.heldBytes == 2 << 20)
    small.truncate(0, to: 0)
    #expect(small.heldBytes == 0)
  }

  @Test func wrongShapesSayWhatIsExpected() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var store = KeyValueStore(keyValueHeads: 2, width: 8)
      _ = store.addSequence()
      _ = store.attend(Tensor<Float>.zeros([1, 3, 1, 8]), to: [0])
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("a multiple of 2 heads and width 8"))
  }

  /// Blocks are covered once by the tasks of each row, and the last row sees all.
  @Test(arguments: [
    ([5000], 1, 1, 1), ([700, 1, 300], 8, 4, 1), ([4096], 2, 1, 512), ([100_000], 1, 8, 7),
  ])
  func plansCoverEveryBlockOnce(_ lengths: [Int], _ heads: Int, _ group: Int, _ queries: Int) {
    let plan = DecodePlan(
      lengths: lengths, heads: heads, group: group, queries: min(queries, lengths.min()!))
    let rows = min(queries, lengths.min()!) * group
    for batch in lengths.indices {
      for head in 0..<heads {
        let groups = plan.groups.filter { $0.batch == batch && $0.head == head }
        #expect(groups.reduce(0) { $0 + $1.rows.count } == rows)
        for group in groups {
          let blocks = plan.tasks[group.tasks].flatMap { Array($0.blocks) }
          #expect(blocks == Array(0..<blocks.count))
          if group.rows.upperBound == rows {
            #expect(blocks.count == (lengths[batch] + 255) / 256)
          }
        }
      }
    }
    #expect(plan.partialRows == plan.tasks.reduce(0) { $0 + $1.rows.count })
  }
}
