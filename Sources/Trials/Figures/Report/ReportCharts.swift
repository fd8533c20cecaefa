import Foundation

/// A picture of the report: SVG text, and the name of its file when it is written beside the run.
struct ReportFigure {
  enum Picture {
    case chart(Chart)
    case bars(BarChart)
  }

  var name: String
  let picture: Picture

  /// The picture for the page, with identifiers that begin with `prefix`.
  func inline(prefix: String) -> String {
    switch picture {
    case .chart(let chart): return chart.svg(identifier: prefix + name, standalone: false)
    case .bars(let bars): return bars.svg(identifier: prefix + name, standalone: false)
    }
  }

  /// The picture as a file of its own.
  var standalone: String {
    switch picture {
    case .chart(let chart): return chart.svg(identifier: name)
    case .bars(let bars): return bars.svg(identifier: name)
    }
  }

  /// A name that any file system takes: letters, digits and `-`.
  static func fileName(_ words: String...) -> String {
    let text = words.joined(separator: "-").lowercased().map {
      $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-"
    }
    return String(text).split(separator: "-").joined(separator: "-")
  }
}

extension ReportComparison {
  /// What is kept against dependence: one picture for each form of the dependence that the results hold.
  func tradeOffFigures() -> [ReportFigure] {
    return losses.enumerated().compactMap { index, dependence -> ReportFigure? in
      guard let kept = kept(beside: dependence) else { return nil }
      var marks: [Chart.Mark] = []
      if let null = null95(dependence), null > 0 {
        marks.append(.band(.init("independent: 95 % of permutations", 0...null)))
      }
      var told: [String] = []
      for variant in variants {
        let pairs = variant.runs.compactMap { run -> (x: Double, y: Double)? in
          guard let result = run.result, let x = dependence.value(in: result),
            let y = kept.metric.value(in: result), x.isFinite, y.isFinite
          else { return nil }
          return (x, y)
        }
        if pairs.isEmpty { continue }
        let point = Chart.Point(
          variant.label, style: variant.style, x: pairs.map(\.x), y: pairs.map(\.y))
        marks.append(.point(point))
        let (x, y) = (MeanOfSeeds(point.x).mean, MeanOfSeeds(point.y).mean)
        told.append("\(variant.label) \(numberText(x)), \(numberText(y))")
      }
      guard !told.isEmpty else { return nil }
      // A single run has no spread of its own: it stands in the whole range of a correlation.
      if runs.count == 1, index > 0 { return nil }
      let covers: [Double] = runs.count == 1 ? [0, 1] : []
      return ReportFigure(
        name: ReportFigure.fileName(kept.metric.family, dependence.key),
        picture: .chart(
          Chart(
            title: "\(kept.noun.capitalizedFirst) against \(dependence.name)",
            summary: "Mean dependence and \(kept.noun): " + told.joined(separator: "; ") + ".",
            x: ChartAxis("dependence \(dependence.name), \(kept.loss.sides)", covers: covers + [0]),
            y: ChartAxis(kept.keep.axis, covers: kept.metric.direction == .lower ? [] : covers),
            marks: marks,
            width: index == 0 && runs.count > 1 ? 760 : 500,
            height: index == 0 && runs.count > 1 ? 450 : 370)))
    }
  }

  /// The learning curves, by the part of the metric's name before the first slash.
  ///
  /// Of one run the curves of a family share pictures, see ``CurveGroup``; of several runs each metric has its own, with the
  /// mean over the seeds of each method and, behind it, the range of the seeds.
  func learningFigures() -> [(family: String, figures: [ReportFigure])] {
    if runs.count == 1 {
      return CurveGroup.groups(of: runs[0].curves).map { family, groups in
        let titles = groups.map(\.title)
        let figures = groups.enumerated().map { index, group in
          let alike = titles.filter { $0 == group.title }.count
          let place = titles[...index].filter { $0 == group.title }.count
          let lines = group.curves.enumerated().map { number, entry in
            CurveSummary([entry.curve]).line(entry.label, style: .series(number), withRange: false)
          }
          return Self.curveFigure(
            title: alike == 1 ? group.title : "\(group.title), \(place) of \(alike)",
            caption: "value",
            name: ReportFigure.fileName("curve", group.title, place == 1 ? "" : "\(place)"), lines)
        }
        return (family, figures)
      }
    }
    let names = Set(runs.flatMap { $0.curves.map(\.name) }).sorted()
    let families = names.map { $0.split(separator: "/").first.map(String.init) ?? $0 }
    return families.firstAppearances.map { family in
      (family, zip(names, families).filter { $0.1 == family }.map { comparedCurves($0.0) })
    }
  }

  private func comparedCurves(_ name: String) -> ReportFigure {
    let lines = variants.compactMap { variant -> Chart.Line? in
      let curves = variant.runs.compactMap { run in run.curves.first { $0.name == name } }
      if curves.isEmpty { return nil }
      return CurveSummary(curves).line(
        variant.label, style: variant.style, withRange: curves.count > 1)
    }
    return Self.curveFigure(
      title: name, caption: name.afterSlash, name: ReportFigure.fileName("curve", name), lines)
  }

  private static func curveFigure(
    title: String, caption: String, name: String, _ lines: [Chart.Line]
  ) -> ReportFigure {
    let values = lines.flatMap { $0.y + $0.low }.filter(\.isFinite)
    let spread = (values.max() ?? 1) / (values.min() ?? 1)
    let isLogarithmic = (values.min() ?? 0) > 0 && spread > 50
    let told = lines.map { line in
      "\(line.name) ends at \(line.y.last { $0.isFinite }.map(numberText) ?? "no value")"
    }
    return ReportFigure(
      name: name,
      picture: .chart(
        Chart(
          title: title, summary: "Over the steps: " + told.joined(separator: "; ") + ".",
          x: ChartAxis("step"),
          y: ChartAxis(
            isLogarithmic ? caption + ", logarithmic" : caption,
            scale: isLogarithmic ? .logarithmic : .linear),
          marks: lines.map { .line($0) }, width: 500, height: 330)))
  }

  /// The rates of each group, one picture an attribute and rate, and the differences between the groups.
  func groupFigures() -> [ReportFigure] {
    var figures: [ReportFigure] = []
    // Of a single method they are in the table of results.
    for metric in metrics where metric.source == .fairness && variants.count > 1 {
      let rows = variants.map {
        ($0, MeanEstimate($0.runs.map { $0.result?.fairness[metric.key] }))
      }
      .filter { $0.1.estimate != nil }
      let bars = rows.map { variant, mean -> BarChart.Bar? in
        var bar = mean.bar
        bar?.style = variant.style
        return bar
      }
      let series = BarChart.Series("all", style: .series(0), bars: bars)
      figures.append(
        ReportFigure(
          name: ReportFigure.fileName(metric.key),
          picture: .bars(
            BarChart(
              title: metric.key.capitalizedFirst,
              summary: "Lower is fairer. "
                + rows.map { "\($0.0.label) \($0.1.told)" }.joined(separator: "; ") + ".",
              axis: ChartAxis("largest difference between groups"),
              categories: rows.map { $0.0.label }, series: [series], width: 500))))
    }
    for attribute in groupAttributes {
      let groups = groupNames(attribute)
      for rate in GroupRate.all {
        let series = variants.compactMap { variant -> BarChart.Series? in
          let bars = groups.map {
            MeanEstimate(variant.estimates(attribute, $0, rate)).bar
          }
          return bars.contains { $0 != nil }
            ? BarChart.Series(variant.label, style: variant.style, bars: bars) : nil
        }
        figures.append(
          ReportFigure(
            name: ReportFigure.fileName(rate.name, attribute),
            picture: .bars(
              BarChart(
                title: "\(rate.name) by \(attribute)",
                summary: "\(rate.name), \(rate.formula), of each group of \(attribute).",
                axis: ChartAxis(rate.formula), categories: groups, series: series, width: 500))))
      }
    }
    return figures
  }

  /// The protected attributes of the results, in the order of the rows.
  var groupAttributes: [String] {
    runs.flatMap { $0.result?.groups.map(\.attribute) ?? [] }.firstAppearances
  }

  /// The groups of `attribute`, in the order of the rows.
  func groupNames(_ attribute: String) -> [String] {
    runs.flatMap {
      $0.result?.groups.filter { $0.attribute == attribute }.map(\.group) ?? []
    }.firstAppearances
  }
}

/// One of the three rates of a group.
struct GroupRate: Sendable {
  let name: String
  let formula: String
  let estimate: @Sendable (GroupRow) -> Estimate

  static let all = [
    GroupRate(name: "Positive rate", formula: "P(ŷ = 1)") { $0.positiveRate },
    GroupRate(name: "True positive rate", formula: "P(ŷ = 1 | y = 1)") { $0.truePositiveRate },
    GroupRate(name: "False positive rate", formula: "P(ŷ = 1 | y = 0)") { $0.falsePositiveRate },
  ]
}

extension ReportVariant {
  /// The estimates of all runs for one rate of one group.
  func estimates(_ attribute: String, _ group: String, _ rate: GroupRate) -> [Estimate?] {
    runs.map { run in
      run.result?.groups.first { $0.attribute == attribute && $0.group == group }.map(rate.estimate)
    }
  }
}

extension String {
  /// The text with its first letter as a capital.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }

  /// What follows the first slash: `train` of `loss/train`.
  fileprivate var afterSlash: String {
    guard let slash = firstIndex(of: "/") else { return self }
    return String(self[index(after: slash)...])
  }
}
