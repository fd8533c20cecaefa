/// The unit in which a column of numbers has mean 0 and unbiased deviation 1, whatever the unit that it is given in.
///
/// The numbers are first taken times a power of two that brings the largest magnitude into ½…1, then less the first of them, and
/// only then is anything summed or squared. Both steps are exact as far as the numbers reach, so that a column times 10²⁰ or
/// 10⁻²⁰⁰, of subnormal numbers, near the type's largest, or at a distance of many deviations from zero gives what the
/// same column gives in an ordinary unit. All arithmetic is in double precision.
///
/// What must be centred and scaled goes through this type: ``Layers/ColumnMoments`` where a column is out of the ordinary,
/// correlations, and tables before they become single precision.
public struct StandardUnit: Sendable, Equatable {
  /// Numbers are taken times 2^−exponent, by way of two factors that neither overflow nor vanish.
  private let factors: (Double, Double)
  private let back: (Double, Double)
  /// The first number, in the scaled unit.
  private let origin: Double
  /// The mean of the differences from ``origin``.
  private let shift: Double
  /// The deviation of the differences, 0 for a constant column.
  private let scaledDeviation: Double
  /// The power of two by which numbers are divided.
  public let exponent: Int
  /// The largest number less the smallest, as a share of 2^``exponent``, which is at least the largest magnitude.
  public let spread: Double

  /// The unit of `count` numbers, at least 2; `nil` if one of them is NaN or infinite.
  ///
  /// - Parameter tolerance: the ``spread`` up to which the column counts as constant; 0 unless given.
  public init?(count: Int, tolerance: Double = 0, _ value: (Int) -> Double) {
    require(count >= 2, "StandardUnit: wants at least 2 numbers, got \(count)")
    var largest = 0.0
    for i in 0..<count {
      let magnitude = value(i).magnitude
      guard magnitude.isFinite else { return nil }
      largest = max(largest, magnitude)
    }
    exponent = largest > 0 ? Int(largest.exponent) + 1 : 0
    factors = Self.powers(-exponent)
    back = Self.powers(exponent)
    let (first, second) = factors
    let origin = value(0) * first * second
    var (low, high, sum) = (0.0, 0.0, 0.0)
    for i in 0..<count {
      let difference = value(i) * first * second - origin
      (low, high) = (min(low, difference), max(high, difference))
      sum += difference
    }
    self.origin = origin
    spread = high - low
    guard spread > tolerance else {
      (shift, scaledDeviation) = (0, 0)
      return
    }
    // Twice, so that the rounding of the first sum is taken out.
    var mean = sum / Double(count)
    sum = 0
    for i in 0..<count { sum += value(i) * first * second - origin - mean }
    mean += sum / Double(count)
    var squares = 0.0
    for i in 0..<count {
      let centred = value(i) * first * second - origin - mean
      squares += centred * centred
    }
    shift = mean
    scaledDeviation = (squares / Double(count - 1)).squareRoot()
  }

  /// The unit of some numbers.
  public init?(of values: [Double]) {
    self.init(count: values.count) { values[$0] }
  }

  /// A difference of numbers as a share of 2^``exponent``.
  public func share(_ difference: Double) -> Double { difference * factors.0 * factors.1 }

  /// Whether the numbers are all the same, or within the tolerance.
  public var isConstant: Bool { scaledDeviation == 0 }

  /// The mean, of a constant column its first number.
  public var mean: Double { ((origin + shift) * back.0 * back.1).clamped }

  /// The unbiased deviation, at most the largest number; 0 for a constant column.
  public var deviation: Double { (scaledDeviation * back.0 * back.1).clamped }

  /// `(x − mean)/deviation`, 0 for a constant column.
  @inline(__always)
  public func callAsFunction(_ x: Double) -> Double {
    scaledDeviation == 0
      ? 0 : ((x * factors.0 * factors.1 - origin) - shift) / scaledDeviation
  }

  /// `x/deviation`, at most the largest number and 0 for a constant column: the way back of a gradient.
  @inline(__always)
  public func overDeviation(_ x: Double) -> Double {
    scaledDeviation == 0 ? 0 : (x / scaledDeviation * factors.0 * factors.1).clamped
  }

  /// Whether both standardise alike.
  public static func == (a: Self, b: Self) -> Bool {
    a.exponent == b.exponent && a.origin == b.origin && a.shift == b.shift
      && a.scaledDeviation == b.scaledDeviation && a.spread == b.spread
  }

  /// 2^exponent as a product of two numbers: in one it may be larger than the largest, or zero.
  private static func powers(_ exponent: Int) -> (Double, Double) {
    let half = exponent / 2
    return (
      Double(sign: .plus, exponent: half, significand: 1),
      Double(sign: .plus, exponent: exponent - half, significand: 1)
    )
  }
}

extension BinaryFloatingPoint {
  /// The number itself, or the largest finite one of its sign where it is infinite.
  package var clamped: Self {
    Swift.min(Swift.max(self, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
  }

  /// This number in another type, or the largest finite one of its sign where that overflows.
  package func clamped<Other: BinaryFloatingPoint>(to type: Other.Type) -> Other {
    Other(self).clamped
  }
}
