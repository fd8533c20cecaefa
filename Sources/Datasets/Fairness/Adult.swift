import Storage
import TensorCore

/// UCI Adult (Becker and Kohavi 1996): who earns more than 50,000 dollars a year; the sensitive attribute is age.
public enum Adult {
  /// The files: the training and the test part, read in this order.
  public static let fileNames = ["adult.data", "adult.test"]

  /// The columns of the files, which have no header line.
  public static let columnNames = [
    "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation",
    "relationship", "race", "sex", "capital-gain", "capital-loss", "hours-per-week",
    "native-country", "income",
  ]

  /// The columns of words; each is coded 0…k−1 in sorted order.
  public static let textColumns: Set<String> = [
    "workclass", "education", "marital-status", "occupation", "relationship", "race", "sex",
    "native-country", "income",
  ]

  /// Reads both files, one after the other, without the rows that miss workclass, occupation or native-country: 45,222
  /// rows.
  ///
  /// Y is 1 for more than 50,000 dollars, else −1; T is the age in years.
  /// - Without the leak (13 columns and T): `workclass … native-country`, raw numbers and codes, then `age`.
  /// - With the leak, as the authors' code has it (15 columns and T): all 15 columns of the file standardised over all
  ///   rows (unbiased deviation), among them `income` and `age`, then raw age as `sensitive age`.
  ///
  /// - Note: With the leak, `income` has four codes, since the test file ends its labels with a dot: `<=50K` 0,
  ///   `<=50K.` 1, `>50K` 2, `>50K.` 3. That column alone determines Y; published ρ*(Z;Y) near 0.99 rest on it. The
  ///   authors' merging of marital states has no effect there (their values keep a leading space), so seven remain here.
  /// - Parameters:
  ///   - folder: where the two files are.
  ///   - labelLeak: whether the inputs hold the coded outcome and the age a second time.
  /// - Throws: ``DatasetError/notFound(dataset:files:searched:advice:)`` if a file is missing, other cases if one is
  ///   damaged.
  public static func read(
    from folder: String, labelLeak: Bool = false
  ) throws(DatasetError) -> FairnessTable {
    var parts: [CSVTable] = []
    var total = 0
    for file in fileNames {
      let path = try DatasetFiles.path(file, in: folder, dataset: "adult")
      let part = try part(path)
      total += part.rowCount
      parts.append(
        try wrappingStorage { () throws(StorageError) in
          try part.droppingRows(withMissing: ["workclass", "occupation", "native-country"])
        })
    }
    var columns: [String: [Double]] = [:]
    var income: [String] = []
    for name in columnNames {
      if textColumns.contains(name) {
        let words = try parts.flatMapColumns { (part) throws(StorageError) in
          try part.strings(name)
        }
        if name == "income" { income = words }
        columns[name] = codes(of: words)
      } else {
        columns[name] = try parts.flatMapNumbers(name)
      }
    }
    let source = "\(folder)/\(fileNames.joined(separator: " + "))"
    if let wrong = income.first(where: { !["<=50K", "<=50K.", ">50K", ">50K."].contains($0) }) {
      throw .unexpected(
        path: source, at: "column \"income\"", expected: "<=50K or >50K", found: "\"\(wrong)\"",
        advice: "the file is damaged or of another edition: fetch it again")
    }
    let kept = income.count
    let age = columns["age"]!
    let features: [(name: String, values: [Double])] =
      labelLeak
      ? columnNames.map { ($0, standardized(columns[$0]!)) }
      : columnNames.filter { $0 != "age" && $0 != "income" }.map { ($0, columns[$0]!) }
    var table = try FairnessTable(
      name: labelLeak ? "adult-official" : "adult", features: features,
      target: ("income >50K", income.map { $0.hasPrefix(">") ? 1 : -1 }),
      sensitive: (labelLeak ? "sensitive age" : "age", age),
      provenance: "UCI Adult, \(fileNames.joined(separator: " then ")): \(kept) rows, "
        + "\(total - kept) with missing workclass, occupation or native-country dropped; text "
        + "coded in sorted order; "
        + (labelLeak
          ? "as the authors' code: the inputs hold the coded income (label leak) and age twice"
          : "without income among the inputs; age once, as T"),
      source: source)
    table.setRows(from: zip(fileNames, parts).map { ($0, $1) })
    return table
  }

  /// One of the files; the test part opens with a comment line (`|1x3 Cross validator`).
  private static func part(_ path: String) throws(DatasetError) -> CSVTable {
    let table = try wrappingStorage { () throws(StorageError) -> CSVTable in
      let file = try TextFile.read(from: path)
      let isCommented = file.bytes.first == UInt8(ascii: "|")
      return try CSVTable.parse(
        file.bytes, path: path,
        options: CSVOptions(
          header: .names(columnNames), skippedLines: isCommented ? 1 : 0, missingMarkers: ["?"]))
    }
    let first = columnNames.indices.map { table.text(row: 0, column: $0) }
    let isHeader = zip(first, columnNames).count { $0.lowercased() == $1 } > 2 || first[0] == "age"
    guard !isHeader else {
      throw .unexpected(
        path: path, at: "line \(table.line(ofRow: 0))",
        expected: "the first row (the files of UCI Adult have no line of column names)",
        found: "the column names \(first.prefix(3).joined(separator: ", ")), …",
        advice: "delete the line, or read the table as your own with data.csv.path")
    }
    return table
  }

  private static func codes(of words: [String]) -> [Double] {
    let levels = Set(words).sorted()
    let places = Dictionary(uniqueKeysWithValues: zip(levels, levels.indices))
    return words.map { Double(places[$0]!) }
  }

  /// A constant column becomes zeros here; preparing the table names it.
  private static func standardized(_ values: [Double]) -> [Double] {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (square / max(count - 1, 1)).squareRoot()
    return values.map { deviation > 0 ? ($0 - mean) / deviation : 0 }
  }
}

extension FairnessTable {
  /// Notes where the rows are from: those of all parts, one after the other.
  mutating func setRows(from parts: [(file: String, table: CSVTable)]) {
    rowLines = parts.flatMap { part in (0..<part.table.rowCount).map { part.table.line(ofRow: $0) }
    }
    rowFiles =
      parts.count == 1
      ? nil : parts.flatMap { Array(repeating: $0.file, count: $0.table.rowCount) }
  }
}

extension [CSVTable] {
  /// The values of one column of all tables, one table after the other.
  func flatMapColumns<Value>(
    _ read: (CSVTable) throws(StorageError) -> [Value]
  ) throws(DatasetError) -> [Value] {
    var values: [Value] = []
    for table in self {
      values += try wrappingStorage { () throws(StorageError) in try read(table) }
    }
    return values
  }

  /// The finite numbers of one column of all tables, one table after the other.
  func flatMapNumbers(_ column: String) throws(DatasetError) -> [Double] {
    var values: [Double] = []
    for table in self { values += try table.numbers(column) }
    return values
  }
}
