import Foundation
import Storage

/// UCI Communities and Crime (Redmond 2002): violent crimes by population in 1,994 communities; the sensitive attribute
/// is the share of black inhabitants. All numbers are scaled to [0, 1] by the donor.
public enum Communities {
  /// The file of numbers and the file that names the columns.
  public static let fileNames = ["communities.data", "communities.names"]

  /// What to do with the columns that miss values (22 police columns, known for 319 communities, and OtherPerCap).
  public enum MissingColumns: String, Sendable, Codable, CaseIterable {
    /// Leave them out: 98 columns and T.
    case drop
    /// A missing value becomes 0, as in the authors' code: 121 columns and T.
    case zero
  }

  /// Columns that name a place or a fold of cross-validation; never inputs.
  public static let identifiers: Set<String> = [
    "state", "county", "community", "communityname", "fold",
  ]

  /// Reads the 1,994 communities. Y is `ViolentCrimesPerPop`, T is `racepctblack`, the last input.
  ///
  /// - Parameters:
  ///   - folder: where the two files are.
  ///   - missing: what becomes of columns with missing values.
  /// - Throws: ``DatasetError`` if a file is missing or damaged, or if the two do not fit together.
  public static func read(
    from folder: String, missing: MissingColumns = .drop
  ) throws(DatasetError) -> FairnessTable {
    let path = try DatasetFiles.path("communities.data", in: folder, dataset: "communities")
    let names = try columnNames(
      DatasetFiles.path("communities.names", in: folder, dataset: "communities"))
    let table = try wrappingStorage { () throws(StorageError) in
      try CSVTable.read(
        from: path, options: CSVOptions(header: .names(names), missingMarkers: ["?"]))
    }
    let (target, sensitive) = ("ViolentCrimesPerPop", "racepctblack")
    for name in [target, sensitive] { _ = try table.place(of: name) }
    var features: [(name: String, values: [Double])] = []
    var incomplete: [String] = []
    for (place, name) in table.columns.enumerated()
    where name != target && name != sensitive && !identifiers.contains(name) {
      let hasMissing = (0..<table.rowCount).contains { table.isMissing(row: $0, column: place) }
      if hasMissing { incomplete.append(name) }
      if hasMissing && missing == .drop { continue }
      features.append(
        (
          name,
          hasMissing
            ? try wrappingStorage { () throws(StorageError) in try table.doubles(name, missing: 0) }
            : try table.numbers(name)
        ))
    }
    let treatment = missing == .drop ? "left out" : "with missing values set to 0"
    var result = try FairnessTable(
      name: "communities", features: features, target: (target, table.numbers(target)),
      sensitive: (sensitive, table.numbers(sensitive)),
      provenance: "UCI Communities and Crime: \(table.rowCount) rows, none dropped; left out: "
        + "\(identifiers.sorted().joined(separator: ", ")); \(incomplete.count) incomplete columns "
        + treatment,
      source: path)
    result.setRows(from: [("communities.data", table)])
    return result
  }

  /// The names after `@attribute`, in order.
  private static func columnNames(_ path: String) throws(DatasetError) -> [String] {
    let bytes = try wrappingStorage { () throws(StorageError) in try FileBytes.read(path) }
    var names: [String] = []
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.first == "@attribute", words.count >= 2 { names.append(String(words[1])) }
    }
    guard !names.isEmpty else {
      throw .unexpected(
        path: path, at: "column names", expected: "lines `@attribute NAME TYPE`", found: "none",
        advice: "the file is empty or damaged: fetch it again")
    }
    return names
  }
}
