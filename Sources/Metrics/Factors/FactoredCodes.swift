import Foundation
import TensorCore

/// Codes of images beside the factors that made the images: what every metric of factors looks at.
///
/// A factor is a whole number an image, such as the shape or the pose; its values may be any numbers, in any order.
public struct FactoredCodes: Sendable {
  /// The code's numbers, a column each: D columns of n. A column without a number between 2⁻⁹⁰⁰ and 2⁹⁰⁰ in magnitude is taken
  /// times a power of two that brings it there: no metric depends on the unit, and differences stay finite.
  public let columns: [[Double]]
  /// The factors, a column each, with values counted from 0 in ascending order: K columns of n.
  public let factors: [[Int]]
  /// How many values each factor has.
  public let valueCounts: [Int]
  /// The values of each factor as given, in ascending order: ``factors`` counts them from 0.
  public let values: [[Int]]
  /// The number of images, n.
  public let count: Int

  /// Codes `[n, D]` and K factors of n whole numbers each.
  ///
  /// - Requires: at least one number a code, at least one factor, and n values of each factor.
  /// - Throws: ``MetricsError/tooFewRows(metric:expected:found:)`` below 2 images,
  ///   ``MetricsError/notFinite(metric:argument:row:value:)`` for codes, and
  ///   ``MetricsError/constant(metric:argument:value:)`` for a factor of a single value, about which no code can tell anything.
  public init<Scalar>(codes: Tensor<Scalar>, factors: [[Int]]) throws(MetricsError) {
    require(
      codes.rank == 2 && codes.shape[1] > 0 && !factors.isEmpty
        && factors.allSatisfy { $0.count == codes.shape[0] },
      "FactoredCodes: wants codes [n, D] and factors of n values each, got codes \(codes.shape) and "
        + "factors of \(factors.map(\.count)) values")
    let (rows, width) = (codes.shape[0], codes.shape[1])
    guard rows >= 2 else { throw .tooFewRows(metric: "factors", expected: 2, found: rows) }
    let values = doubles(codes)
    var columns: [[Double]] = []
    for column in 0..<width {
      let numbers = (0..<rows).map { values[$0 * width + column] }
      try checkFinite(numbers, "code \(column)", in: "factors")
      columns.append(Self.inRange(numbers))
    }
    try self.init(columns: columns, factors: factors)
  }

  private static func inRange(_ numbers: [Double]) -> [Double] {
    let largest = numbers.map(\.magnitude).max() ?? 0
    guard largest > 0x1p900 || (largest > 0 && largest < 0x1p-900),
      let unit = StandardUnit(of: numbers)
    else { return numbers }
    return numbers.map { unit.share($0) }
  }

  private init(columns: [[Double]], factors: [[Int]]) throws(MetricsError) {
    var (coded, all): ([[Int]], [[Int]]) = ([], [])
    for (number, factor) in factors.enumerated() {
      let values = Set(factor).sorted()
      guard values.count >= 2 else {
        throw .constant(
          metric: "factors", argument: "factor \(number)", value: Double(values[0]))
      }
      let places = Dictionary(uniqueKeysWithValues: zip(values, values.indices))
      coded.append(factor.map { places[$0]! })
      all.append(values)
    }
    self.columns = columns
    self.factors = coded
    values = all
    valueCounts = all.map(\.count)
    count = factors[0].count
  }

  /// The images of these rows; a factor's values keep their numbers.
  func rows(_ rows: [Int]) -> FactoredCodes {
    FactoredCodes(
      columns: columns.map { column in rows.map { column[$0] } },
      factors: factors.map { factor in rows.map { factor[$0] } }, values: values)
  }

  private init(columns: [[Double]], factors: [[Int]], values: [[Int]]) {
    self.columns = columns
    self.factors = factors
    self.values = values
    valueCounts = values.map(\.count)
    count = factors[0].count
  }

  /// Two random halves: one to fit a predictor on, one to judge it by.
  func halves(using random: Philox) -> (fitted: FactoredCodes, heldOut: FactoredCodes) {
    var random = random.stream("halves")
    let order = random.permutation(count)
    return (rows(Array(order[..<(count / 2)])), rows(Array(order[(count / 2)...])))
  }
}

/// The mutual information of each number of a code, cut into bins, with each factor.
struct FactorInformation: Sendable {
  /// `I(z_j; v_k)` in nats, a row per number of the code, a column per factor.
  let information: [[Double]]
  /// `H(v_k)` of each factor, in nats.
  let entropies: [Double]

  /// Cuts each number of the code into bins of equal width from its smallest to its largest value.
  init(of sample: FactoredCodes, bins: Int) {
    require(bins >= 2, "the information of codes: wants at least 2 bins, got \(bins)")
    information = sample.columns.map { column in
      let places = Self.bins(of: column, count: bins)
      return zip(sample.factors, sample.valueCounts).map { factor, values in
        Self.information(places, bins, factor, values)
      }
    }
    entropies = zip(sample.factors, sample.valueCounts).map { factor, values in
      Self.information(factor, values, factor, values)
    }
  }

  /// The bin of each value: `i` where `edge_i ≤ value < edge_{i+1}`, the largest value in the last bin.
  static func bins(of values: [Double], count: Int) -> [Int] {
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    guard high > low else { return values.map { _ in 0 } }
    // A range beyond the largest number: halves fall into the same bins.
    guard (high - low).isFinite else { return bins(of: values.map { $0 / 2 }, count: count) }
    let width = (high - low) / Double(count)
    guard width > 0 else { return values.map { _ in 0 } }
    func edge(_ place: Int) -> Double { low + Double(place) * width }
    return values.map { value in
      // Rounding may put a value beside its bin: the edges decide.
      var bin = min(count - 1, max(0, Int((value - low) / width)))
      while bin > 0, value < edge(bin) { bin -= 1 }
      while bin < count - 1, value >= edge(bin + 1) { bin += 1 }
      return bin
    }
  }

  /// `Σ p(a, b) ln (p(a, b) / (p(a) p(b)))` of two columns of whole numbers below `aCount` and `bCount`.
  static func information(_ a: [Int], _ aCount: Int, _ b: [Int], _ bCount: Int) -> Double {
    var joint = [Int](repeating: 0, count: aCount * bCount)
    var (first, second) = ([Int](repeating: 0, count: aCount), [Int](repeating: 0, count: bCount))
    for (a, b) in zip(a, b) {
      joint[a * bCount + b] += 1
      first[a] += 1
      second[b] += 1
    }
    let n = Double(a.count)
    var sum = 0.0
    for x in 0..<aCount {
      for y in 0..<bCount where joint[x * bCount + y] > 0 {
        let both = Double(joint[x * bCount + y])
        sum += both / n * log(both * n / (Double(first[x]) * Double(second[y])))
      }
    }
    return max(0, sum)
  }
}

/// The two largest of some numbers; 0 in place of a second one that is not there.
func twoLargest(_ values: [Double]) -> (first: Double, second: Double) {
  let sorted = values.sorted(by: >)
  return (sorted[0], sorted.count > 1 ? sorted[1] : 0)
}
