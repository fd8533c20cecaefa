import Storage

extension ExperimentRegistry {
  /// The experiments as aligned columns.
  public var text: String {
    var table = TextTable(["experiment", "summary"])
    for entry in entries { table.add([entry.name, entry.summary]) }
    return table.text
  }

  /// The experiments as an array of `{experiment, summary}`.
  public var json: JSONValue {
    .array(entries.map { ["experiment": .string($0.name), "summary": .string($0.summary)] })
  }
}

extension TableCatalog {
  /// The tables as aligned columns.
  public var text: String {
    var lines = TextTable(["table", "summary", "time to expect"])
    for table in tables { lines.add([table.name, table.summary, table.expectedTime]) }
    return lines.text
  }

  /// The tables as an array of `{table, summary, expectedTime}`.
  public var json: JSONValue {
    .array(
      tables.map {
        [
          "table": .string($0.name), "summary": .string($0.summary),
          "expectedTime": .string($0.expectedTime),
        ]
      })
  }
}
