/// The name a person probably meant.
enum NearMiss {
  /// The candidate with the fewest single-character edits, if that is at most a third of the name's length.
  ///
  /// Case is not counted as an edit; ties go to the earlier candidate.
  static func nearest(to name: String, among candidates: [String]) -> String? {
    // Of a whole page of text no word was meant, and comparing it takes the square of its length.
    let longest = 500
    guard name.utf8.count <= longest else { return nil }
    let candidates = candidates.filter { $0.utf8.count <= longest }
    let wanted = Array(name.lowercased())
    let limit = max(1, wanted.count / 3)
    return candidates.map { ($0, distance(wanted, Array($0.lowercased()))) }
      .filter { $0.1 <= limit }
      .min { $0.1 < $1.1 }?.0
  }

  /// Edits between two words, an exchange of neighbours counted as one (optimal string alignment).
  static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var rows = [[Int]](repeating: Array(0...b.count), count: a.count + 1)
    for i in 0...a.count { rows[i][0] = i }
    for i in 0..<a.count {
      for j in 0..<b.count {
        let change = rows[i][j] + (a[i] == b[j] ? 0 : 1)
        rows[i + 1][j + 1] = min(change, rows[i][j + 1] + 1, rows[i + 1][j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          rows[i + 1][j + 1] = min(rows[i + 1][j + 1], rows[i - 1][j - 1] + 1)
        }
      }
    }
    return rows[a.count][b.count]
  }
}
