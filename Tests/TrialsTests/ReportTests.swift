import Foundation
import Testing

@testable import Trials

/// The report of made-up run folders: what it says, what it refuses, that it stands alone.
@Suite struct ReportTests {
  private func page(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test func sevenMethodsSideBySide() throws {
    let fixture = try ReportFixture()
    defer { fixture.remove() }
    let path = try Report.write(runs: try fixture.allMethods())
    #expect(path == fixture.root.appendingPathComponent("report.html").path)
    let html = try page(path)
    #expect(html.contains("<h1>Fairness on adult, official protocol</h1>"))
    #expect(html.contains("7 methods, 3 seeds each. SLICE leaves the least dependence"))
    #expect(html.contains("commit 0123456789<"))
    #expect(html.contains("2026-03-01 10:00 UTC to 2026-03-03 10:01 UTC"))
    for method in ChartStyle.methods { #expect(html.contains("</span>\(method)</th>")) }
    // The mean and its error, from the definition.
    let dependences = (0..<3).map {
      ReportFixture.result("SLICE", seed: $0, dependence: 0.105, utility: 0.986)
        .scalars["dependence.coded"]!
    }
    let mean = dependences.reduce(0, +) / 3
    let variance = dependences.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 2
    let text = String(format: "%.3f", mean)
    let error = String(format: "%.3f", (variance / 3).squareRoot())
    #expect(
      html.contains("<td class=\"num best\">\(text)<span class=\"se\"> ± \(error)</span></td>"))
    #expect(html.contains("≤ 0.061") && html.contains("≤ 0.083"))
    #expect(html.contains("Utility against ρ* two-sided"))
    // Details of a number are in a table of their own, and make no picture.
    #expect(html.contains("<summary>Numbers behind these</summary>"))
    #expect(html.contains("coded p value") && !html.contains("Utility against coded"))
    #expect(html.contains("Positive rate by age") && html.contains("False positive rate by sex"))
    #expect(html.contains("<summary>The rates as numbers</summary>"))
    for curve in ["loss/train", "loss/validation", "dependence/train"] {
      #expect(html.contains(">\(curve)</text>"))
    }
    #expect(html.contains("coded ρ* is selected on the rows it is measured on"))
    #expect(!html.contains("mono differs"))
  }

  /// Runs without utilities: the accuracy on the target takes their place, before other accuracies.
  @Test func accuracyAgainstDependence() throws {
    let fixture = try ReportFixture()
    defer { fixture.remove() }
    let runs = try [("NONE", 0.9, 0.52), ("SLICE", 0.2, 0.71)].flatMap { method, tied, right in
      try (0..<2).map { seed in
        try fixture.run(
          method, seed: seed, experiment: "adaptation",
          scalars: [
            "dependence.coded": tied + 0.02 * Double(seed), "dependence.coded.null95": 0.1,
            "accuracy.source": 0.97, "accuracy.target": right + 0.01 * Double(seed),
          ])
      }
    }
    let figures = fixture.root.path + "/figures"
    let html = try page(Report.write(runs: runs, figures: figures))
    #expect(html.contains("<h2>Accuracy against dependence</h2>"))
    #expect(html.contains("SLICE leaves the least dependence on what it is to hide: 0.21"))
    #expect(html.contains("at an accuracy of 0.715"))
    #expect(html.contains("Inside the grey band") && !html.contains("utility"))
    let figure = try page(figures + "/accuracy-dependence-coded.svg")
    #expect(figure.contains("Accuracy against ρ* coded") && figure.contains("accuracy, target"))
    // The means of both seeds.
    #expect(figure.contains("NONE 0.910, 0.525; SLICE 0.210, 0.715"))
    #expect(figure.contains("independent: 95 % of permutations"))
    // Without a null there is no band to speak of.
    let bare = try fixture.run(
      "TC", seed: 0, experiment: "disentangling",
      scalars: ["dependence.coded": 0.4, "accuracy.label": 0.9])
    let single = try page(Report.write(runs: [bare]))
    #expect(single.contains("accuracy, label") && !single.contains("Inside the grey band"))
  }

  /// Where images are rebuilt, the error of that says what is kept, and not the label head beside the representation.
  @Test func errorAgainstDependence() throws {
    let fixture = try ReportFixture()
    defer { fixture.remove() }
    let runs = try [("NONE", 0.9, 0.003), ("SLICE", 0.2, 0.004)].map { method, tied, error in
      try fixture.run(
        method, seed: 0, experiment: "disentangling",
        scalars: [
          "dependence.coded": tied, "accuracy.label": 0.9, "reconstruction.mse": error,
        ])
    }
    let figures = fixture.root.path + "/figures"
    let html = try page(Report.write(runs: runs, figures: figures))
    #expect(html.contains("<h2>Squared error against dependence</h2>"))
    #expect(html.contains("Down and to the left is better"))
    #expect(html.contains("at a squared error of 0.004"))
    let figure = try page(figures + "/reconstruction-dependence-coded.svg")
    #expect(
      figure.contains("Squared error against ρ* coded") && figure.contains("squared error a pixel"))
    // The smallest error is the best.
    #expect(html.contains("<td class=\"num best\">0.003"))
  }

  @Test func standsAlone() throws {
    let fixture = try ReportFixture()
    defer { fixture.remove() }
    let path = try Report.write(runs: try fixture.allMethods())
    let html = try page(path)
    for word in ["http:", "https:", "src=", "<link", "<script", "url(", "@import"] {
      #expect(!html.contains(word), "the page reaches outside through \(word)")
    }
    #expect(html.utf8.count < 400_000)
    #expect(html.contains("a &lt;fast&gt; &amp; &quot;wide&quot; processor"))
    // Identifiers are those of one picture each.
    let identifiers = html.matches(of: /id="([^"]*)"/).map { String($0.1) }
    #expect(Set(identifiers).count == identifiers.count)
    #expect(identifiers.count > 10)
    // All but the prologue and its void elements is well-formed XML.
    let body = html[html.range(of: "<body>")!.lowerBound..<html.range(of: "</html>")!.lowerBound]
    #expect(try XMLBalance(String(body)).unclosed.isEmpty)
  }

  @Test func singleRunWritesFigures() throws {
    let fixture = try ReportFixture()
    defer { fixture.remove() }
    let run = try fixture.run("SLICE", seed: 1, dependence: 0.1)
    let path = try Report.write(runs: [run])
    #expect(path == run + "/report.html")
    let figures = try FileManager.default.contentsOfDirectory(atPath: run + "/figures").sorted()
    #expect(
      figures == [
        "curve-dependence.svg", "curve-loss.svg", "false-positive-rate-age.svg",
        "false-positive-rate-sex.svg", "positive-rate-age.svg", "positive-rate-sex.svg",
        "true-positive-rate-age.svg", "true-positive-rate-sex.svg",
        "utility-dependence-coded.svg",
      ])
    for figure in figures {
      let svg = try page(run + "/figures/" + figure)
      #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
      #expect(try XMLBalance(svg).unclosed.isEmpty)
    }
    #expect(try page(path).contains("<td class=\"num\">[0.0"))
  }

  @Test func figuresOfSeveralRunsGoWhereAsked() throws {
    let fixture = try ReportFixture()
    defer { fixture.remove() }
    let runs = [try fixture.run("SLICE", seed: 0), try fixture.run("DC", seed: 0)]
    let folder = fixture.root.path + "/pictures/of runs"
    _ = try Report.write(runs: runs, figures: folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(names.contains("utility-dependence-coded.svg"))
    #expect(try page(folder + "/utility-dependence-coded.svg").contains("SLICE"))
    // A file stands where the folder should be.
    let error = #expect(throws: RunError.self) {
      try Report.write(runs: runs, figures: runs[0] + "/run.json")
    }
    #expect("\(error!)".contains("run.json"))
  }

  @Test func settingsThatDifferNameTheVariants() throws {
    let fixture = try ReportFixture()
    defer { fixture.remove() }
    let html = try page(
      Report.write(runs: [
        try fixture.run("TC", seed: 0, extra: "gamma: 10"),
        try fixture.run("TC", seed: 1, extra: "gamma: 10"),
        try fixture.run("TC", seed: 0, extra: "gamma: 250"),
      ]))
    #expect(html.contains("</span>TC gamma=10</th>"))
    #expect(html.contains("</span>TC gamma=250</th>"))
    #expect(html.contains("class=\"mono differs\">250"))
    #expect(html.contains("optimiser.rate"))
  }

  @Test func unfinishedRunHasNamedGaps() throws {
    let fixture = try ReportFixture()
    defer { fixture.remove() }
    let run = try fixture.run("CLUB", seed: 2, status: "interrupted")
    let metrics = run + "/metrics.jsonl"
    try (page(metrics) + "{\"step\":120,\"ti").write(
      toFile: metrics, atomically: true, encoding: .utf8)
    let html = try page(Report.write(runs: [run]))
    #expect(html.contains("no results: the run was interrupted after step 120 of 500."))
    #expect(html.contains("line 121 of metrics.jsonl is cut off and left out."))
    #expect(html.contains("curve-loss-title"))
    try FileManager.default.removeItem(atPath: metrics)
    #expect(try page(Report.write(runs: [run])).contains("metrics.jsonl is not there yet"))
  }

  @Test(arguments: [
    ("run.json", "{\"commit\":", "run.json"), ("config.yaml", "a: [1", "config.yaml"),
    ("config.yaml", "- 1\n- 2", "config.yaml"), ("config.yaml", nil, "config.yaml"),
    ("run.json", nil, "expected a run folder"), ("run.json", "", "found an empty file"),
  ])
  func damagedFilesAreNamed(file: String, content: String?, message: String) throws {
    let fixture = try ReportFixture()
    defer { fixture.remove() }
    let run = try fixture.run("DC", seed: 0)
    if let content {
      try content.write(toFile: "\(run)/\(file)", atomically: true, encoding: .utf8)
    } else {
      try FileManager.default.removeItem(atPath: "\(run)/\(file)")
    }
    let error = #expect(throws: (any Error).self) { try Report.write(runs: [run]) }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains(message) && text.contains("dc-0"), "\(text)")
    #expect(!FileManager.default.fileExists(atPath: run + "/report.html"))
  }

  /// The rest of the run is shown, and what is not there is named with what to do about it.
  @Test(arguments: [
    (
      "metrics.jsonl", "{\"step\":0,\"values\":{}}\n{\"step\":",
      "line 2 of metrics.jsonl is cut off and left out"
    ),
    (
      "metrics.jsonl", "{\"step\":0,\"values\":{}}\n{\"st\n{\"step\":1,\"values\":{}}\n",
      "line 2 of metrics.jsonl is no step and left out: `{&quot;st`"
    ),
    ("metrics.jsonl", nil, "no learning curves: metrics.jsonl is not there."),
    ("result.json", nil, "dc-00/result.json: expected the result of a run that is done, found no"),
    ("result.json", "{\"experiment\":\"fairness\"}", "found no key `method`; the other files"),
    ("result.json", "", "found an empty file; the other files of the run are kept"),
    ("figures/captions.json", "[", "no pictures: "),
  ])
  func damagedPartsAreGaps(file: String, content: String?, message: String) throws {
    let fixture = try ReportFixture()
    defer { fixture.remove() }
    let run = try fixture.run("DC", seed: 0)
    try FileManager.default.createDirectory(
      atPath: run + "/figures", withIntermediateDirectories: true)
    if let content {
      try content.write(toFile: "\(run)/\(file)", atomically: true, encoding: .utf8)
    } else {
      try FileManager.default.removeItem(atPath: "\(run)/\(file)")
    }
    let html = try page(Report.write(runs: [run]))
    #expect(html.contains(message))
    #expect(!html.contains("delete the run folder"))
    #expect(html.contains(file == "result.json" ? "curve-loss-title" : "utility"))
  }

  /// One run that cannot be shown spoils no other.
  @Test func aBrokenRunAmongOthersIsLeftOut() throws {
    let fixture = try ReportFixture()
    defer { fixture.remove() }
    let runs = try (0..<3).map { try fixture.run("DC", seed: $0) }
    try "".write(toFile: runs[1] + "/run.json", atomically: true, encoding: .utf8)
    var lines: [String] = []
    let html = try page(Report.write(runs: runs, to: runs[0] + "/all.html") { lines.append($0) })
    #expect(html.contains("report of 2 runs"))
    #expect(html.contains("A run is left out: "))
    #expect(lines.count == 1)
    let line = try #require(lines.first)
    #expect(line.contains(runs[1] + "/run.json: expected one JSON object, found an empty file"))
    #expect(
      line.contains("the other files of the run are kept: `tessera run \(runs[1])/config.yaml"))
  }

  @Test func unwritablePlaceIsNamed() throws {
    let fixture = try ReportFixture()
    defer { fixture.remove() }
    let run = try fixture.run("DC", seed: 0)
    let error = #expect(throws: (any Error).self) {
      try Report.write(runs: [run], to: fixture.root.path + "/absent/report.html")
    }
    #expect("\(error!)".contains("absent/report.html"))
    #expect(throws: RunError.self) { try Report.write(runs: []) }
  }

  @Test func nothingMeasuredIsNotZero() throws {
    let fixture = try ReportFixture()
    defer { fixture.remove() }
    let runs = [
      try fixture.run("SLICE", seed: 0), try fixture.run("SLICE", seed: 1, status: "failed"),
    ]
    let html = try page(Report.write(runs: runs))
    #expect(html.contains("1 done") && html.contains("1 failed"))
    #expect(html.contains("the run failed after step 120 of 500 (loss/train is NaN)."))
    // The failed run stands beside the other one, not in a comparison of its own.
    #expect(html.contains("<h1>Fairness on adult, official protocol</h1>"))
    #expect(!html.contains("nan"))
  }
}

/// Counts what is opened and not closed in a piece of XML.
struct XMLBalance {
  var unclosed: [String] = []

  init(_ text: String) throws {
    for match in text.matches(of: /<(\/?)([a-zA-Z0-9]+)((?:[^>"]|"[^"]*")*?)(\/?)>/) {
      let name = String(match.2)
      if !match.1.isEmpty {
        #expect(unclosed.last == name)
        if !unclosed.isEmpty { unclosed.removeLast() }
      } else if match.4.isEmpty {
        unclosed.append(name)
      }
    }
  }
}
