import Storage

/// Run folders as `tessera list` and `tessera compare` print them.
public enum RunListing {
  /// One row a run, told from the other runs of its experiment by a few settings in which they differ.
  public static func list(_ folders: [RunFolder]) throws -> String {
    var table = TextTable(
      ["run", "experiment", "settings", "status", "step", "time", "started"],
      alignments: [.left, .left, .left, .left, .right, .right])
    for (folder, record, label) in try labelled(folders) {
      table.add([
        folder.path, record.experiment, label, status(of: record, folder),
        "\(record.step)/\(record.stepCount)", NumberFormat.duration(record.seconds),
        record.started,
      ])
    }
    return table.text
  }

  /// The same as an array of `{run, experiment, label, seed, status, step, stepCount, seconds, started, commit, error}`.
  public static func json(_ folders: [RunFolder]) throws -> JSONValue {
    .array(
      try labelled(folders).map { folder, record, label in
        [
          "run": .string(folder.path), "experiment": .string(record.experiment),
          "label": .string(label), "seed": .integer(record.seed),
          "status": .string(status(of: record, folder)), "step": .integer(record.step),
          "stepCount": .integer(record.stepCount), "seconds": .number(record.seconds),
          "started": .string(record.started), "commit": .string(record.commit),
          "error": .string(record.error),
        ]
      })
  }

  /// The runs with what tells each from the others of its experiment: `method=slice seed=1`; of a run that is alone, its seed.
  private static func labelled(_ folders: [RunFolder]) throws -> [(
    folder: RunFolder, record: RunRecord, label: String
  )] {
    let records = try folders.map { try $0.record() }
    let settings = try folders.map { try RunSettings(of: $0) }
    var keys: [String: [String]] = [:]
    for experiment in Set(records.map(\.experiment)) {
      keys[experiment] = RunSettings.distinguishingKeys(
        zip(records, settings).filter { $0.0.experiment == experiment }.map(\.1))
    }
    return zip(folders, zip(records, settings)).map { folder, own in
      let (record, settings) = own
      var parts = keys[record.experiment]!.map {
        "\($0)=\(settings.values[$0] ?? "—")"
      }
      parts.append("seed=\(record.seed)")
      return (folder, record, parts.joined(separator: " "))
    }
  }

  /// `running` without a process that holds the folder is a run that was killed.
  static func status(of record: RunRecord, _ folder: RunFolder) -> String {
    guard record.status == .running else { return record.status.rawValue }
    return RunLock.isHeld(folder: folder.path) ? "running" : "killed (resumes)"
  }

  /// The settings in which runs differ, and their results side by side.
  public static func compare(_ folders: [RunFolder]) throws -> String {
    let sides = try folders.map(Side.init)
    var text = ""
    let differing = RunSettings.differingKeys(sides.map(\.settings))
    if !differing.isEmpty {
      var table = TextTable(["setting"] + sides.map(\.name))
      for key in differing { table.add([key] + sides.map { $0.settings.values[key] ?? "—" }) }
      text += table.text + "\n"
    }
    var table = TextTable(
      ["result"] + sides.map(\.name),
      alignments: [.left] + Array(repeating: .right, count: sides.count))
    for name in scalarNames(sides) {
      table.add([name] + sides.map { NumberFormat.short($0.result?.scalars[name]) })
    }
    table.add(["seconds"] + sides.map { NumberFormat.short($0.result?.seconds) })
    return text + table.text
  }

  /// The same as `{settings: {key: [value…]}, results: {name: [number…]}, runs: [path…]}`.
  public static func comparison(_ folders: [RunFolder]) throws -> JSONValue {
    let sides = try folders.map(Side.init)
    return [
      "runs": .array(folders.map { .string($0.path) }),
      "settings": .object(
        RunSettings.differingKeys(sides.map(\.settings)).map { key in
          .init(key, .array(sides.map { $0.settings.values[key].map { .string($0) } ?? .null }))
        }),
      "results": .object(
        scalarNames(sides).map { name in
          .init(
            name, .array(sides.map { $0.result?.scalars[name].map { .number($0) } ?? .null }))
        }),
    ]
  }

  private struct Side {
    let name: String
    let settings: RunSettings
    let result: RunResult?

    init(_ folder: RunFolder) throws {
      let record = try folder.record()
      name = record.experiment + "/" + record.hash.prefix(8)
      result = try folder.result()
      settings = try RunSettings(of: folder)
    }
  }

  private static func scalarNames(_ sides: [Side]) -> [String] {
    Set(sides.flatMap { side in side.result.map { Array($0.scalars.keys) } ?? [] }).sorted()
  }
}
