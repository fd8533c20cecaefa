import Storage
import Yams

/// A run as a list shows it.
struct ListedRun {
  let folder: RunFolder
  /// `nil` for a run that cannot be read.
  let record: RunRecord?
  /// The method and the data, as far as they are known.
  private(set) var method = "", dataset = ""
  /// What tells it from the runs of the same experiment, method and data.
  private(set) var label = ""
  /// The main number of its result.
  private(set) var metric: Metric?
  private(set) var value: Double?
  private var settings: [(key: String, value: String)] = []

  /// Settings that are shown elsewhere or change no result.
  private static let ownColumns = ["experiment", "method", "seed", "threads", "data.source"]
  /// More settings than these make a label no shorter than the config.
  private static let mostSettings = 3

  /// The title and the value of the main number.
  var headline: String {
    guard let metric, let value else { return "" }
    return [metric.family, metric.title].filter { !$0.isEmpty }.joined(separator: " ") + " "
      + NumberFormat.short(value)
  }

  /// The runs in order.
  static func all(_ folders: [RunFolder], _ registry: ExperimentRegistry) -> [ListedRun] {
    var lines = folders.map { ListedRun($0, registry) }
    let kinds = Dictionary(
      grouping: lines.indices,
      by: { [lines[$0].record?.experiment ?? "", lines[$0].method, lines[$0].dataset] })
    for members in kinds.values {
      let differing = ReportComparison.differingKeys(members.map { lines[$0].settings })
        .filter { !ownColumns.contains($0) }
      for index in members { lines[index].name(differing) }
    }
    return lines
  }

  private init(_ folder: RunFolder, _ registry: ExperimentRegistry) {
    self.folder = folder
    record = try? folder.record()
    guard let record else { return }
    let settings = (try? folder.settings()) ?? []
    let result = (try? folder.result()) ?? nil
    self.settings = settings
    func setting(_ key: String) -> String { settings.first { $0.key == key }?.value ?? "" }
    method = result?.method ?? setting("method")
    dataset = result?.dataset ?? setting("data.source")
    let headline = result.flatMap { registry.metrics(of: record.experiment).headline(of: $0) }
    (metric, value) = (headline?.metric, headline?.value)
  }

  /// The seed, and the settings among `differing`.
  private mutating func name(_ differing: [String]) {
    guard let record else { return }
    let own = settings.filter { differing.contains($0.key) }
    let more = own.count - Self.mostSettings
    label =
      (["seed=\(record.seed)"] + own.prefix(Self.mostSettings).map { "\($0.key)=\($0.value)" })
      .joined(separator: " ") + (more > 0 ? " and \(more) more" : "")
  }
}

extension RunFolder {
  /// The settings of `config.yaml` by dotted key, in the order of the file.
  ///
  /// - Throws: ``RunError/unreadable(path:expected:found:advice:)``.
  func settings() throws -> [(key: String, value: String)] {
    guard hasConfiguration, let root = try? BoundedYAML.compose(configuration()) else {
      throw RunError.unreadable(
        path: file("config.yaml"), expected: "a mapping of keys to values",
        found: FileState(file("config.yaml")).map { "\($0.size) other bytes" } ?? "no file",
        advice: advice(for: "config.yaml"))
    }
    return Self.flattened(root, prefix: "")
  }

  private static func flattened(_ node: Node, prefix: String) -> [(key: String, value: String)] {
    switch node {
    case .mapping(let mapping):
      mapping.flatMap { key, value in
        flattened(value, prefix: (prefix.isEmpty ? "" : prefix + ".") + (key.string ?? "?"))
      }
    case .sequence(let items):
      [(prefix, "[" + items.map { $0.string ?? "…" }.joined(separator: ", ") + "]")]
    default: [(prefix, node.string ?? "")]
    }
  }
}
