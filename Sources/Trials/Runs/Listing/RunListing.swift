import Storage

/// Run folders as `tessera list` and `tessera compare` print them.
public enum RunListing {
  /// One row per run: method, data, what tells it from the others, state and main number; of one that cannot be read, its place
  /// alone.
  public static func list(
    _ folders: [RunFolder], registry: ExperimentRegistry = .standard
  ) throws -> String {
    var table = TextTable(
      [
        "run", "experiment", "method", "data", "label", "status", "step", "time", "result",
        "started",
      ], alignments: [.left, .left, .left, .left, .left, .left, .right, .right])
    for line in ListedRun.all(folders, registry) {
      guard let record = line.record else {
        table.add([line.folder.path, "", "", "", "", "cannot be read", "", "", "", ""])
        continue
      }
      table.add([
        line.folder.path, record.experiment, line.method, line.dataset, line.label,
        status(of: record, line.folder), "\(record.step)/\(record.stepCount)",
        NumberFormat.duration(record.seconds), line.headline, record.started,
      ])
    }
    return table.text
  }

  /// The same as an array of `{run, experiment, method, data, label, seed, status, step, stepCount, seconds, metric, value, started,
  /// commit, error, cautions}`; of a run that cannot be read, `{run, status, error, cautions}`.
  public static func json(
    _ folders: [RunFolder], registry: ExperimentRegistry = .standard,
    cautions: (RunFolder) -> [String] = { $0.cautions() }
  ) throws -> JSONValue {
    .array(
      ListedRun.all(folders, registry).map { line in
        let folder = line.folder
        let record: RunRecord
        do {
          record = try folder.record()
        } catch {
          return [
            "run": .string(folder.path), "status": "cannot be read",
            "error": .string(ExitStatus.message(for: error)), "cautions": [],
          ]
        }
        return [
          "run": .string(folder.path), "experiment": .string(record.experiment),
          "method": .string(line.method), "data": .string(line.dataset),
          "label": .string(record.label), "seed": .integer(record.seed),
          "status": .string(status(of: record, folder)), "step": .integer(record.step),
          "stepCount": .integer(record.stepCount), "seconds": .number(record.seconds),
          "metric": line.metric.map { .string($0.id) } ?? .null,
          "value": line.value.flatMap { $0.isFinite ? .number($0) : nil } ?? .null,
          "started": .string(record.started), "commit": .string(record.commit),
          "error": .string(record.error),
          "cautions": .array(cautions(folder).map { .string($0) }),
        ]
      })
  }

  /// The cautions of runs, one line each; of several runs with the same one, one line.
  public static func cautions(
    _ folders: [RunFolder], of cautions: (RunFolder) -> [String] = { $0.cautions() }
  ) -> [String] {
    let all = folders.flatMap { folder in cautions(folder).map { (folder.path, $0) } }
    return all.map(\.1).firstAppearances.map { caution in
      let paths = all.filter { $0.1 == caution }.map(\.0)
      let more = paths.count > 3 ? " and \(paths.count - 3) more runs" : ""
      return paths.prefix(3).joined(separator: ", ") + more + ": " + caution
    }
  }

  /// `running` without a process that holds the folder is a run that was killed.
  static func status(of record: RunRecord, _ folder: RunFolder) -> String {
    guard record.status == .running else { return record.status.rawValue }
    return RunLock.isHeld(folder: folder.path) ? "running" : "killed (resumes)"
  }

  /// The settings in which runs differ, and their results side by side; arrows say which way a number is better.
  public static func compare(
    _ folders: [RunFolder], registry: ExperimentRegistry = .standard
  ) throws -> String {
    let sides = try folders.map(Side.init)
    var text = ""
    let differing = differingKeys(sides)
    if !differing.isEmpty {
      var table = TextTable(["setting"] + sides.map(\.name))
      for key in differing { table.add([key] + sides.map { $0.settings[key] ?? "—" }) }
      text += table.text + "\n"
    }
    var table = TextTable(
      ["result"] + sides.map(\.name),
      alignments: [.left] + Array(repeating: .right, count: sides.count))
    let marks: [Metric.Direction: String] = [.higher: " ↑", .lower: " ↓"]
    for metric in metrics(sides, registry) {
      let name = metric.id
      table.add(
        [name + (marks[metric.better] ?? "")]
          + sides.map { NumberFormat.short($0.result?.scalars[name]) })
    }
    for name in groupNames(sides) {
      table.add([name] + sides.map { NumberFormat.short($0.groups[name]) })
    }
    table.add(["seconds"] + sides.map { NumberFormat.short($0.result?.seconds) })
    return text + table.text
  }

  /// Throws for a run that ``compare(_:)`` cannot show.
  public static func requireSound(_ folder: RunFolder) throws { _ = try Side(folder) }

  /// The same as `{settings: {key: [value…]}, results: {name: [number…]}, groups: {name: [number…]}, runs: [path…],
  /// cautions: [[text…]…]}`.
  public static func comparison(
    _ folders: [RunFolder], cautions: (RunFolder) -> [String] = { $0.cautions() }
  ) throws -> JSONValue {
    let sides = try folders.map(Side.init)
    return [
      "runs": .array(folders.map { .string($0.path) }),
      "cautions": .array(folders.map { .array(cautions($0).map { .string($0) }) }),
      "settings": .object(
        differingKeys(sides).map { key in
          .init(key, .array(sides.map { $0.settings[key].map { .string($0) } ?? .null }))
        }),
      "results": .object(
        scalarNames(sides).map { name in
          .init(
            name, .array(sides.map { $0.result?.scalars[name].map { .number($0) } ?? .null }))
        }),
      "groups": .object(
        groupNames(sides).map { name in
          .init(name, .array(sides.map { $0.groups[name].map { .number($0) } ?? .null }))
        }),
    ]
  }

  private struct Side {
    let name: String
    let settings: [String: String]
    let order: [String]
    let result: RunResult?
    /// Differences between groups and the rates of groups, by name.
    var groups: [String: Double] {
      Dictionary(
        (result.map(GroupListing.numbers) ?? []).map { ($0.name, $0.value) },
        uniquingKeysWith: { first, _ in first })
    }

    init(_ folder: RunFolder) throws {
      let record = try folder.record()
      // Runs on other contents of the same files have the same hash.
      let beside = folder.path.split(separator: "/").last?.split(separator: "-").dropFirst().first
      name = "\(record.experiment)/\(record.hash.prefix(8))" + (beside.map { "-\($0)" } ?? "")
      result = try folder.result()
      let pairs = try folder.settings()
      order = pairs.map(\.0)
      settings = Dictionary(pairs, uniquingKeysWith: { $1 })
    }
  }

  private static func differingKeys(_ sides: [Side]) -> [String] {
    var seen: Set<String> = []
    return sides.flatMap(\.order).filter { key in
      seen.insert(key).inserted && Set(sides.map { $0.settings[key] }).count > 1
    }
  }

  private static func groupNames(_ sides: [Side]) -> [String] {
    sides.flatMap { side in side.result.map { GroupListing.numbers(of: $0).map(\.name) } ?? [] }
      .firstAppearances
  }

  /// The metrics of all sides in the order of the experiment's declaration.
  private static func metrics(_ sides: [Side], _ registry: ExperimentRegistry) -> [Metric] {
    registry.metrics(of: sides.first?.result?.experiment ?? "").metrics(of: scalarNames(sides))
  }

  private static func scalarNames(_ sides: [Side]) -> [String] {
    Set(sides.flatMap { side in side.result.map { Array($0.scalars.keys) } ?? [] }).sorted()
  }
}
