import Foundation

/// Builds SVG or HTML text, escaping every attribute and every piece of text.
struct MarkupWriter {
  /// What was written so far.
  private(set) var text = ""
  private var path: [String] = []

  typealias Attributes = KeyValuePairs<String, String>

  /// Writes `<name …>` and remembers to close it.
  mutating func open(_ name: String, _ attributes: Attributes = [:]) {
    text += "<" + name + Self.rendered(attributes) + ">"
    path.append(name)
  }

  /// Closes the element opened last.
  mutating func close() {
    text += "</" + path.removeLast() + ">"
  }

  /// Writes `<name …/>`.
  mutating func element(_ name: String, _ attributes: Attributes) {
    text += "<" + name + Self.rendered(attributes) + "/>"
  }

  /// Writes `<name …>content</name>`.
  mutating func element(_ name: String, _ attributes: Attributes = [:], content: String) {
    text += "<" + name + Self.rendered(attributes) + ">" + xmlEscaped(content) + "</" + name + ">"
  }

  /// Writes `content`, escaped.
  mutating func write(_ content: String) { text += xmlEscaped(content) }

  /// Writes markup that is already well formed, as it is.
  mutating func append(markup: String) { text += markup }

  /// Writes a text element with its baseline at (`x`, `y`).
  mutating func label(
    _ content: String, x: Double, y: Double, style: String = "ink", anchor: String = "start"
  ) {
    if anchor == "start" {
      element("text", ["class": style, "x": svgNumber(x), "y": svgNumber(y)], content: content)
    } else {
      element(
        "text",
        ["class": style, "x": svgNumber(x), "y": svgNumber(y), "text-anchor": anchor],
        content: content)
    }
  }

  /// Writes a straight line.
  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String) {
    element(
      "path",
      [
        "class": style,
        "d": "M\(svgNumber(x1)) \(svgNumber(y1))L\(svgNumber(x2)) \(svgNumber(y2))",
      ])
  }

  private static func rendered(_ attributes: Attributes) -> String {
    attributes.map { " \($0.key)=\"\(xmlEscaped($0.value))\"" }.joined()
  }
}

/// `text` with the five characters of XML replaced by entities and what XML 1.0 forbids left out.
func xmlEscaped(_ text: String) -> String {
  var escaped = ""
  escaped.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": escaped += "&amp;"
    case "<": escaped += "&lt;"
    case ">": escaped += "&gt;"
    case "\"": escaped += "&quot;"
    case "'": escaped += "&#39;"
    case "\t", "\n", "\r": escaped.unicodeScalars.append(scalar)
    default:
      if scalar.value >= 0x20, scalar.value != 0x7F, scalar.value != 0xFFFE, scalar.value != 0xFFFF
      {
        escaped.unicodeScalars.append(scalar)
      }
    }
  }
  return escaped
}

/// A coordinate with at most one decimal: a tenth of a pixel is below what can be seen.
func svgNumber(_ value: Double) -> String {
  // Farther away than any picture reaches, and no coordinate at all.
  let tenths = value.isNaN ? 0 : (min(max(value, -1e9), 1e9) * 10).rounded()
  if tenths == 0 { return "0" }
  let whole = Int(tenths)
  if whole % 10 == 0 { return String(whole / 10) }
  return (whole < 0 ? "-" : "") + "\(abs(whole) / 10).\(abs(whole) % 10)"
}

/// A careful estimate of how wide `text` is, in pixels, in a sans-serif face of `size` pixels.
///
/// The faces in use differ by some 10 %; the estimate stands at the wide end, so that what is laid out by it
/// does not collide.
func textWidth(_ text: String, size: Double) -> Double {
  var ems = 0.0
  for character in text {
    switch character {
    case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!", "(", ")", "[", "]", " ", "f", "t",
      "r", "/":
      ems += 0.37
    case "m", "w", "M", "W", "@", "%", "—", "…": ems += 0.95
    case "0"..."9": ems += 0.62
    case "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹", "⁻": ems += 0.42
    default: ems += character.isUppercase ? 0.71 : 0.6
    }
  }
  return ems * size
}
