/// Rows of text in aligned columns, for terminals and for result files.
public struct TextTable: Sendable {
  /// How a column stands.
  public enum Alignment: Sendable {
    /// Text.
    case left
    /// Numbers.
    case right
  }

  private let header: [String]
  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// Makes a table with a heading for each column; columns without an alignment stand left.
  public init(_ header: [String], alignments: [Alignment] = []) {
    self.header = header
    self.alignments =
      alignments + Array(repeating: .left, count: max(0, header.count - alignments.count))
  }

  /// Adds a row; requires one cell per column.
  public mutating func add(_ cells: [String]) {
    guard cells.count == header.count else {
      fatalError("TextTable.add: expected \(header.count) cells, got \(cells.count)")
    }
    rows.append(cells)
  }

  /// The lines: the headings, a rule, the rows, two spaces between columns.
  public var text: String {
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    let rule = widths.map { String(repeating: "─", count: $0) }
    return ([header, rule] + rows).map { cells in
      var line = ""
      for (column, cell) in cells.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line += column > 0 ? "  " : ""
        line += alignments[column] == .right ? padding + cell : cell + padding
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}

/// Numbers as people read them.
public enum NumberFormat {
  /// `value` with `digits` significant digits, `—` for nothing: `0.1234`, `1.234e-07`, `12300`.
  public static func short(_ value: Double?, digits: Int = 4) -> String {
    guard let value else { return "—" }
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-∞" : "∞" }
    if value == 0 { return "0" }
    let (mantissa, exponent) = decimal(value)
    if exponent < -4 || exponent > 6 {
      return "\(rounded(mantissa, places: digits - 1))e\(exponent)"
    }
    return rounded(value, places: max(0, digits - 1 - exponent))
  }

  /// `value` as it was written down, with at most four significant digits: `0.99`, `0.081`, `12`.
  static func plain(_ value: Double) -> String {
    var text = short(value)
    guard text.contains("."), !text.contains("e") else { return text }
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// `value` with exactly `places` digits after the point.
  static func rounded(_ value: Double, places: Int) -> String {
    let scale = power(places)
    let magnitude = (abs(value) * scale).rounded()
    guard magnitude < 1e15 else { return "\(value)" }
    let whole = String(Int(magnitude))
    let padded = String(repeating: "0", count: max(0, places + 1 - whole.count)) + whole
    let sign = value < 0 && magnitude > 0 ? "-" : ""
    if places == 0 { return sign + padded }
    return sign + padded.dropLast(places) + "." + padded.suffix(places)
  }

  /// `0:42`, `12:05`, `3:04:05` of seconds.
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e9 else { return "?" }
    let total = Int(seconds.rounded())
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
  }

  /// The value as a mantissa from 1 to 10 and an exponent of ten.
  private static func decimal(_ value: Double) -> (mantissa: Double, exponent: Int) {
    var exponent = 0
    var rest = abs(value)
    while rest >= 10 { (rest, exponent) = (rest / 10, exponent + 1) }
    while rest < 1 { (rest, exponent) = (rest * 10, exponent - 1) }
    return (value < 0 ? -rest : rest, exponent)
  }

  private static func power(_ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * 10 }
  }
}
