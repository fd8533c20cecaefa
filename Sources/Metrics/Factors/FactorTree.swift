import Foundation
import TensorCore

/// Numbers of codes as places among thresholds: what trees are grown on.
struct BinnedColumns: Sendable {
  /// At most this many places, so that a place fits a byte and a histogram the cache.
  static let mostBins = 64
  /// The thresholds of each column, ascending: a value's place is the number of thresholds that it lies above.
  let thresholds: [[Double]]
  /// The place of each row, a column after the other.
  let places: [[UInt8]]

  /// Thresholds midway between neighbouring values, at quantiles where there are more than ``mostBins`` values.
  init(of columns: [[Double]]) {
    let thresholds = columns.map { column in
      let sorted = column.sorted()
      var cuts: [Double] = []
      func cut(_ place: Int) {
        // The values on both sides of the first step at or after this place.
        var next = place
        while next < sorted.count, sorted[next] == sorted[place - 1] { next += 1 }
        guard next < sorted.count else { return }
        let (low, high) = (sorted[next - 1], sorted[next])
        var middle = low / 2 + high / 2
        if middle >= high || middle < low { middle = low }
        if cuts.last.map({ $0 < middle }) ?? true { cuts.append(middle) }
      }
      let distinct = zip(sorted, sorted.dropFirst()).reduce(1) { $0 + ($1.0 < $1.1 ? 1 : 0) }
      if distinct <= Self.mostBins {
        for place in 1..<max(1, sorted.count) where sorted[place] > sorted[place - 1] { cut(place) }
      } else {
        for bin in 1..<Self.mostBins { cut(max(1, sorted.count * bin / Self.mostBins)) }
      }
      return cuts
    }
    self.thresholds = thresholds
    places = zip(columns, thresholds).map { Self.place($0, $1) }
  }

  /// The places of other rows among thresholds.
  static func place(_ column: [Double], _ thresholds: [Double]) -> [UInt8] {
    column.map { value in
      var (low, high) = (0, thresholds.count)
      while low < high {
        let middle = (low + high) / 2
        if value > thresholds[middle] { low = middle + 1 } else { high = middle }
      }
      return UInt8(low)
    }
  }
}

/// A tree of thresholds that predicts a class, grown by information gain.
///
/// At a node with n rows the split is the one with the largest gain `G = H(classes) − Σ_sides n_side/n · H(classes | side)`. It is
/// made only where `2nG`, which for a number that tells nothing follows χ² with C − 1 degrees of freedom, lies above what
/// the best of all m candidates reaches by chance with probability `chance`: the bound `k + 2√(k t) + 2t` with `k = C − 1` and
/// `t = ln(m / chance)` (Laurent and Massart 2000, lemma 1). So numbers that tell nothing get no part of the tree.
struct FactorTree: Sendable {
  /// How trees are grown.
  struct Growth: Sendable {
    /// The probability of a split by chance at a node; `nil` to split until all rows are alike.
    var chance: Double? = 0.05
    /// The largest number of splits between the root and a leaf.
    var depth = 16
  }

  private indirect enum Node: Sendable {
    case leaf(shares: [Double])
    case split(column: Int, place: UInt8, low: Node, high: Node)
  }
  private let root: Node
  /// The information in nats times rows that each column's splits gained.
  let gains: [Double]

  /// Grows a tree on some of the rows.
  ///
  /// - Parameter order: the columns; among equal gains the first column of the order and its lowest threshold win.
  init(
    _ data: BinnedColumns, classes: [Int], count: Int, rows: [Int], order: [Int],
    growth: Growth = Growth()
  ) {
    var search = SplitSearch(data: data, classes: classes, count: count, order: order)
    let candidates = Double(max(1, data.thresholds.reduce(0) { $0 + $1.count }))
    let freedom = Double(count - 1)
    let least = growth.chance.map { chance in
      let t = log(candidates / chance)
      return freedom + 2 * (freedom * t).squareRoot() + 2 * t
    }
    var gains = [Double](repeating: 0, count: data.places.count)
    func grow(_ rows: [Int], depth: Int) -> Node {
      let counts = search.counts(rows)
      guard depth > 0, counts.filter({ $0 > 0 }).count > 1, let split = search.best(rows, counts),
        2 * split.gain * Double(rows.count) > least ?? 0
      else { return .leaf(shares: counts.map { Double($0) / Double(rows.count) }) }
      gains[split.column] += split.gain * Double(rows.count)
      let places = data.places[split.column]
      return .split(
        column: split.column, place: split.place,
        low: grow(rows.filter { places[$0] <= split.place }, depth: depth - 1),
        high: grow(rows.filter { places[$0] > split.place }, depth: depth - 1))
    }
    root = grow(rows, depth: growth.depth)
    self.gains = gains
  }

  /// The share of each class among the fitted rows of the leaf that a row of places falls into.
  func shares(_ place: (Int) -> UInt8) -> [Double] {
    var node = root
    while true {
      switch node {
      case .leaf(let shares): return shares
      case .split(let column, let threshold, let low, let high):
        node = place(column) <= threshold ? low : high
      }
    }
  }
}

/// Finds the threshold that tells most of the classes of some rows.
private struct SplitSearch {
  struct Split {
    var gain: Double
    var column: Int
    var place: UInt8
  }

  let data: BinnedColumns
  let classes: [Int]
  let count: Int
  let order: [Int]
  /// How many rows of each class lie at each place of a column.
  private var histogram: [Int32]

  init(data: BinnedColumns, classes: [Int], count: Int, order: [Int]) {
    self.data = data
    self.classes = classes
    self.count = count
    self.order = order
    histogram = [Int32](repeating: 0, count: BinnedColumns.mostBins * count)
  }

  /// How many of the rows are of each class.
  func counts(_ rows: [Int]) -> [Int32] {
    var counts = [Int32](repeating: 0, count: count)
    for row in rows { counts[classes[row]] += 1 }
    return counts
  }

  /// The split of the largest gain in nats; `nil` where no threshold gains.
  mutating func best(_ rows: [Int], _ totals: [Int32]) -> Split? {
    let n = Double(rows.count)
    let whole = Self.entropy(totals, n)
    var best: Split?
    for column in order {
      let thresholds = data.thresholds[column].count
      guard thresholds > 0 else { continue }
      fill(column, rows, bins: thresholds + 1)
      var low = [Int32](repeating: 0, count: count)
      var (high, lowCount) = (totals, 0.0)
      for bin in 0..<thresholds {
        var moved: Int32 = 0
        for label in 0..<count {
          let part = histogram[bin * count + label]
          low[label] += part
          high[label] -= part
          moved += part
        }
        lowCount += Double(moved)
        guard moved > 0, lowCount < n else { continue }
        let gain = (whole - Self.entropy(low, lowCount) - Self.entropy(high, n - lowCount)) / n
        // Sums of the same terms in another order are equal gains.
        if gain > (best?.gain ?? 0) + 1e-12 {
          best = Split(gain: gain, column: column, place: UInt8(bin))
        }
      }
    }
    return best
  }

  private mutating func fill(_ column: Int, _ rows: [Int], bins: Int) {
    histogram.withUnsafeMutableBufferPointer { histogram in
      for place in 0..<bins * count { histogram[place] = 0 }
      data.places[column].withUnsafeBufferPointer { places in
        classes.withUnsafeBufferPointer { classes in
          for row in rows { histogram[Int(places[row]) * count + classes[row]] += 1 }
        }
      }
    }
  }

  /// `n H` in nats: `n ln n − Σ c ln c`.
  private static func entropy(_ counts: [Int32], _ n: Double) -> Double {
    var sum = n * log(n)
    for count in counts where count > 1 { sum -= Double(count) * log(Double(count)) }
    return sum
  }
}
