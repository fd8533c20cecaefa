import CKernels
import TensorCore
import Testing

@testable import Attention

@Suite struct BoundMaskTests {
  static let extents = [(7, 7), (5, 11), (11, 5), (1, 6), (6, 1), (1, 1)]

  /// Every tile of every mask against the definition: class, hulls, scores in both orders.
  @Test(arguments: extents) func tilesFollowTheDefinition(queries: Int, keys: Int) {
    let (batch, heads) = (2, 3)
    for (name, mask) in maskCases(batch: batch, heads: heads, queries: queries, keys: keys) {
      let bound = mask.bound(batch: batch, heads: heads, queries: queries, keys: keys)
      let dense = mask.dense(batch: batch, heads: heads, queries: queries, keys: keys)
      for b in 0..<batch {
        for h in 0..<heads {
          for rows in ranges(queries) {
            for columns in ranges(keys) {
              check(bound, dense, name, b, h, rows, columns)
            }
          }
        }
      }
    }
  }

  private func ranges(_ count: Int) -> [Range<Int>] {
    (0..<count).flatMap { low in (low + 1...count).map { low..<$0 } }
  }

  private func check(
    _ bound: BoundMask, _ dense: Tensor<Float>, _ name: String, _ b: Int, _ h: Int,
    _ rows: Range<Int>, _ columns: Range<Int>
  ) {
    let offset = { (i: Int, j: Int) in
      dense.withUnsafeBufferPointer {
        $0[((b * bound.heads + h) * bound.queries + i) * bound.keys + j]
      }
    }
    let all = rows.flatMap { i in columns.map { offset(i, $0) } }
    let tileClass = bound.tileClass(rows: rows, columns: columns, batch: b, head: h)
    let expected: TileClass =
      all.allSatisfy { $0 == -.infinity }
      ? .empty : all.allSatisfy { $0 == 0 } ? .full : .partial
    // Combined masks of several families, and dense ones, may say partial; nobody may say otherwise what is not so.
    let mayBeLoose =
      ["boolean", "additive", "alibi"].contains { name.contains($0) }
      || name.hasPrefix("causal columns")
    if tileClass != expected, !(mayBeLoose && tileClass == .partial) {
      Issue.record("\(name): \(rows) x \(columns) of [\(b), \(h)] is \(tileClass), not \(expected)")
    }
    // Hulls: nothing seen outside.
    let hull = bound.keyRange(rows: rows, batch: b, head: h)
    let seenKeys = (0..<bound.keys).filter { j in rows.contains { offset($0, j) > -.infinity } }
    let queryHull = bound.queryRange(columns: columns, batch: b, head: h)
    let seenQueries = (0..<bound.queries).filter { i in
      columns.contains { offset(i, $0) > -.infinity }
    }
    if !seenKeys.allSatisfy(hull.contains) || !seenQueries.allSatisfy(queryHull.contains) {
      Issue.record("\(name): hull \(hull) of \(rows) or \(queryHull) of \(columns) is too small")
    }
    // Scores, in both orders, with room around them that must stay.
    let (m, n) = (rows.count, columns.count)
    var strip = [Float](repeating: 1, count: m * (n + 2))
    bound.apply(
      to: &strip, stride: n + 2, rows: rows, columns: columns, batch: b, head: h)
    var turned = [Float](repeating: 1, count: n * (m + 3))
    bound.applyTransposed(
      to: &turned, stride: m + 3, rows: rows, columns: columns, batch: b, head: h)
    for a in 0..<m {
      for c in 0..<n {
        let want =
          1 + Double(offset(rows.lowerBound + a, columns.lowerBound + c)) * 1.4426950408889634
        let got = strip[a * (n + 2) + c]
        let agrees =
          want == -.infinity
          ? got == -.infinity : abs(Double(got) - want) < 2e-6 * max(1, abs(want))
        if !agrees || got != turned[c * (m + 3) + a] {
          Issue.record(
            "\(name): score \(a), \(c) of \(rows) x \(columns) is \(got) and \(turned[c * (m + 3) + a]), not \(want)"
          )
          return
        }
      }
      if strip[a * (n + 2) + n] != 1 || strip[a * (n + 2) + n + 1] != 1 {
        Issue.record("\(name): wrote beyond row \(a) of \(rows) x \(columns)")
      }
    }
  }

  @Test func bandClassesAreExactForAllSmallTiles() {
    for rows in 1...9 {
      for columns in 1...9 {
        for delta in -20...20 {
          let kept = (0..<rows).flatMap { a in (0..<columns).map { $0 <= a + delta } }
          let expected: TileClass =
            !kept.contains(true) ? .empty : kept.contains(false) ? .partial : .full
          let found = TileClass.band(
            rows: rows, columns: columns, low: -RowIntervals.unbounded, high: delta + 1)
          #expect(found == expected)
          #expect((delta <= -rows) == (expected == .empty))
          #expect((delta >= columns - 1) == (expected == .full))
          for width in [1, 3, 8] {
            let band = (0..<rows).flatMap { a in
              (0..<columns).map { $0 <= a + delta && $0 > a + delta - width }
            }
            let expected: TileClass =
              !band.contains(true) ? .empty : band.contains(false) ? .partial : .full
            #expect(
              TileClass.band(rows: rows, columns: columns, low: delta - width + 1, high: delta + 1)
                == expected)
          }
        }
      }
    }
  }

  @Test func hullsOfBandsAreTight() {
    let mask = AttentionMask.window(left: 5, right: 0, alignment: .bottomRight)
      .bound(batch: 1, heads: 1, queries: 20, keys: 50)
    #expect(mask.keyRange(rows: 0..<6, batch: 0, head: 0) == 25..<36)
    #expect(mask.queryRange(columns: 30..<33, batch: 0, head: 0) == 0..<8)
    #expect(mask.queryRange(columns: 0..<25, batch: 0, head: 0).isEmpty)
    let padded = AttentionMask.keyPadding(lengths: [7]).bound(
      batch: 1, heads: 1, queries: 3, keys: 9)
    #expect(padded.keyRange(rows: 0..<3, batch: 0, head: 0) == 0..<7)
    #expect(padded.queryRange(columns: 7..<9, batch: 0, head: 0).isEmpty)
  }

  /// The runs of a strip cover what it sees, lie apart, and leave out the gaps.
  @Test func runsCoverWhatIsSeen() {
    let (queries, keys) = (40, 300)
    for (name, mask) in maskCases(batch: 1, heads: 1, queries: queries, keys: keys) {
      let bound = mask.bound(batch: 1, heads: 1, queries: queries, keys: keys)
      let dense = mask.dense(batch: 1, heads: 1, queries: queries, keys: keys).scalars
      for (rows, columns) in [(0..<6, 0..<300), (33..<39, 10..<290), (12..<18, 64..<256)] {
        var covered = Set<Int>()
        var next = columns
        var last = -1000
        while true {
          let run = bound.nextKeyRun(rows: rows, columns: next, batch: 0, head: 0)
          if run.isEmpty { break }
          #expect(run.lowerBound >= last + 64 && run.upperBound <= columns.upperBound, "\(name)")
          covered.formUnion(run)
          last = run.upperBound
          next = last..<columns.upperBound
        }
        let seen = columns.filter { j in rows.contains { dense[$0 * keys + j] > -.infinity } }
        #expect(covered.isSuperset(of: seen), "\(name): \(rows) x \(columns)")
        if name == "blocks apart" { #expect(covered == Set(seen)) }
      }
    }
  }

  /// A row of a dense mask: is a key seen, does nothing change, is there NaN or infinity.
  @Test(arguments: [1, 3, 16, 37]) func flagsSayWhatARowHolds(count: Int) {
    let numbers: [Float] = [0, -0.0, 1, -3.5, 1e38, -.infinity, .infinity, .nan]
    for base in numbers {
      for odd in numbers {
        for place in [0, count / 2, count - 1] {
          var row = [Float](repeating: base, count: count)
          row[place] = odd
          let bias =
            (row.contains { $0 > -.infinity } ? 1 : 0) + (row.allSatisfy { $0 == 0 } ? 2 : 0)
            + (row.allSatisfy { $0 < .infinity } ? 0 : 4)
          #expect(ck_mask_bias_flags(row, count) == bias, "\(base), \(odd) at \(place)")
          let kept =
            (row.contains { $0 != 0 } ? 1 : 0) + (row.allSatisfy { $0 != 0 } ? 2 : 0)
          #expect(ck_mask_kept_flags(row, count) == kept, "\(base), \(odd) at \(place)")
        }
      }
    }
  }
}
