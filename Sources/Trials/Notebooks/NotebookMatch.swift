import Foundation

/// Compares what the page shows with what was printed.
///
/// `…` matches any text; with a tolerance, numbers match numbers near them and any white space within a line matches any
/// other (a number may need a digit more). Blank lines at the end and spaces at the ends of lines do not count.
struct NotebookMatch {
  let tolerance: NotebookPage.Tolerance

  /// Whether `found` is what `expected` describes.
  func matches(_ expected: [String], _ found: [String]) -> Bool {
    matches(
      Self.trimmed(expected).joined(separator: "\n"), Self.trimmed(found).joined(separator: "\n"))
  }

  /// The lines without spaces at their ends and without blank lines at the end.
  static func trimmed(_ lines: [String]) -> [String] {
    var lines = lines.map { line in
      String(line.reversed().drop { $0 == " " || $0 == "\t" || $0 == "\r" }.reversed())
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private enum Piece {
    case character(Character)
    case number(Double)
    case space
    case anything
  }

  func matches(_ expected: String, _ found: String) -> Bool {
    let pieces = pieces(of: Array(expected))
    let text = Array(found)
    // The usual matching of wildcards: after a mismatch, the last `…` takes one character more.
    var (piece, place) = (0, 0)
    var retry: (piece: Int, place: Int)?
    while true {
      if piece == pieces.count {
        if place == text.count { return true }
      } else if case .anything = pieces[piece] {
        retry = (piece + 1, place)
        piece += 1
        continue
      } else if let length = length(pieces[piece], text, at: place) {
        piece += 1
        place += length
        continue
      }
      guard let last = retry, last.place < text.count else { return false }
      retry = (last.piece, last.place + 1)
      (piece, place) = (last.piece, last.place + 1)
    }
  }

  /// How many characters of `text` at `place` the piece takes, or nil where it does not fit.
  private func length(_ piece: Piece, _ text: [Character], at place: Int) -> Int? {
    switch piece {
    case .anything: return nil
    case .character(let character): return place < text.count && text[place] == character ? 1 : nil
    case .space:
      let end = text[place...].firstIndex { $0 != " " && $0 != "\t" } ?? text.count
      return end > place ? end - place : nil
    case .number(let wanted):
      guard let (value, length) = Self.number(text, at: place) else { return nil }
      let allowed = max(tolerance.absolute, tolerance.relative * abs(wanted))
      // The last bit of the difference itself is rounding, not output.
      return abs(value - wanted) <= allowed * (1 + 1e-12) + 1e-15 ? length : nil
    }
  }

  private func pieces(of text: [Character]) -> [Piece] {
    var pieces: [Piece] = []
    var place = 0
    while place < text.count {
      let character = text[place]
      if character == "…" {
        pieces.append(.anything)
        place += 1
      } else if tolerance == .exact {
        pieces.append(.character(character))
        place += 1
      } else if character == " " || character == "\t" {
        pieces.append(.space)
        place = text[place...].firstIndex { $0 != " " && $0 != "\t" } ?? text.count
      } else if place == 0 || !Self.isWord(text[place - 1]),
        let (value, length) = Self.number(text, at: place),
        place + length == text.count || text[place + length] != "…"
      {
        pieces.append(.number(value))
        place += length
      } else {
        pieces.append(.character(character))
        place += 1
      }
    }
    return pieces
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_" || character == "."
  }

  /// The longest decimal number at `place`, with its sign, and how many characters it has.
  private static func number(_ text: [Character], at place: Int) -> (Double, Int)? {
    var end = place
    func isDigit(_ index: Int) -> Bool {
      index < text.count && text[index].isASCII && text[index].isNumber
    }
    if end < text.count, "+-−".contains(text[end]) { end += 1 }
    guard isDigit(end) || (end < text.count && text[end] == "." && isDigit(end + 1)) else {
      return nil
    }
    while isDigit(end) { end += 1 }
    if end < text.count, text[end] == ".", isDigit(end + 1) {
      end += 1
      while isDigit(end) { end += 1 }
    }
    if end < text.count, text[end] == "e" || text[end] == "E" {
      var power = end + 1
      if power < text.count, "+-".contains(text[power]) { power += 1 }
      if isDigit(power) {
        while isDigit(power) { power += 1 }
        end = power
      }
    }
    let digits = String(text[place..<end]).replacing("−", with: "-")
    return Double(digits).map { ($0, end - place) }
  }
}
