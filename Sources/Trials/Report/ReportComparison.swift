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

/// A number that results carry, and which of two values is the better one.
struct ReportMetric: Hashable {
  enum Source { case scalar, fairness }
  enum Direction { case higher, lower, none }

  let key: String
  let source: Source

  /// The parts of the key: those between dots, of `means/AP@0.5` those between slashes. The dot of a number parts nothing.
  private var parts: [String] {
    if key.contains("/") { return key.split(separator: "/").map(String.init) }
    var parts = [""]
    for (index, character) in zip(key.indices, key) {
      let next = key.index(after: index)
      if character == "." && next < key.endIndex && !key[next].isNumber {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts
  }

  /// The first of several parts: metrics of one family stand side by side.
  var family: String {
    if source == .fairness { return "fairness" }
    return parts.count > 1 ? parts[0] : ""
  }

  /// The name under the family's.
  var name: String {
    if source == .fairness { return key }
    let rest = parts.dropFirst().joined(separator: " ")
    switch rest {
    case "": return key.spelledOut
    case "test" where family == "dependence": return "ρ*"
    case "coded": return "ρ* coded"
    case "twoSided": return "ρ* two-sided"
    case "slice": return "ρ* by slices"
    case "areaUnderROC": return "area under ROC"
    default: return rest.spelledOut
    }
  }

  /// Whether the number is one of the main ones, not a detail of another such as `dependence.coded.validation`, `means/AP` or
  /// `AP@0.75`.
  var isMain: Bool {
    if source == .fairness { return true }
    return parts.count <= 2 && !key.contains("/")
      && (!key.contains("@") || key.hasSuffix("@0.5"))
  }

  /// Higher for utilities, lower for dependence, differences between groups, losses and errors.
  var direction: Direction {
    if source == .fairness { return .lower }
    let words = (key.hasPrefix("means/") ? String(key.dropFirst(6)) : key).lowercased()
    if words.hasSuffix("pvalue") { return .none }
    if words == "ap" || words == "ari" { return .higher }
    for word in [
      "utility", "accuracy", "auc", "power", "r2", "ap@", "recall@", "covering", "count accuracy",
      "log-likelihood",
    ] where words.hasPrefix(word) {
      return .higher
    }
    for word in [
      "dependence", "reconstruction", "loss", "error", "mse", "bias", "mutualinformation",
      "count error", "squared error", "overcount", "undercount",
    ] where words.hasPrefix(word) {
      return .lower
    }
    return .none
  }

  func value(in result: RunResult) -> Double? {
    source == .fairness ? result.fairness[key]?.value : result.scalars[key]
  }

  /// The order in tables: what is to be kept, what is to be lost, differences between groups, the rest.
  var rank: (Int, Int, String) {
    let families = ["utility", "accuracy", "dependence", "fairness"]
    let forms = ["coded", "twoSided", "slice", "AP", "AP@0.5", "count error", "ARI"]
    let form = parts.count > 1 ? parts[1] : key
    return (
      families.firstIndex(of: family) ?? families.count, forms.firstIndex(of: form) ?? forms.count,
      family + "." + key
    )
  }
}

/// Runs whose numbers may stand in one table: the same experiment, data set and protocol.
struct ReportComparison {
  let experiment: String
  let dataset: String
  let protocolName: String
  let variants: [ReportVariant]

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

  /// The main metrics of the results, in the order of ``ReportMetric/rank``.
  var metrics: [ReportMetric] { allMetrics.filter(\.isMain) }

  /// The numbers behind the main ones: by split, p values.
  var details: [ReportMetric] { allMetrics.filter { !$0.isMain } }

  /// All metrics of the results, null quantiles left out.
  private var allMetrics: [ReportMetric] {
    var found = Set<ReportMetric>()
    for run in runs {
      guard let result = run.result else { continue }
      for key in result.scalars.keys where !key.hasSuffix("null95") {
        found.insert(ReportMetric(key: key, source: .scalar))
      }
      for key in result.fairness.keys { found.insert(ReportMetric(key: key, source: .fairness)) }
    }
    return found.sorted { $0.rank < $1.rank }
  }

  /// The mean over the runs of the 95 % quantile of `metric` under permutation, or nil where no run has it.
  func null95(_ metric: ReportMetric) -> Double? {
    let values = runs.compactMap { run -> Double? in
      guard let scalars = run.result?.scalars else { return nil }
      return scalars[metric.key + ".null95"]
        ?? (metric.key == "dependence.coded" ? scalars["dependence.null95"] : nil)
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
  static func comparisons(of runs: [ReportRun]) -> [ReportComparison] {
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
        experiment: key[0], dataset: key[1], protocolName: key[2], variants: variants(of: members))
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
