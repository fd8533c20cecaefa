import Foundation
import Storage

/// Words that differ in nothing that a reader would call a difference.
struct WordSpelling {
  /// Spellings of one word, the commonest first, with the rows that have each.
  struct Variants {
    var words: [(word: String, count: Int)]
  }

  /// What two spellings of one word have in common: case, outer spaces, a dot behind, forms of letters and of dashes aside.
  static func key(_ word: String) -> String {
    let outer = NumberNotation.trimmed(word)
    let unquoted = NumberNotation.trimmed(
      outer.trimmingCharacters(in: CharacterSet(charactersIn: "\"'“”‘’«»")))
    let plain = (unquoted.isEmpty ? outer : unquoted).precomposedStringWithCompatibilityMapping
      .lowercased()
    var key: [Character] = []
    let letters = Array(plain)
    for (place, letter) in letters.enumerated() {
      switch letter {
      case "’", "‘", "`", "´": key.append("'")
      case "-", "_", "–", "—", "‐", "‑", " ", "\t", "\n", "\r\n":
        // Between letters one is as good as another; `A-` and `A` are two grades.
        let isInner =
          place > 0 && place + 1 < letters.count
          && letters[(place + 1)...].contains { $0.isLetter || $0.isNumber }
          && letters[..<place].contains { $0.isLetter || $0.isNumber }
        if !isInner || letter.isWhitespace && key.last == " " {
          if !letter.isWhitespace { key.append("-") }
        } else if key.last != " " {
          key.append(" ")
        }
      default: key.append(letter)
      }
    }
    while key.count > 1, let last = key.last, ".;:,".contains(last) { key.removeLast() }
    while key.count > 1, key.last == " " { key.removeLast() }
    // `1.0` beside `1` is what a join with missing values leaves of codes.
    if let dot = key.firstIndex(of: "."), dot > 0, key[..<dot].allSatisfy(\.isNumber),
      key[(dot + 1)...].allSatisfy({ $0 == "0" })
    {
      key.removeSubrange(dot...)
    }
    return String(key)
  }

  /// The words that are there in more than one spelling, in the order of the words.
  static func variants(of counts: [String: Int]) -> [Variants] {
    var groups: [String: [(word: String, count: Int)]] = [:]
    for (word, count) in counts { groups[key(word), default: []].append((word, count)) }
    return groups.values.filter { $0.count > 1 }.map { group in
      Variants(words: group.sorted { ($1.count, $0.word) < ($0.count, $1.word) })
    }.sorted { $0.words[0].word < $1.words[0].word }
  }
}
