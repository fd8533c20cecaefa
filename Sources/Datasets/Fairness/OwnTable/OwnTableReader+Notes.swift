extension OwnTableReader {
  /// Says how a sensitive attribute of few numbers is taken.
  mutating func noteSensitive(_ values: [Double], isWords: Bool) {
    let levels = Set(values)
    guard !isWords, (3...10).contains(levels.count), values.count > 2 * levels.count else { return }
    notes.append(
      "\(sensitive) has \(levels.count) different numbers and is hidden as a quantity; "
        + "\(layout.list("text", sensitive)) takes them as words without an order")
  }

  /// Names inputs that hold what is to be predicted or hidden, and inputs that are there twice.
  mutating func noteCopies(
    _ features: [(name: String, values: [Double])], target: [Double], sensitive: [Double]
  ) {
    var known: [[Double]: String] = [:]
    for (name, values) in features {
      for (other, column, role) in [
        (self.target, target, "predict"), (self.sensitive, sensitive, "hide"),
      ] where Self.tell(values, column) {
        notes.append(
          "the input \"\(name)\" tells \"\(other)\", the column to \(role), in every row; "
            + "\(layout.list("ignored", name)) leaves it out")
      }
      if let first = known[values] {
        notes.append("column \"\(name)\" holds the same values as \"\(first)\"")
      } else {
        known[values] = name
      }
    }
  }

  /// Whether two columns are equal, or one is the other in a code of its own.
  private static func tell(_ a: [Double], _ b: [Double]) -> Bool {
    if a == b { return true }
    var (forth, back): ([Double: Double], [Double: Double]) = ([:], [:])
    for (x, y) in zip(a, b) {
      guard forth[x, default: y] == y, back[y, default: x] == x, forth.count <= 50 else {
        return false
      }
      (forth[x], back[y]) = (y, x)
    }
    return forth.count * 4 <= a.count
  }

  /// Names columns whose numbers fall together in single precision, in which the networks calculate.
  mutating func notePrecision(_ columns: [(name: String, values: [Double])]) {
    for (name, values) in columns {
      let (doubles, floats) = (Set(values).count, Set(values.map { Float($0) }).count)
      guard floats * 10 < doubles * 9 else { continue }
      notes.append(
        "\(name): its \(doubles) different numbers are \(floats) in single precision, in which everything is "
          + "calculated; subtract a constant or use a larger unit")
    }
  }
}
