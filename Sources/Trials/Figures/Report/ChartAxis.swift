import Foundation

/// One axis of a chart: what it shows, in which unit, on which scale.
public struct ChartAxis: Sendable {
  /// How values are spread along the axis.
  public enum Scale: Sendable {
    /// Equal steps for equal differences.
    case linear
    /// Equal steps for equal ratios; values that are not positive are not drawn.
    case logarithmic
  }

  /// What the axis shows.
  public var label: String
  /// The unit, written after the label in brackets; empty for a pure number.
  public var unit: String
  /// How values are spread.
  public var scale: Scale
  /// Values that the axis must reach, beside those of the data.
  public var covers: [Double]

  /// An axis; see the properties.
  public init(
    _ label: String, unit: String = "", scale: Scale = .linear, covers: [Double] = []
  ) {
    self.label = label
    self.unit = unit
    self.scale = scale
    self.covers = covers
  }

  /// The label with its unit.
  var caption: String { unit.isEmpty ? label : "\(label) [\(unit)]" }
}

/// An axis laid over data: the range, the ticks and the way from a value to a pixel.
struct AxisLayout {
  /// The values at the two ends, in units of the data.
  let lowest: Double
  let highest: Double
  let scale: ChartAxis.Scale
  /// The values that get a tick, ascending.
  let ticks: [Double]
  /// What is written at each tick.
  let labels: [String]

  /// Lays `axis` over `values` with about `count` ticks.
  init(_ axis: ChartAxis, over values: [Double], count: Int) {
    scale = axis.scale
    // Ends whose difference or ratio has no number are drawn at the nearest that have one.
    let (least, most) = axis.scale == .linear ? (-1e300, 1e300) : (1e-150, 1e150)
    let usable = (values + axis.covers).filter { $0.isFinite && (axis.scale == .linear || $0 > 0) }
      .map { Swift.min(Swift.max($0, least), most) }
    switch axis.scale {
    case .linear:
      let (low, high) = Self.widened(usable.min() ?? 0, usable.max() ?? 1)
      let step = Self.niceStep((high - low) / Double(max(count, 2)))
      // A range is widened to a whole step only where that costs little of the picture.
      let floor = (low / step + 1e-9).rounded(.down) * step
      let ceiling = (high / step - 1e-9).rounded(.up) * step
      let room = (high - low) * 0.04
      let snapLow = low - floor < step * 0.5
      lowest =
        snapLow || (low >= 0 && low - room < 0)
        ? Swift.max(floor, low >= 0 ? 0 : floor) : low - room
      highest = ceiling - high < step * 0.5 ? ceiling : high + room
      let first = Int((lowest / step - 1e-9).rounded(.up))
      let last = Int((highest / step + 1e-9).rounded(.down))
      ticks = first <= last ? (first...last).map { Double($0) * step } : []
      labels = Self.linearLabels(ticks, step: step)
    case .logarithmic:
      let low = usable.min() ?? 1
      let high = Swift.max(usable.max() ?? 10, low * 1.2)
      let room = pow(high / low, 0.03)
      lowest = low / room
      highest = high * room
      ticks = Self.logarithmicTicks(lowest, highest, count: count)
      labels = ticks.map { tickText($0) }
    }
  }

  /// Where `value` lies between the ends, 0 at the lowest and 1 at the highest.
  func position(_ value: Double) -> Double {
    switch scale {
    case .linear: return (value - lowest) / (highest - lowest)
    case .logarithmic:
      guard value > 0 else { return 0 }
      return log(value / lowest) / log(highest / lowest)
    }
  }

  /// Whether `value` can be drawn.
  func holds(_ value: Double) -> Bool { value.isFinite && (scale == .linear || value > 0) }

  private static func widened(_ low: Double, _ high: Double) -> (Double, Double) {
    let span = high - low
    if span > 1e-9 * Swift.max(abs(low), abs(high)), span > 1e-300 { return (low, high) }
    let half = abs(low) < 1e-290 ? 1 : abs(low) * 0.1
    return (low - half, high + half)
  }

  /// The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `raw`.
  static func niceStep(_ raw: Double) -> Double {
    let power = pow(10, Foundation.floor(log10(raw)))
    for factor in [1, 2, 2.5, 5] where raw <= factor * power * (1 + 1e-9) { return factor * power }
    return 10 * power
  }

  private static func linearLabels(_ ticks: [Double], step: Double) -> [String] {
    let largest = ticks.map(abs).max() ?? 0
    if largest >= 1e6 || (largest > 0 && largest < 1e-3) { return ticks.map { tickText($0) } }
    var decimals = 0
    while decimals < 8,
      abs(step * pow(10, Double(decimals)) - (step * pow(10, Double(decimals))).rounded()) > 1e-6
    {
      decimals += 1
    }
    return ticks.map { fixedText($0, decimals: decimals) }
  }

  private static func logarithmicTicks(_ low: Double, _ high: Double, count: Int) -> [Double] {
    let first = Int(Foundation.floor(log10(low)))
    let last = Int(Foundation.ceil(log10(high)))
    let decades = log10(high / low)
    let factors: [Double] = decades < 1 ? [1, 1.5, 2, 3, 5, 7] : decades < 2.5 ? [1, 2, 5] : [1]
    let stride = Swift.max(1, Int((decades / Double(Swift.max(count, 2))).rounded(.up)))
    var ticks: [Double] = []
    for power in first...Swift.max(first, last)
    where factors.count > 1 || (power - first) % stride == 0 {
      for factor in factors {
        let tick = factor * pow(10, Double(power))
        if tick >= low * (1 - 1e-9), tick <= high * (1 + 1e-9) { ticks.append(tick) }
      }
    }
    return ticks.count >= 2 ? ticks : [low, high]
  }
}

/// `value` with `decimals` digits after the point, a true minus sign, and thin spaces between thousands.
func fixedText(_ value: Double, decimals: Int) -> String {
  guard value.isFinite else { return value.isNaN ? "n/a" : value > 0 ? "∞" : "−∞" }
  var text = String(format: "%.\(decimals)f", abs(value))
  let negative = value < 0 && text.contains { $0 != "0" && $0 != "." }
  let point = text.firstIndex(of: ".") ?? text.endIndex
  if text.distance(from: text.startIndex, to: point) > 4 {
    var place = text.index(point, offsetBy: -3)
    while place > text.startIndex {
      text.insert("\u{202F}", at: place)
      guard text.distance(from: text.startIndex, to: place) > 3 else { break }
      place = text.index(place, offsetBy: -3)
    }
  }
  return (negative ? "−" : "") + text
}

/// `value` in as few characters as a tick can do with: `0.02`, `1500`, `3×10⁻⁵`.
func tickText(_ value: Double) -> String {
  if value == 0 { return "0" }
  let exponent = Int(Foundation.floor(log10(abs(value)) + 1e-9))
  if exponent >= -3 && exponent < 5 {
    return fixedText(value, decimals: Swift.max(0, 1 - exponent)).trimmedZeros
  }
  let digits: [Character: Character] = [
    "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸",
    "9": "⁹", "-": "⁻",
  ]
  let power = "10" + String(String(exponent).map { digits[$0] ?? $0 })
  let mantissa = fixedText(value / pow(10, Double(exponent)), decimals: 2).trimmedZeros
  if mantissa == "1" { return power }
  return mantissa == "−1" ? "−" + power : "\(mantissa)×\(power)"
}

extension String {
  /// The text of a number without zeros at the end of its decimals.
  fileprivate var trimmedZeros: String {
    guard contains(".") else { return self }
    var text = self
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}
