import Datasets

/// Data sets as `tessera data` prints them.
public enum DataListing {
  /// One row a data set.
  public static func text(_ entries: [DatasetCatalog.Entry]) -> String {
    var table = TextTable(
      ["data set", "rows", "found", "licence", "summary"], alignments: [.left, .right])
    for entry in entries {
      table.add([
        entry.record.name, String(entry.record.rows), place(entry), entry.record.licence,
        entry.record.summary,
      ])
    }
    return table.text
  }

  /// Where a data set is, in a few words.
  static func place(_ entry: DatasetCatalog.Entry) -> String {
    if entry.record.isSynthetic { return "built in" }
    guard let folder = entry.folder else { return "not found" }
    return entry.missing.isEmpty
      ? folder : "\(folder), without \(entry.missingNames)"
  }

  /// One row a fetched file.
  public static func text(_ files: [FetchedFile]) -> String {
    var table = TextTable(["file", "outcome", "path", "note"])
    for file in files { table.add([file.file, file.outcome.rawValue, file.path, file.message]) }
    return table.text
  }

  /// One row a checked file; where there are many, those that match are counted alone.
  public static func text(_ checks: [FileCheck]) -> String {
    if checks.isEmpty { return "generated: there are no files to verify\n" }
    let isLong = checks.count > 40
    let matching = checks.count { $0.state == .matches }
    if isLong && matching == checks.count { return "all \(matching) files match\n" }
    var table = TextTable(["file", "state", "path", "note"])
    for check in checks where !isLong || check.state != .matches {
      table.add([check.file, check.state.rawValue, check.path, check.message])
    }
    return table.text + (isLong ? "\(matching) of \(checks.count) files match\n" : "")
  }
}
