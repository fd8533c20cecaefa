import Foundation
import Trials

/// What is wrong with the words of a command before any of them is read: marks of the editor or the document that they were
/// copied from.
enum CommandWords {
  /// A complaint about the first such word; `nil` if there is none.
  static func complaint(_ words: [String]) -> UsageError? {
    for word in words {
      if word == "--" { return nil }
      if word.unicodeScalars.last == "\r" {
        let text = word.filter { $0 != "\r" && $0 != "\r\n" }
        return UsageError(
          "`\(text)`: expected a word, found a carriage return at its end; the script has line ends of Windows: "
            + "save it with those of Unix, or run: sed -i 's/\\r$//' SCRIPT")
      }
      let dashes = word.unicodeScalars.prefix { PastedText.dashes.contains($0) || $0 == "-" }
      guard let first = dashes.first, dashes.contains(where: { $0 != "-" }) else { continue }
      let rest = String(String.UnicodeScalarView(word.unicodeScalars.dropFirst(dashes.count)))
      guard rest.first?.isLetter == true else { continue }
      return UsageError(
        "`\(word)`: expected an option, found \(PastedText.name(of: first == "-" ? dashes.first { $0 != "-" }! : first)) "
          + "where hyphens belong; did you mean `--\(rest)`?")
    }
    return nil
  }
}
