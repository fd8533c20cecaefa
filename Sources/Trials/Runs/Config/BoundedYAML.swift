import Yams

/// YAML that a person could have written: Yams alone takes any, and a few lines of aliases that name one another stand for
/// more than any memory holds.
enum BoundedYAML {
  /// How long a text may be, in bytes.
  static let mostBytes = 1 << 20
  /// How often names of other places (`*name`) may stand in it.
  static let mostAliases = 16

  /// The text is none that a person could have written.
  struct Excess: Error, CustomStringConvertible {
    /// The line, from 1.
    let line: Int
    let description: String
  }

  /// The root of a text; nil for an empty one.
  ///
  /// - Throws: ``Excess``, `YamlError`.
  static func compose(_ text: String) throws -> Node? {
    let bytes = text.utf8
    if bytes.count > mostBytes {
      throw Excess(
        line: 1, description: "\(bytes.count) bytes, more than the \(mostBytes) allowed")
    }
    if let line = lineWithTooManyAliases(text) {
      throw Excess(
        line: line,
        description: "more than \(mostAliases) aliases (`*name`); write the values out")
    }
    return try Yams.compose(yaml: text)
  }

  /// The line on which the aliases become too many; nil if they do not, or if there is nothing that they could name.
  private static func lineWithTooManyAliases(_ text: String) -> Int? {
    var (aliases, anchors, line) = (0, 0, 1)
    var excess: Int?
    var before: UInt8 = 0x20
    var mark: UInt8 = 0
    for byte in text.utf8 {
      if mark != 0, isName(byte) {
        if mark == UInt8(ascii: "*") { aliases += 1 } else { anchors += 1 }
        if aliases > mostAliases, excess == nil { excess = line }
      }
      let isMark = byte == UInt8(ascii: "*") || byte == UInt8(ascii: "&")
      mark = isMark && !isName(before) && before != UInt8(ascii: "/") ? byte : 0
      if byte == 0x0a { line += 1 }
      before = byte
    }
    return anchors > 0 ? excess : nil
  }

  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
