import Storage

extension OwnColumn {
  /// What a person would ask about a column of numbers before taking them as they stand.
  func doubts(_ rows: [Int], _ layout: FairnessTable.Layout) -> [String] {
    let prefix = layout.optionPrefix
    guard !holdsWords, rows.count >= 10 else { return [] }
    var doubts: [String] = []
    if hasDots {
      doubts.append(
        "\(name): read with a decimal dot, which all its numbers have, unlike \(prefix)decimal=,")
    }
    if !hasDots, rows.allSatisfy({ isGroupedOrShort($0) }),
      let row = rows.first(where: { isGrouped($0) })
    {
      let mark = table.notation.decimal
      doubts.append(
        "\(name): every number has three digits behind its \"\(mark)\", or none, as between thousands: \(text(row)) is "
          + "read as \(OwnTarget.text(numbers[row])); if that is wrong, set \(prefix)thousands=\(mark)"
          + (mark == "." ? " and \(prefix)decimal=," : " and \(prefix)decimal=."))
    }
    if let row = rows.first(where: { hasLeadingZero($0) }) {
      doubts.append(
        "\(name): \(text(row)) and others begin with a zero, as codes do; \(layout.list("text", name)) takes them as "
          + "words")
    }
    let words = name.lowercased().split { "_- ".contains($0) }
    if words.contains("id") || words.contains("uuid") || name.hasSuffix("ID")
      || name.hasSuffix("Id"),
      !isCount, Set(rows.map { numbers[$0] }).count == rows.count
    {
      doubts.append(
        "column \"\(name)\" has another number in each row, as identifiers do, and is an input; "
          + "\(layout.list("ignored", name)) leaves it out")
    }
    if let (value, count) = sentinel(rows) {
      doubts.append(
        "\(name): \(OwnTarget.text(value)) stands in \(count) rows, far from all other numbers; if it means that the "
          + "value is missing, \(layout.marker(adding: OwnTarget.text(value)))")
    }
    return doubts
  }

  /// Whether a number is written as one to three digits and then groups of a mark and three digits.
  private func isGrouped(_ row: Int) -> Bool { groupCount(row).map { $0 > 1 } ?? false }
  private func isGroupedOrShort(_ row: Int) -> Bool { groupCount(row) != nil }

  /// The parts between decimal marks where the first has one to three digits, no zero in front, and the others three.
  private func groupCount(_ row: Int) -> Int? {
    let digits = text(row).drop { "+-".contains($0) }
    let parts = digits.split(separator: table.notation.decimal, omittingEmptySubsequences: false)
    guard let first = parts.first, (1...3).contains(first.count),
      first == "0" ? parts.count == 1 : first.first != "0",
      first.allSatisfy(\.isNumber),
      parts.dropFirst().allSatisfy({ $0.count == 3 && $0.allSatisfy(\.isNumber) })
    else { return nil }
    return parts.count
  }

  private func hasLeadingZero(_ row: Int) -> Bool {
    let text = text(row)
    return text.count > 1 && text.hasPrefix("0") && text.allSatisfy(\.isNumber)
  }

  /// A number such as −99 or 999 that some rows share and that lies alone beyond all others.
  private func sentinel(_ rows: [Int]) -> (value: Double, count: Int)? {
    let values = rows.map { numbers[$0] }
    let levels = Set(values).sorted()
    guard levels.count > 3, let low = levels.first, let high = levels.last else { return nil }
    let count = { (value: Double) in values.count { $0 == value } }
    let (second, last) = (levels[1], levels[levels.count - 2])
    if [-1, -9, -99, -999, -9999, -99999].contains(low), second >= 0, count(low) > 1 {
      return (low, count(low))
    }
    if [99, 999, 9999, 99999, 999_999].contains(high), last * 5 < high, last > 0, count(high) > 1 {
      return (high, count(high))
    }
    return nil
  }
}
