import Foundation

/// The sentences of a report.
enum ReportText {
  /// What the comparison found, in a sentence or two; nil where there is nothing to say yet.
  static func lede(_ comparison: ReportComparison) -> String? {
    let variants = comparison.variants
    let seedCounts = Set(variants.map(\.runs.count))
    let seeds =
      seedCounts.count == 1
      ? counted(seedCounts.first!, "seed") + (variants.count > 1 ? " each" : "")
      : "\(seedCounts.min()!) to \(seedCounts.max()!) seeds each"
    guard let dependence = comparison.losses.first, let loss = dependence.metric.loss,
      let index = variants.indices.filter({ !variants[$0].values(dependence).isEmpty })
        .min(by: {
          MeanOfSeeds(variants[$0].values(dependence)).mean
            < MeanOfSeeds(variants[$1].values(dependence)).mean
        })
    else { return variants.count > 1 ? "\(counted(variants.count, "method")), \(seeds)." : nil }
    let found = MeanOfSeeds(variants[index].values(dependence))
    let kept = comparison.kept(beside: dependence)
    let hidden = loss.hidden
    let texts = numberTexts(found)
    let error = found.count > 1 ? " ± \(texts.error)" : ""
    var text: String
    if variants.count > 1 {
      text =
        "\(variants.count) methods, \(seeds). \(variants[index].label) leaves the least dependence on "
        + "\(hidden): \(texts.mean)\(error) (\(dependence.name))"
    } else {
      text =
        "\(variants[index].label), \(seeds). Dependence on \(hidden): \(texts.mean)\(error) "
        + "(\(dependence.name))"
    }
    if let kept {
      let values = MeanOfSeeds(variants[index].values(kept.metric))
      if values.count > 0 { text += ", at \(kept.keep.noun) of \(numberText(values.mean))" }
    }
    return text + "."
  }

  /// The heading and the explanation of the pictures of what is kept against what is hidden.
  static func tradeOff(_ kept: ReportKept, _ comparison: ReportComparison) -> (
    heading: String, text: String
  ) {
    let hasNull = comparison.losses.contains { comparison.null95($0) ?? 0 > 0 }
    return (
      "\(kept.noun.capitalizedFirst) against dependence",
      kept.advice
        + (hasNull ? " Inside the grey band a value cannot be told from independence." : "")
    )
  }

  /// What, when and from which sources, for the line under the heading.
  static func facts(_ runs: [ReportRun]) -> [String] {
    var facts: [String] = []
    let status = runs.map { $0.record["status"] ?? "unknown" }
    if Set(status) == ["done"] {
      facts.append(runs.count == 1 ? "done" : "all done")
    } else {
      for word in status.firstAppearances {
        facts.append("\(status.filter { $0 == word }.count) \(word)")
      }
    }
    let starts = runs.compactMap { $0.record["started"] }.map(date).sorted()
    let ends = runs.compactMap { $0.record["updated"] }.map(date).sorted()
    if let first = starts.first, let last = ends.last {
      facts.append("\(first) to \(last)")
    }
    let commits = runs.compactMap { $0.record["commit"] }.firstAppearances
    if !commits.isEmpty {
      facts.append(
        (commits.count == 1 ? "commit " : "commits ")
          + commits.map(shortCommit).joined(separator: ", "))
    }
    let seconds = runs.compactMap(\.seconds).reduce(0, +)
    if seconds > 0 { facts.append("\(duration(seconds)) of computing") }
    return facts
  }

  /// What the intervals of the rates are.
  static func intervals(_ comparison: ReportComparison) -> String {
    let text =
      "Whiskers and brackets are 95 % bootstrap intervals over the rows of the test set. Demographic parity asks for equal "
      + "positive rates, equalised odds for equal true and false positive rates."
    let hasSeeds = comparison.runs.count > comparison.variants.count
    return hasSeeds ? text + " Values and ends of intervals are means over the seeds." : text
  }

  /// A commit's first ten characters, with what follows a full hash (such as `+changes`) kept.
  static func shortCommit(_ commit: String) -> String {
    let hash = commit.prefix { $0.isHexDigit }
    return hash.count > 10 ? String(hash.prefix(10)) + commit.dropFirst(hash.count) : commit
  }

  /// `1 h 12 min`, `3 min 5 s`, `4.2 s`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e12 else { return "n/a" }
    if seconds < 60 { return "\(fixedText(seconds, decimals: seconds < 10 ? 1 : 0)) s" }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }

  /// A moment as `2026-03-01 12:34 UTC`, from ISO 8601 or seconds since 1970; anything else as it stands.
  static func date(_ text: String) -> String {
    let moment: Date?
    if let seconds = Double(text), seconds > 1e8, seconds < 1e11 {
      moment = Date(timeIntervalSince1970: seconds)
    } else {
      let plain = ISO8601DateFormatter()
      let fractional = ISO8601DateFormatter()
      fractional.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
      moment = plain.date(from: text) ?? fractional.date(from: text)
    }
    guard let moment else { return text }
    let iso = ISO8601DateFormatter().string(from: moment)
    return iso.prefix(16).replacing("T", with: " ") + " UTC"
  }
}
