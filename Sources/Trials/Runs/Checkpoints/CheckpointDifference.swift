import Storage

/// What sets two files of arrays apart; text entries, which hold times, are left out.
public struct CheckpointDifference: Sendable {
  /// One array of either file.
  public struct Row: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// `equal`, `different`, `only in first`, `only in second`, `not compared` with the reason, or the two shapes or types.
    public let verdict: String
    /// `max |a − b|`, and `max |a − b| / max(|a|, |b|)`; `nil` where the arrays cannot be subtracted. NaN beside NaN in
    /// the same place is equal.
    public let absolute, relative: Double?
  }

  /// One row an array, by name.
  public let rows: [Row]

  /// Whether both files hold the same names, types, shapes and bits.
  public var isEqual: Bool { rows.allSatisfy { $0.verdict == "equal" } }

  /// Compares two files.
  public init(_ first: Checkpoint, _ second: Checkpoint) {
    let names = Set(first.tensors.keys).union(second.tensors.keys).sorted()
    rows = names.map { name in
      guard let a = first.tensors[name] else {
        return Row(name: name, verdict: "only in second", absolute: nil, relative: nil)
      }
      guard let b = second.tensors[name] else {
        return Row(name: name, verdict: "only in first", absolute: nil, relative: nil)
      }
      return CheckpointDifference.row(name, a, b)
    }
  }

  /// Compares what could be read of two files; an array that is left out of either is not equal.
  public init(_ first: ArrayContents, _ second: ArrayContents) {
    let leftOut = Dictionary(
      (first.leftOut + second.leftOut).map { ($0.name, $0.reason.found) }, uniquingKeysWith: { $1 })
    var rows = CheckpointDifference(first.checkpoint, second.checkpoint).rows
      .filter { leftOut[$0.name] == nil }
    rows += leftOut.map { name, words in
      Row(name: name, verdict: "not compared: \(words)", absolute: nil, relative: nil)
    }
    self.rows = rows.sorted { $0.name < $1.name }
  }

  private static func row(_ name: String, _ a: StoredArray, _ b: StoredArray) -> Row {
    if a.shape != b.shape {
      return Row(name: name, verdict: "\(a.shape) and \(b.shape)", absolute: nil, relative: nil)
    }
    var (absolute, relative) = (0.0, 0.0)
    for (x, y) in zip(a.values(as: Double.self), b.values(as: Double.self)) where x != y {
      if x.isNaN && y.isNaN { continue }
      let difference = abs(x - y)
      let share = difference / max(abs(x), abs(y))
      // A NaN or infinity on one side alone is as different as can be.
      absolute = difference.isFinite ? max(absolute, difference) : .infinity
      relative = share.isFinite ? max(relative, share) : .infinity
    }
    let verdict: String
    if a.elementType != b.elementType {
      verdict = "\(a.elementType.rawValue) and \(b.elementType.rawValue)"
    } else {
      verdict = a.bytes == b.bytes || absolute == 0 ? "equal" : "different"
    }
    return Row(name: name, verdict: verdict, absolute: absolute, relative: relative)
  }

  /// Aligned columns for a terminal.
  public var text: String {
    var table = TextTable(
      ["name", "verdict", "max |a − b|", "relative"], alignments: [.left, .left, .right, .right])
    for row in rows {
      table.add([
        row.name, row.verdict, NumberFormat.short(row.absolute), NumberFormat.short(row.relative),
      ])
    }
    let different = rows.count { $0.verdict != "equal" }
    let unread = rows.count { $0.verdict.hasPrefix("not compared") }
    return table.text + "\n\(rows.count) arrays, \(different - unread) different"
      + (unread > 0 ? ", \(unread) not compared" : "") + "\n"
  }

  /// `{equal, arrays: [{name, verdict, absolute, relative}]}`.
  public var json: JSONValue {
    [
      "equal": .bool(isEqual),
      "arrays": .array(
        rows.map {
          [
            "name": .string($0.name), "verdict": .string($0.verdict),
            "absolute": $0.absolute.map { .number($0) } ?? .null,
            "relative": $0.relative.map { .number($0) } ?? .null,
          ]
        }),
    ]
  }
}
