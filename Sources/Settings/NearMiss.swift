/// Finds the word that a mistyped one was probably meant to be.
public enum NearMiss {
  /// No key or name is longer, in bytes.
  private static let longest = 500

  /// The nearest of `candidates`, if it is near: at most a third of its letters off, at least one allowed.
  ///
  /// Case, `_` and `-` count nothing, so that `learning_rate` finds `learningRate`.
  public static func nearest(to word: String, among candidates: [String]) -> String? {
    // Of a whole page of text no word was meant, and comparing it takes the square of its length.
    guard word.utf8.count <= longest else { return nil }
    let folded = fold(word)
    let candidates = candidates.filter { $0.utf8.count <= longest }
    let ranked = candidates.map { (distance(folded, fold($0)), $0) }
    guard let best = ranked.min(by: { $0.0 < $1.0 }) else { return nil }
    let allowed = max(1, max(folded.count, fold(best.1).count) / 3)
    return best.0 <= allowed ? best.1 : nil
  }

  /// The Damerau–Levenshtein distance in its restricted form: insertions, deletions, replacements and swaps of
  /// neighbours each cost 1.
  static func distance(_ a: [Character], _ b: [Character]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i] + [Int](repeating: 0, count: b.count)
      for j in 1...b.count {
        let replacement = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        row[j] = min(replacement, last[j] + 1, row[j - 1] + 1)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          row[j] = min(row[j], beforeLast[j - 2] + 1)
        }
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }

  private static func fold(_ word: String) -> [Character] {
    Array(word.lowercased().filter { $0 != "_" && $0 != "-" })
  }
}
