/// The difference between what a page shows and what was printed, line by line.
struct NotebookDifference {
  /// `- ` lines of the page with their numbers, `+ ` lines that were printed, at most `limit` of them.
  let text: String
  /// The line of the page at which the first difference lies.
  let line: Int

  /// Aligns the two by the fewest lines added and taken away; a line that is `…` alone takes any number of lines.
  init(
    _ expected: NotebookPage.Expected, found: [String], limit: Int = 12
  ) {
    let match = NotebookMatch(tolerance: expected.tolerance)
    let wanted = NotebookMatch.trimmed(expected.lines)
    let printed = Array(NotebookMatch.trimmed(found).prefix(2000))
    let isAnything = wanted.map { $0.trimmed == "…" }
    // cost[i][j]: the fewest changes that align wanted[i...] with printed[j...].
    var cost = [[Int]](
      repeating: [Int](repeating: 0, count: printed.count + 1), count: wanted.count + 1)
    for i in stride(from: wanted.count, through: 0, by: -1) {
      for j in stride(from: printed.count, through: 0, by: -1) {
        if i == wanted.count {
          cost[i][j] = printed.count - j
        } else {
          var best = cost[i + 1][j] + (isAnything[i] ? 0 : 1)
          if j < printed.count {
            best = min(best, cost[i][j + 1] + (isAnything[i] ? 0 : 1))
            if cost[i + 1][j + 1] < best, match.matches(wanted[i], printed[j]) {
              best = cost[i + 1][j + 1]
            }
          }
          cost[i][j] = best
        }
      }
    }
    var lines: [String] = []
    var first: Int?
    var (i, j) = (0, 0)
    while i < wanted.count || j < printed.count {
      if i < wanted.count, isAnything[i], cost[i][j] == cost[i + 1][j] {
        i += 1
      } else if i < wanted.count, isAnything[i], j < printed.count, cost[i][j] == cost[i][j + 1] {
        j += 1
      } else if i < wanted.count, j < printed.count, cost[i][j] == cost[i + 1][j + 1],
        match.matches(wanted[i], printed[j])
      {
        i += 1
        j += 1
      } else if i < wanted.count, cost[i][j] == cost[i + 1][j] + 1 {
        first = first ?? i
        lines.append("  - \(wanted[i])")
        i += 1
      } else {
        first = first ?? i
        lines.append("  + \(printed[j])")
        j += 1
      }
    }
    let rest = lines.count - limit
    text =
      lines.prefix(limit).joined(separator: "\n")
      + (rest > 0 ? "\n  and \(counted(rest, "line")) more" : "")
    line = expected.line + min(first ?? 0, max(wanted.count - 1, 0))
  }
}

extension String {
  /// The text without spaces at its ends.
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

/// A change that makes a page tell the truth: lines of it replaced by others.
struct NotebookCorrection {
  /// The lines to replace, from 1; an empty range inserts before its lower bound.
  var lines: Range<Int>
  var replacement: [String]

  /// `source` with the corrections, the last one first so that line numbers stay true.
  static func apply(_ corrections: [NotebookCorrection], to source: String) -> String {
    var lines = source.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for correction in corrections.sorted(by: { $0.lines.lowerBound > $1.lines.lowerBound }) {
      lines.replaceSubrange(
        correction.lines.lowerBound - 1..<correction.lines.upperBound - 1,
        with: correction.replacement)
    }
    return lines.joined(separator: "\n")
  }
}
