import Foundation

/// Runs that differ in their seed alone, under one name.
struct ReportVariant {
  /// The method, and where several settings of one method are compared, the settings that differ.
  let label: String
  let style: ChartStyle
  let runs: [ReportRun]

  /// The value of `metric` of every run that has it, by seed.
  func values(_ metric: ReportMetric) -> [Double] {
    runs.compactMap { run in run.result.flatMap { metric.value(in: $0) } }
  }
}

/// A number that the results of a comparison carry.
struct ReportMetric: Hashable {
  enum Source { case scalar, fairness }

  /// What the experiment declares of it.
  let metric: Metric
  let source: Source

  var key: String { metric.id }
  var family: String { metric.family }
  var name: String { metric.title }
  var direction: Metric.Direction { metric.better }

  /// A scalar of the results.
  init(_ metric: Metric) { (self.metric, source) = (metric, .scalar) }

  /// A difference between groups: the smaller, the fairer.
  init(differenceBetweenGroups name: String) {
    metric = Metric(name, title: name, better: .lower, family: "fairness")
    source = .fairness
  }

  func value(in result: RunResult) -> Double? {
    source == .fairness ? result.fairness[key]?.value : result.scalars[key]
  }
}

/// Runs whose numbers may stand in one table: the same experiment, data set and protocol.
struct ReportComparison {
  let experiment: String
  let dataset: String
  let protocolName: String
  let variants: [ReportVariant]
  /// What the experiment declares of its numbers.
  let declared: MetricList

  var runs: [ReportRun] { variants.flatMap(\.runs) }

  /// `fairness on adult, official protocol`.
  var title: String {
    var title = experiment
    if !dataset.isEmpty { title += " on \(dataset)" }
    // One word, such as `official`, needs a noun.
    if !protocolName.isEmpty {
      title += ", " + protocolName + (protocolName.contains(" ") ? "" : " protocol")
    }
    return title
  }

  /// The main metrics of the results, in the order of their declaration; differences between groups before what is not declared.
  var metrics: [ReportMetric] {
    let results = runs.compactMap(\.result)
    let main = scalars.filter { $0.role == .headline || $0.role == .main }
    let known = Set(declared.declared.map(\.family))
    let differences = Set(results.flatMap(\.fairness.keys)).sorted()
      .map { ReportMetric(differenceBetweenGroups: $0) }
    return main.filter { known.contains($0.family) }.map { ReportMetric($0) } + differences
      + main.filter { !known.contains($0.family) }.map { ReportMetric($0) }
  }

  /// The numbers behind the main ones: by split, p values.
  var details: [ReportMetric] { scalars.filter { $0.role == .detail }.map { ReportMetric($0) } }

  private var scalars: [Metric] {
    declared.metrics(of: Set(runs.flatMap { $0.result.map { Array($0.scalars.keys) } ?? [] }))
  }

  /// What representations are to lose, in the forms that the results have.
  var losses: [ReportMetric] { metrics.filter { $0.metric.loss != nil } }

  /// The mean over the runs of the 95 % quantile of `metric` where there is nothing to find, or nil where no run has it.
  func null95(_ metric: ReportMetric) -> Double? {
    let values = runs.compactMap { run -> Double? in
      guard let scalars = run.result?.scalars else { return nil }
      return metric.metric.nulls.lazy.compactMap { scalars[$0] }.first
    }
    return values.isEmpty ? nil : MeanOfSeeds(values).mean
  }

  /// The variant whose mean of `metric` is the best, where there are two to choose from.
  func best(_ metric: ReportMetric) -> Int? {
    guard metric.direction != .none else { return nil }
    let means = variants.map { MeanOfSeeds($0.values(metric)).mean }
    let finite = means.indices.filter { means[$0].isFinite }
    guard finite.count > 1 else { return nil }
    return metric.direction == .higher
      ? finite.max { means[$0] < means[$1] } : finite.min { means[$0] < means[$1] }
  }

  /// Sorts runs into comparisons and, within each, into variants.
  static func comparisons(of runs: [ReportRun], _ registry: ExperimentRegistry)
    -> [ReportComparison]
  {
    var keys = runs.map { [$0.experiment, $0.dataset, $0.protocolName] }
    // A run without a result may not know its protocol: it joins the only one there is.
    for (index, run) in runs.enumerated() where run.result == nil {
      let known = zip(runs, keys).filter { $0.result != nil && $1[0..<2] == keys[index][0..<2] }
      let candidates = known.map(\.1).firstAppearances
      if candidates.count == 1 { keys[index] = candidates[0] }
    }
    return keys.firstAppearances.map { key in
      let members = zip(runs, keys).filter { $0.1 == key }.map(\.0)
      return ReportComparison(
        experiment: key[0], dataset: key[1], protocolName: key[2], variants: variants(of: members),
        declared: registry.metrics(of: key[0]))
    }
  }

  private static func variants(of runs: [ReportRun]) -> [ReportVariant] {
    func order(_ method: String) -> Int {
      ChartStyle.methods.firstIndex(of: method.uppercased()) ?? ChartStyle.methods.count
    }
    let methods = runs.map(\.method).firstAppearances.sorted {
      (order($0), $0) < (order($1), $1)
    }
    var groups: [(label: String, runs: [ReportRun])] = []
    for method in methods {
      let members = runs.filter { $0.method == method }
      let differing = differingKeys(members.map(\.configuration)).filter {
        !["seed", "threads"].contains($0)
      }
      let settings = members.map { run in differing.map { run.setting($0) ?? "—" } }
      for setting in settings.firstAppearances {
        let same = zip(members, settings).filter { $0.1 == setting }.map(\.0)
        let suffix = zip(differing, setting).map { key, value in
          " \(key.split(separator: ".").last ?? "")=\(value)"
        }
        let shown = suffix.prefix(2).joined() + (suffix.count > 2 ? " …\(groups.count + 1)" : "")
        groups.append((method + shown, same.sorted { (Int($0.seed) ?? 0) < (Int($1.seed) ?? 0) }))
      }
    }
    let styles = ChartStyle.styles(for: groups.map(\.label))
    return zip(groups, styles).map { ReportVariant(label: $0.label, style: $1, runs: $0.runs) }
  }

  /// The keys whose values are not the same in all `configurations`, in the order of their first appearance.
  static func differingKeys(_ configurations: [[(key: String, value: String)]]) -> [String] {
    let tables = configurations.map { Dictionary($0, uniquingKeysWith: { $1 }) }
    let keys = configurations.flatMap { $0.map(\.key) }.firstAppearances
    return keys.filter { key in Set(tables.map { $0[key] ?? "—" }).count > 1 }
  }
}

extension Array where Element: Hashable {
  /// The elements without repetitions, each where it came first.
  var firstAppearances: [Element] {
    var seen = Set<Element>()
    return filter { seen.insert($0).inserted }
  }
}

extension String {
  /// `truePositiveRate` as `true positive rate`.
  var spelledOut: String {
    var words = ""
    for character in self {
      if character.isUppercase, let last = words.last, last.isLowercase {
        words += " " + character.lowercased()
      } else {
        words.append(character)
      }
    }
    return words
  }
}
