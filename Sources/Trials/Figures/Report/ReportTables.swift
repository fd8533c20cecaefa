import Foundation

/// The tables of a report.
enum ReportTables {
  /// Methods against metrics: mean ± standard error over the seeds, the best mean of a column marked; of a single run, its
  /// numbers with their intervals. What lies behind the main numbers can be unfolded.
  static func summary(_ comparison: ReportComparison, into markup: inout MarkupWriter) {
    let isSingle = comparison.runs.count == 1
    func table(_ metrics: [ReportMetric]) {
      if isSingle {
        singleRun(comparison, metrics, into: &markup)
      } else {
        methods(comparison, metrics, into: &markup)
      }
    }
    table(comparison.metrics)
    if !isSingle {
      markup.element(
        "p", ["class": "note"],
        content:
          "Mean ± standard error over the seeds. The best mean of a column with an arrow, which says which way is "
          + "better, is in colour and bold.")
    }
    if comparison.details.isEmpty { return }
    markup.open("details")
    markup.element("summary", content: "Numbers behind these")
    for family in comparison.details.map(\.family).firstAppearances {
      table(comparison.details.filter { $0.family == family })
    }
    markup.close()
  }

  private static func methods(
    _ comparison: ReportComparison, _ metrics: [ReportMetric], into markup: inout MarkupWriter
  ) {
    openTable(&markup)
    markup.open("thead")
    markup.open("tr")
    markup.element("th", content: "")
    markup.element("th", content: "")
    for family in metrics.map(\.family).firstAppearances {
      let span = metrics.filter { $0.family == family }.count
      markup.element("th", ["class": "num", "colspan": "\(span)"], content: family.spelledOut)
    }
    markup.close()
    markup.open("tr")
    markup.element("th", content: "method")
    markup.element("th", ["class": "num"], content: "seeds")
    for metric in metrics {
      let arrow = ["↑", "↓", ""][
        metric.direction == .higher ? 0 : metric.direction == .lower ? 1 : 2]
      markup.element("th", ["class": "num"], content: "\(metric.name)\u{A0}\(arrow)")
    }
    markup.close()
    markup.close()
    markup.open("tbody")
    let best = metrics.map { comparison.best($0) }
    let scales = metrics.map { metric in
      comparison.variants.map { MeanOfSeeds($0.values(metric)).standardError }.max() ?? 0
    }
    for (row, variant) in comparison.variants.enumerated() {
      markup.open("tr")
      methodCell(variant, into: &markup)
      markup.element("td", ["class": "num"], content: "\(variant.runs.count)")
      for (column, metric) in metrics.enumerated() {
        let seeds = MeanOfSeeds(variant.values(metric))
        let style = best[column] == row ? "num best" : "num"
        markup.open("td", ["class": style])
        let texts = numberTexts(seeds, scale: scales[column])
        markup.write(seeds.count == 0 ? "—" : texts.mean)
        if seeds.count > 1 {
          markup.element("span", ["class": "se"], content: " ± \(texts.error)")
        }
        markup.close()
      }
      markup.close()
    }
    let nulls = metrics.map { comparison.null95($0) }
    if nulls.contains(where: { $0 != nil }) {
      markup.open("tr", ["class": "null"])
      markup.element("td", ["colspan": "2"], content: "independent (95 %)")
      for null in nulls {
        markup.element("td", ["class": "num"], content: null.map { "≤ \(numberText($0))" } ?? "")
      }
      markup.close()
    }
    closeTable(&markup)
  }

  private static func singleRun(
    _ comparison: ReportComparison, _ metrics: [ReportMetric], into markup: inout MarkupWriter
  ) {
    guard let result = comparison.runs[0].result else { return }
    func interval(_ metric: ReportMetric) -> Interval? {
      metric.source == .fairness
        ? result.fairness[metric.key].map { Interval(low: $0.low, high: $0.high) }
        : result.intervals[metric.key]
    }
    // Columns that no row would fill are left out.
    let hasIntervals = metrics.contains { interval($0) != nil }
    let hasNulls = metrics.contains { comparison.null95($0) != nil }
    openTable(&markup)
    header(
      ["metric", "", "value"] + (hasIntervals ? ["interval"] : [])
        + (hasNulls ? ["independent, 95 %"] : []), numeric: 2, into: &markup)
    markup.open("tbody")
    var last = ""
    for metric in metrics {
      markup.open("tr")
      markup.element("td", content: metric.family == last ? "" : metric.family.spelledOut)
      markup.element("td", content: metric.name)
      markup.element(
        "td", ["class": "num"], content: metric.value(in: result).map(numberText) ?? "—")
      if hasIntervals {
        markup.element(
          "td", ["class": "num"],
          content: interval(metric).map { "[\(numberText($0.low)), \(numberText($0.high))]" } ?? ""
        )
      }
      if hasNulls {
        markup.element(
          "td", ["class": "num"],
          content: comparison.null95(metric).map { "≤ \(numberText($0))" } ?? "")
      }
      markup.close()
      last = metric.family
    }
    closeTable(&markup)
  }

  /// Counts and rates of each group of each protected attribute.
  static func groups(_ comparison: ReportComparison, into markup: inout MarkupWriter) {
    if comparison.groupAttributes.isEmpty { return }
    let isLong = comparison.variants.count > 1
    if isLong {
      markup.open("details")
      markup.element("summary", content: "The rates as numbers")
    }
    for attribute in comparison.groupAttributes {
      openTable(&markup)
      header(
        [attribute] + (isLong ? ["method"] : []) + ["rows"]
          + GroupRate.all.map { $0.name.lowercased() }, numeric: isLong ? 2 : 1,
        into: &markup)
      markup.open("tbody")
      for group in comparison.groupNames(attribute) {
        var isFirst = true
        for variant in comparison.variants {
          let rows = variant.runs.compactMap { run in
            run.result?.groups.first { $0.attribute == attribute && $0.group == group }
          }
          if rows.isEmpty { continue }
          markup.open("tr", ["class": isFirst ? "first" : ""])
          markup.element("th", content: isFirst ? group : "")
          if isLong { methodCell(variant, into: &markup) }
          let counts = Set(rows.map(\.count))
          let count =
            counts.count == 1
            ? fixedText(Double(rows[0].count), decimals: 0) : "\(counts.min()!)–\(counts.max()!)"
          markup.element("td", ["class": "num"], content: count)
          for rate in GroupRate.all {
            markup.element(
              "td", ["class": "num"],
              content: MeanEstimate(variant.estimates(attribute, group, rate)).told)
          }
          markup.close()
          isFirst = false
        }
      }
      closeTable(&markup)
    }
    if isLong { markup.close() }
  }

  static func header(_ names: [String], numeric: Int, into markup: inout MarkupWriter) {
    markup.open("thead")
    markup.open("tr")
    for (index, name) in names.enumerated() {
      if index >= numeric {
        markup.element("th", ["class": "num"], content: name)
      } else {
        markup.element("th", content: name)
      }
    }
    markup.close()
    markup.close()
  }

  static func methodCell(_ variant: ReportVariant, into markup: inout MarkupWriter) {
    markup.open("th")
    markup.element("span", ["class": "swatch c\(variant.style.colour)"], content: "")
    markup.write(variant.label)
    markup.close()
  }

  static func openTable(_ markup: inout MarkupWriter) {
    markup.open("div", ["class": "scroll"])
    markup.open("table")
  }

  /// Closes the body, the table and what it scrolls in.
  static func closeTable(_ markup: inout MarkupWriter) {
    markup.close()
    markup.close()
    markup.close()
  }
}
