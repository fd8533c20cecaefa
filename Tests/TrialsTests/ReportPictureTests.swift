import Foundation
import Testing

@testable import Trials

/// Pictures of runs in the report, and how many learning curves share pictures.
@Suite struct ReportPictureTests {
  private func png(width: Int, height: Int) -> [UInt8] { Canvas(width: width, height: height).png }

  @Test func picturesAreInThePage() throws {
    let fixture = try ReportFixture()
    defer { fixture.remove() }
    let run = try fixture.run("SLICE", seed: 0)
    let figures = FigureFolder(run + "/figures")
    try figures.write(
      Figure(name: "panels", png: png(width: 40, height: 20), caption: "Input <&> output."), step: 7
    )
    try figures.write(Figure(name: "glimpses", png: png(width: 1500, height: 20)))
    let path = try Report.write(runs: [run])
    let html = try String(contentsOfFile: path, encoding: .utf8)
    #expect(html.contains("<h2>Pictures</h2>"))
    let code = Data(png(width: 40, height: 20)).base64EncodedString()
    // Small pictures are enlarged by a whole number, at most four; wide ones keep their size.
    #expect(html.contains("src=\"data:image/png;base64,\(code)\""))
    #expect(html.contains("width=\"160\" height=\"80\"") && html.contains("width=\"1500\""))
    #expect(html.matches(of: /class="wide"/).count == 1 && html.contains("min-width:1000px"))
    #expect(html.contains("<figcaption>Input &lt;&amp;&gt; output. Step 7.</figcaption>"))
    #expect(html.contains("<figcaption>Glimpses</figcaption>"))
    #expect(html.contains("image-rendering:pixelated"))
    // Nothing reaches outside, and the page is sound.
    #expect(
      html.matches(of: /src="/).count == html.matches(of: /src="data:image\/png;base64,/).count)
    for word in ["http:", "https:", "<script", "url("] { #expect(!html.contains(word)) }
    let body = html[html.range(of: "<body>")!.lowerBound..<html.range(of: "</html>")!.lowerBound]
    #expect(try XMLBalance(String(body)).unclosed.isEmpty)
    // A second report lists the pictures again and not its own charts.
    _ = try Report.write(runs: [run])
    #expect(try String(contentsOfFile: path, encoding: .utf8) == html)
  }

  @Test func picturesOfSeveralRunsNameTheirRun() throws {
    let fixture = try ReportFixture()
    defer { fixture.remove() }
    let runs = [try fixture.run("SLICE", seed: 0), try fixture.run("DC", seed: 0)]
    try FigureFolder(runs[1] + "/figures").write(
      Figure(name: "panels", png: png(width: 8, height: 8)))
    let html = try String(contentsOfFile: Report.write(runs: runs), encoding: .utf8)
    #expect(html.contains("<h3>DC, seed 0 (dc-00)</h3>"))
    #expect(!html.contains("<h3>SLICE, seed 0"))
    try Data("no picture".utf8).write(to: URL(filePath: runs[1] + "/figures/bad.png"))
    // A picture that cannot be read is a gap with its name; the rest of the run is shown.
    let damaged = try String(contentsOfFile: Report.write(runs: runs), encoding: .utf8)
    #expect(damaged.contains("no pictures: ") && damaged.contains("figures/bad.png"))
    #expect(damaged.contains("DC") && !damaged.contains("<h3>DC, seed 0 (dc-00)</h3>"))
  }

  private func curve(_ name: String, _ values: [Double]) -> ReportRun.Curve {
    ReportRun.Curve(name: name, steps: Array(values.indices), values: values)
  }

  @Test func curvesShareAPictureByPath() {
    let names = [
      "loss/boundary", "loss/divergence/what", "loss/divergence/where", "loss/likelihood/only",
      "loss/total", "speed", "validation/ap",
    ]
    let groups = CurveGroup.groups(of: names.map { curve($0, [1, 2]) })
    #expect(groups.map(\.family) == ["loss", "speed", "validation"])
    #expect(groups[0].groups.map(\.title) == ["loss", "loss/divergence"])
    // What would be alone below its path stays above.
    #expect(
      groups[0].groups[0].curves.map(\.label) == ["boundary", "likelihood/only", "total"])
    #expect(groups[0].groups[1].curves.map(\.label) == ["what", "where"])
    #expect(groups[1].groups[0].curves.map(\.label) == ["speed"])
  }

  @Test func curvesOfLikeSizesAreTogether() {
    // Seven above 0 fit one logarithmic axis, but not one picture: four and three, the large ones first.
    let sizes: [Double] = [1, 5000, 3, 700, 20, 90, 40_000]
    let seven = sizes.enumerated().map { curve("loss/\($0)", [1e6, $1, $1]) }
    let parts = CurveGroup.groups(of: seven)[0].groups
    #expect(parts.map { $0.curves.map(\.label) } == [["1", "3", "6"], ["0", "2", "4", "5"]])
    // With a value below 0 the axis is linear: only the like are together. Gaps and infinities do not count.
    let mixed = [
      curve("loss/total", [9e4, 8e4, -7e4]), curve("loss/reconstruction", [9e4, .nan, 6e4]),
      curve("loss/what", [.infinity, 20, 30]), curve("loss/depth", [2, 3, 2]),
      curve("loss/none", [0, 0, 0]),
    ]
    let levels = CurveGroup.groups(of: mixed)[0].groups
    #expect(
      levels.map { $0.curves.map(\.label) } == [
        ["reconstruction", "total"], ["depth", "none", "what"],
      ])
  }
}
