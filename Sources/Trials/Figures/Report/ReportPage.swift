import Foundation

/// The report's page: the sections in order, and the figures that they show.
struct ReportPage {
  let runs: [ReportRun]
  /// Runs that cannot be shown.
  let faults: [RunFault]
  let comparisons: [ReportComparison]
  /// All figures, for files of their own.
  private(set) var figures: [ReportFigure] = []
  private var markup = MarkupWriter()

  /// Lays out the page.
  ///
  /// - Throws: ``RunError/notARun(path:)`` without any run.
  init(runs: [ReportRun], faults: [RunFault] = [], registry: ExperimentRegistry) throws {
    guard !runs.isEmpty else { throw RunError.notARun(path: "report") }
    self.runs = runs
    self.faults = faults
    comparisons = ReportComparison.comparisons(of: runs, registry)
    writeHeader()
    for (index, comparison) in comparisons.enumerated() {
      if comparisons.count > 1 { markup.element("h2", content: comparison.title) }
      let first = figures.count
      writeResults(comparison, prefix: "c\(index)-")
      // Files of several comparisons lie in one folder, and must not overwrite each other.
      if comparisons.count > 1 {
        for place in first..<figures.count {
          figures[place].name = ReportFigure.fileName(comparison.title, figures[place].name)
        }
      }
    }
    writeSettings()
    writeEnvironment()
    writeNotes()
  }

  /// The whole file.
  func html() -> String {
    let title = xmlEscaped(heading)
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
      <title>\(title)</title>
      <style>
      \(ReportStyleSheet.text)
      </style></head>
      <body><main>
      \(markup.text)
      </main></body></html>

      """
  }

  private var heading: String {
    if comparisons.count == 1 { return comparisons[0].title.capitalizedFirst }
    return comparisons.map { "\($0.experiment) on \($0.dataset)" }.firstAppearances
      .joined(separator: "; ").capitalizedFirst
  }

  private mutating func writeHeader() {
    markup.open("header")
    markup.element(
      "p", ["class": "over"], content: "Tessera · report of \(counted(runs.count, "run"))")
    markup.element("h1", content: heading)
    if let lede = comparisons.count == 1 ? ReportText.lede(comparisons[0]) : nil {
      markup.element("p", ["class": "lede"], content: lede)
    }
    markup.open("p", ["class": "meta"])
    for fact in ReportText.facts(runs) { markup.element("span", content: fact) }
    markup.close()
    for run in runs {
      for gap in run.gaps {
        markup.element(
          "p", ["class": "gap"], content: "\(run.method), seed \(run.seed) (\(run.name)): \(gap).")
      }
      for caution in run.cautions {
        markup.element(
          "p", ["class": "gap"],
          content: "Caution: \(run.method), seed \(run.seed) (\(run.name)): \(caution).")
      }
    }
    for fault in faults {
      markup.element("p", ["class": "gap"], content: "A run is left out: \(fault.message).")
    }
    markup.close()
  }

  private mutating func writeResults(_ comparison: ReportComparison, prefix: String) {
    let level = comparisons.count > 1 ? "h3" : "h2"
    if !comparison.metrics.isEmpty {
      markup.element(level, content: "Results")
      ReportTables.summary(comparison, into: &markup)
    }
    writePictures(comparison, level: level)
    let tradeOffs = comparison.tradeOffFigures()
    let dependence = comparison.losses.first
    if !tradeOffs.isEmpty, let kept = dependence.flatMap({ comparison.kept(beside: $0) }) {
      let (heading, text) = ReportText.tradeOff(kept, comparison)
      markup.element(level, content: heading)
      markup.element("p", content: text)
      show(Array(tradeOffs.prefix(1)), prefix: prefix, inGrid: comparison.runs.count == 1)
      show(Array(tradeOffs.dropFirst()), prefix: prefix, inGrid: true)
    }
    let groups = comparison.groupFigures()
    if !groups.isEmpty {
      markup.element(level, content: "Rates by group")
      markup.element("p", ["class": "note"], content: ReportText.intervals(comparison))
      show(groups, prefix: prefix, inGrid: true)
      ReportTables.groups(comparison, into: &markup)
    }
    let curves = comparison.learningFigures()
    if !curves.isEmpty {
      markup.element(level, content: "Learning curves")
      if comparison.runs.count > comparison.variants.count {
        markup.element(
          "p", ["class": "note"], content: "Lines are means over the seeds, bands their range.")
      }
      if comparison.runs.count == 1 {
        show(curves.flatMap(\.figures), prefix: prefix, inGrid: true)
      } else {
        for (family, figures) in curves {
          markup.element("h3", content: family)
          show(figures, prefix: prefix, inGrid: true)
        }
      }
    }
  }

  private mutating func writePictures(_ comparison: ReportComparison, level: String) {
    let runs = comparison.runs.filter { !$0.pictures.isEmpty }
    if runs.isEmpty { return }
    markup.element(level, content: "Pictures")
    for run in runs {
      if comparison.runs.count > 1 {
        markup.element(
          level == "h2" ? "h3" : "h4", content: "\(run.method), seed \(run.seed) (\(run.name))")
      }
      for picture in run.pictures { picture.write(into: &markup) }
    }
  }

  private mutating func show(_ shown: [ReportFigure], prefix: String, inGrid: Bool) {
    if shown.isEmpty { return }
    figures += shown
    if inGrid { markup.open("div", ["class": "grid"]) }
    for figure in shown {
      markup.open("figure")
      markup.append(markup: figure.inline(prefix: prefix))
      markup.close()
    }
    if inGrid { markup.close() }
  }

  private mutating func writeSettings() {
    markup.element("h2", content: "Settings")
    ReportTables.settings(runs, into: &markup)
  }

  private mutating func writeEnvironment() {
    markup.element("h2", content: runs.count == 1 ? "Environment" : "Runs and environment")
    ReportTables.environment(runs, into: &markup)
  }

  private mutating func writeNotes() {
    let inputs = runs.flatMap(\.inputs).map {
      "\($0.key) \($0.path): the SHA-256 of its \($0.covers) is \($0.sha256)"
    }
    let notes = (runs.flatMap { $0.result?.notes ?? [] } + inputs).firstAppearances
    if notes.isEmpty { return }
    markup.element("h2", content: "Notes")
    markup.open("ul")
    for note in notes { markup.element("li", content: note) }
    markup.close()
  }
}

/// `1 run`, `3 runs`.
func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}
