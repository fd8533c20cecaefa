import Foundation
import TensorCore

/// The unit in which a column of a table is stored in single precision: its own, or less a constant and times a power of two
/// where rounding would lose what tells its values apart.
///
/// Unix timestamps go in steps of 128 in single precision, identifiers of 10¹⁵ in steps of 67 million, and 10³⁹ is infinite. Such a
/// column is stored as `(value − shift) · 2^−exponent`, worked out in double precision: dependence, standardised inputs and
/// medians are the same in any unit. A column whose rounding errors are below 2⁻¹³ of its deviation is stored as it is.
public struct StoredUnit: Sendable, Hashable {
  /// What is taken off the values.
  public let shift: Double
  /// The power of two by which the rest is divided.
  public let exponent: Int

  /// The unit for a column of finite values, at least 2.
  public init(for values: [Double]) {
    guard let unit = StandardUnit(of: values) else {
      fatalError("StoredUnit: wants finite values")
    }
    let allowed = unit.deviation * 0x1p-13
    let isPlain = values.allSatisfy {
      let stored = Double(Float($0))
      return stored.isFinite && abs(stored - $0) <= allowed
    }
    if isPlain || (unit.isConstant && Float(values[0]).isFinite) {
      (shift, exponent) = (0, 0)
    } else {
      // A large offset makes steps of what tells values apart; without it, the size alone is at fault.
      shift = unit.mean.magnitude > 256 * unit.deviation || unit.isConstant ? unit.mean : 0
      let size = unit.deviation
      exponent = size > 0 && !(size >= 0x1p-60 && size <= 0x1p60) ? Int(size.exponent) : 0
    }
  }

  /// Whether values are stored as they are.
  public var isPlain: Bool { shift == 0 && exponent == 0 }

  /// A value as it is stored.
  public func stored(_ value: Double) -> Float {
    isPlain ? Float(value) : Float(scalbn(value, -exponent) - scalbn(shift, -exponent))
  }

  /// The value that is stored as `x`.
  public func value(_ x: Float) -> Double {
    isPlain ? Double(x) : scalbn(Double(x), exponent) + shift
  }

  /// The value as text, with no more digits than are stored.
  func text(_ x: Float) -> String { isPlain ? "\(x)" : "\(value(x))" }

  /// What a reader of results should know, `nil` for a column as it is.
  func note(column: String) -> String? {
    guard !isPlain else { return nil }
    let parts = [
      shift == 0 ? nil : "less \(shift)", exponent == 0 ? nil : "divided by 2^\(exponent)",
    ]
    return
      "\(column) is stored \(parts.compactMap { $0 }.joined(separator: " and ")), since single precision "
      + "does not tell its values apart"
  }
}
