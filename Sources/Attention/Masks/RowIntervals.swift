/// Masks that leave each query one interval of keys, folded into one: causal, window, prefix, packed documents.
///
/// Two intervals intersect in an interval, so any number of such masks costs what one does. A band
/// (`i + low ≤ j < i + high`) takes no memory; anything else takes two integers a query.
struct RowIntervals: Sendable {
  /// Stands for no bound; far from any length, and far from overflow.
  static let unbounded = 1 << 40

  let queries, keys: Int
  /// The band, when ``starts`` is empty.
  private(set) var low = -unbounded
  private(set) var high = unbounded
  /// The interval of each query, when it is no band.
  private var starts: [Int32] = []
  private var ends: [Int32] = []
  /// The hull of the intervals of each 64 queries, for the way from keys to queries.
  private var blockStarts: [Int32] = []
  private var blockEnds: [Int32] = []

  init(queries: Int, keys: Int) {
    self.queries = queries
    self.keys = keys
  }

  var isBand: Bool { starts.isEmpty }
  /// Whether nothing is masked.
  var isUnbounded: Bool { isBand && low == -Self.unbounded && high == Self.unbounded }
  /// The bytes of the table.
  var byteCount: Int { (starts.count + ends.count + blockStarts.count + blockEnds.count) * 4 }

  /// Narrows to `i + low ≤ j < i + high`.
  mutating func formIntersection(low: Int, high: Int) {
    if isBand {
      self.low = max(self.low, low)
      self.high = min(self.high, high)
    } else {
      let keys = keys
      formIntersection { max(0, $0 + low)..<max(0, $0 + low, min(keys, $0 + high)) }
    }
  }

  /// Narrows each query's interval to that of `interval`.
  mutating func formIntersection(_ interval: (Int) -> Range<Int>) {
    var starts = [Int32](repeating: 0, count: queries)
    var ends = starts
    for i in 0..<queries {
      let now = self[i]
      let other = interval(i)
      let start = max(now.lowerBound, other.lowerBound)
      let end = min(now.upperBound, other.upperBound)
      starts[i] = start < end ? Int32(start) : 0
      ends[i] = start < end ? Int32(end) : 0
    }
    self.starts = starts
    self.ends = ends
    let blocks = (queries + 63) / 64
    let hulls = (0..<blocks).map { keyRange(rows: $0 * 64..<min(queries, $0 * 64 + 64)) }
    blockStarts = hulls.map { Int32($0.lowerBound) }
    blockEnds = hulls.map { Int32($0.upperBound) }
  }

  /// The keys that query `i` sees; an empty interval is `0..<0`.
  subscript(i: Int) -> Range<Int> {
    if !isBand { return Int(starts[i])..<Int(ends[i]) }
    let start = max(0, i + low)
    let end = min(keys, i + high)
    return start < end ? start..<end : 0..<0
  }

  /// The hull of the keys that any of `rows` sees.
  func keyRange(rows: Range<Int>) -> Range<Int> {
    if isBand {
      let start = max(0, rows.lowerBound + low)
      let end = min(keys, rows.upperBound - 1 + high)
      return !rows.isEmpty && low < high && start < end ? start..<end : 0..<0
    }
    var start = keys
    var end = 0
    for i in rows where starts[i] < ends[i] {
      start = min(start, Int(starts[i]))
      end = max(end, Int(ends[i]))
    }
    return start < end ? start..<end : 0..<0
  }

  /// The hull of the queries that see any of `columns`.
  func queryRange(columns: Range<Int>) -> Range<Int> {
    guard !columns.isEmpty else { return 0..<0 }
    if isBand {
      let start = max(0, columns.lowerBound - high + 1)
      let end = min(queries, columns.upperBound - low)
      return low < high && start < end ? start..<end : 0..<0
    }
    func sees(_ i: Int) -> Bool {
      max(starts[i], Int32(columns.lowerBound)) < min(ends[i], Int32(columns.upperBound))
    }
    func blockSees(_ k: Int) -> Bool {
      max(blockStarts[k], Int32(columns.lowerBound)) < min(blockEnds[k], Int32(columns.upperBound))
    }
    func place(_ blocks: some Sequence<Int>, _ rows: (Int) -> Int?) -> Int? {
      for k in blocks where blockSees(k) { if let i = rows(k) { return i } }
      return nil
    }
    let first = place(blockStarts.indices) { k in
      (k * 64..<min(queries, k * 64 + 64)).first(where: sees)
    }
    guard let first else { return 0..<0 }
    let last = place(blockStarts.indices.reversed()) { k in
      (k * 64..<min(queries, k * 64 + 64)).last(where: sees)
    }
    return first..<last! + 1
  }

  /// The class of a tile whose keys from `limit` on are masked too.
  func tileClass(rows: Range<Int>, columns: Range<Int>, limit: Int) -> TileClass {
    let end = min(columns.upperBound, limit)
    guard columns.lowerBound < end, !rows.isEmpty else { return .empty }
    let seen = columns.lowerBound..<end
    let inner: TileClass
    if isBand {
      let delta = rows.lowerBound - columns.lowerBound
      inner = .band(rows: rows.count, columns: seen.count, low: delta + low, high: delta + high)
    } else {
      var any = false
      var all = true
      for i in rows {
        any = any || max(Int(starts[i]), seen.lowerBound) < min(Int(ends[i]), seen.upperBound)
        all = all && Int(starts[i]) <= seen.lowerBound && Int(ends[i]) >= seen.upperBound
      }
      inner = any ? (all ? .full : .partial) : .empty
    }
    return inner == .full && end < columns.upperBound ? .partial : inner
  }
}
