import Foundation

extension ReportTables {
  /// The settings: first those that differ among the runs, one row per run, then those that all share.
  ///
  /// What is not the most common value is marked; that methods and seeds differ is the point of a comparison.
  static func settings(_ runs: [ReportRun], into markup: inout MarkupWriter) {
    let differing = ReportComparison.differingKeys(runs.map(\.configuration))
    if !differing.isEmpty {
      markup.element("p", content: "What differs among the runs:")
      openTable(&markup)
      header(["run"] + differing, numeric: 99, into: &markup)
      markup.open("tbody")
      let common = differing.map { key in mostCommon(runs.map { $0.setting(key) ?? "—" }) }
      for run in runs {
        markup.open("tr")
        markup.element("td", ["class": "mono"], content: run.name)
        for (index, key) in differing.enumerated() {
          let value = run.setting(key) ?? "—"
          let isExpected = ["seed", "method"].contains(key) || value == common[index]
          let style = isExpected ? "mono" : "mono differs"
          markup.element("td", ["class": style], content: value)
        }
        markup.close()
      }
      closeTable(&markup)
    }
    let shared = runs[0].configuration.filter { !differing.contains($0.key) }
    pairs(
      shared.map { ($0.key, $0.value) },
      title: runs.count == 1 ? nil : "What all runs share (\(counted(shared.count, "key")))",
      into: &markup)
  }

  /// Each run's place, state and time, then what `run.json` says of the machine, with differences marked.
  static func environment(_ runs: [ReportRun], into markup: inout MarkupWriter) {
    let own = [
      "seed", "status", "step", "stepCount", "started", "updated", "pid", "command", "experiment",
      "hash", "label", "seconds", "error",
    ]
    let keys = runs.flatMap(\.recordKeys).firstAppearances
    let machine = keys.filter { !own.contains($0) }
    let differing = machine.filter { key in Set(runs.map { $0.record[key] ?? "—" }).count > 1 }
    if runs.count > 1 {
      openTable(&markup)
      header(
        ["run", "method", "seed", "status", "steps", "started", "time"] + differing, numeric: 99,
        into: &markup)
      markup.open("tbody")
      let common = differing.map { key in mostCommon(runs.map { $0.record[key] ?? "—" }) }
      for run in runs {
        markup.open("tr")
        markup.element("td", ["class": "mono"], content: run.name)
        markup.element("td", content: run.method)
        markup.element("td", content: run.seed)
        let status = run.record["status"] ?? "unknown"
        markup.element("td", ["class": run.isDone ? "" : "differs"], content: status)
        let steps = [run.record["step"], run.record["stepCount"]].compactMap { $0 }
        markup.element("td", content: steps.joined(separator: " of "))
        markup.element("td", content: run.record["started"].map(ReportText.date) ?? "")
        markup.element("td", content: run.seconds.map(ReportText.duration) ?? "")
        for (index, key) in differing.enumerated() {
          let value = run.record[key] ?? "—"
          markup.element(
            "td", ["class": value == common[index] ? "mono" : "mono differs"], content: value)
        }
        markup.close()
      }
      closeTable(&markup)
    }
    let shared = runs.count == 1 ? keys : machine.filter { !differing.contains($0) }
    pairs(
      shared.map { ($0, runs[0].record[$0] ?? "—") },
      title: runs.count == 1 || shared.isEmpty ? nil : "The same for all runs", into: &markup)
  }

  private static func pairs(
    _ pairs: [(String, String)], title: String?, into markup: inout MarkupWriter
  ) {
    if pairs.isEmpty { return }
    if let title {
      markup.open("details")
      markup.element("summary", content: title)
    }
    openTable(&markup)
    markup.open("tbody")
    for (key, value) in pairs {
      markup.open("tr")
      markup.element("td", ["class": "mono"], content: key)
      markup.element("td", ["class": "mono"], content: value)
      markup.close()
    }
    closeTable(&markup)
    if title != nil { markup.close() }
  }

  private static func mostCommon(_ values: [String]) -> String {
    values.firstAppearances.max { first, second in
      values.filter { $0 == first }.count < values.filter { $0 == second }.count
    } ?? ""
  }
}
