/// What stands between the fields of a table of text, told by its contents.
public enum CSVSeparator {
  /// The characters that are looked for.
  public static let candidates: [Character] = [",", ";", "\t", "|"]

  /// The name of a separator in a sentence.
  public static func name(_ separator: Character) -> String {
    switch separator {
    case ",": "commas"
    case ";": "semicolons"
    case "\t": "tabs"
    case "|": "vertical bars"
    case " ": "spaces"
    case ":": "colons"
    default: "\"\(separator)\""
    }
  }

  /// The separator that splits the first line into fields among which are `names`, and the first rows alike.
  ///
  /// - Parameters:
  ///   - bytes: the table, in any encoding that keeps ASCII.
  ///   - names: columns that must be among those of the first line; a wrong name only makes the choice harder.
  ///   - path: for the error.
  ///   - optionPrefix: what stands before an option's name in messages.
  /// - Returns: the separator, and how many lines at the start say it and are not part of the table (`sep=;`).
  /// - Throws: ``StorageError/unsupported(path:at:expected:found:advice:)`` if two separators do equally well.
  public static func detect(
    in bytes: [UInt8], names: [String], path: String, optionPrefix: String = ""
  ) throws(StorageError) -> (separator: Character, skippedLines: Int) {
    if let declared = declaration(in: bytes) { return (declared, 1) }
    let layouts = candidates.map { Layout(bytes, $0) }
    // A field of the header that is the wanted name whole is the best sign.
    let naming = layouts.filter { layout in
      layout.names.count > 1 && names.allSatisfy { layout.names.contains($0) }
    }
    if naming.count == 1 { return (naming[0].separator, 0) }
    let uniform = (naming.isEmpty ? layouts : naming).filter(\.isUniform)
    if uniform.count == 1 { return (uniform[0].separator, 0) }
    if uniform.count > 1 {
      let best = uniform.map { "\(name($0.separator)) (\($0.names.count) columns)" }
      throw .unsupported(
        path: path, at: "separator", expected: "one character that splits all lines alike",
        found: best.joined(separator: " and "),
        advice: "set \(optionPrefix)separator to the right one")
    }
    // Nothing splits all lines alike: the reader names the line, under the separator that does so for most of them.
    let best = layouts.filter { $0.names.count > 1 }.max {
      ($0.agreement, $0.names.count) < ($1.agreement, $1.names.count)
    }
    return (best?.separator ?? ",", 0)
  }

  /// The separator of a first line such as `sep=;`, which spreadsheet programs write and read.
  private static func declaration(in bytes: [UInt8]) -> Character? {
    let start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    let line = bytes[start...].prefix(10).prefix { $0 != 0x0a && $0 != 0x0d }
    guard line.count == 5, String(decoding: line.prefix(4), as: UTF8.self).lowercased() == "sep="
    else { return nil }
    return Character(UnicodeScalar(line.last!))
  }

  /// The first lines as a separator would split them.
  private struct Layout {
    let separator: Character
    var names: [String] = []
    var counts: [Int] = []

    init(_ bytes: [UInt8], _ separator: Character) {
      self.separator = separator
      let mark = separator.asciiValue!
      var place = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
      var fieldStart = place
      var count = 1
      var isQuoted = false
      var isBlank = true
      func name(_ end: Int) -> String {
        let text = String(decoding: bytes[fieldStart..<end], as: UTF8.self)
        let plain = NumberNotation.trimmed(text)
        guard plain.count > 1, plain.hasPrefix("\""), plain.hasSuffix("\"") else { return plain }
        return String(plain.dropFirst().dropLast().replacing("\"\"", with: "\""))
      }
      while place <= bytes.count, counts.count < 200 {
        let byte = place < bytes.count ? bytes[place] : 0x0a
        if byte == UInt8(ascii: "\""), isQuoted || isBlank || place == fieldStart {
          isQuoted.toggle()
          isBlank = false
        } else if byte == 0x0a, !isQuoted || place == bytes.count {
          if !isBlank || count > 1 {
            if counts.isEmpty { names.append(name(place)) }
            counts.append(count)
          }
          (count, isBlank, isQuoted) = (1, true, false)
          fieldStart = place + 1
        } else if byte == mark, !isQuoted {
          if counts.isEmpty { names.append(name(place)) }
          count += 1
          fieldStart = place + 1
        } else if byte != 0x20, byte != 0x0d, byte != 0x09 {
          isBlank = false
        }
        place += 1
      }
    }

    /// Whether all lines have as many fields as the header, or all rows one more or less (a row name, a last separator).
    var isUniform: Bool {
      guard names.count > 1, let first = counts.dropFirst().first else { return false }
      return counts.dropFirst().allSatisfy { $0 == first } && abs(first - names.count) <= 1
    }

    /// The share of rows with as many fields as the header.
    var agreement: Double {
      let rows = counts.dropFirst()
      return rows.isEmpty
        ? 0 : Double(rows.count { $0 == names.count }) / Double(rows.count)
    }
  }
}
