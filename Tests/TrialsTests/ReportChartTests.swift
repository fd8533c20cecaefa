import Foundation
import Testing

@testable import Trials

/// Ticks, labels and markup of the charts.
@Suite struct ReportChartTests {
  @Test(arguments: [
    ([0.0, 1.0], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ([0.0, 500.0], ["0", "100", "200", "300", "400", "500"]),
    ([-3.0, 3.0], ["−2", "0", "2"]),
    (
      [0.0, 25000.0],
      ["0", "5000", "10\u{202F}000", "15\u{202F}000", "20\u{202F}000", "25\u{202F}000"]
    ),
  ])
  func ticksAreNice(values: [Double], labels: [String]) {
    let layout = AxisLayout(ChartAxis("x"), over: values, count: 5)
    #expect(layout.labels == labels)
    #expect(layout.lowest <= values[0] && layout.highest >= values[1])
  }

  @Test func constantAndEmptyDataHaveAnAxis() {
    for values in [[], [0.3], [0.0], [.nan], [5.0, 5.0]] {
      let layout = AxisLayout(ChartAxis("x"), over: values, count: 5)
      #expect(layout.ticks.count >= 2)
      #expect(layout.highest > layout.lowest)
    }
  }

  @Test func logarithmicTicksAreDecades() {
    let layout = AxisLayout(ChartAxis("x", scale: .logarithmic), over: [1e-5, 1, -3, 0], count: 6)
    #expect(layout.labels == ["10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1"])
    #expect(abs(layout.position(1e-5) + layout.position(1) - 1) < 1e-9)
    #expect(!layout.holds(0) && !layout.holds(-3))
  }

  @Test(arguments: [
    (0.02, "0.02"), (1500, "1500"), (3e-5, "3×10⁻⁵"), (-0.5, "−0.5"), (2.5e7, "2.5×10⁷"),
    (4.75e-4, "4.75×10⁻⁴"),
    (0, "0"), (12345, "12\u{202F}345"),
  ])
  func tickTexts(value: Double, text: String) { #expect(tickText(value) == text) }

  @Test(arguments: [
    (1_234_567.0, 0, "1\u{202F}234\u{202F}567"), (-0.0001, 2, "0.00"), (.nan, 2, "n/a"),
    (-1234.5, 1, "−1234.5"), (98765.43, 2, "98\u{202F}765.43"),
  ])
  func fixedTexts(value: Double, decimals: Int, text: String) {
    #expect(fixedText(value, decimals: decimals) == text)
  }

  /// However close the means are: no label lies on another.
  @Test(arguments: [0.0, 4, 12, 40]) func labelsDoNotOverlap(spread: Double) {
    let labels = ChartStyle.methods.enumerated().map { index, name in
      LabelPlacement.Label(
        text: name, x: 300 + spread * cos(Double(index * index)),
        y: 200 + spread * sin(Double(index * index)))
    }
    let inside = ChartBox(left: 60, top: 60, right: 700, bottom: 400)
    let places = LabelPlacement(
      labels: labels, obstacles: labels.map { ChartBox(around: $0.x, $0.y, half: 7) },
      inside: inside
    ).places()
    for (index, place) in places.enumerated() {
      #expect(place.box.overlap(inside) > 0.99 * place.box.width * place.box.height)
      for other in places[..<index] { #expect(place.box.overlap(other.box) == 0) }
    }
  }

  @Test func methodsKeepTheirColours() {
    let all = ChartStyle.styles(for: ChartStyle.methods)
    #expect(Set(all.map(\.colour)).count == 7 && Set(all.map(\.marker)).count == 7)
    let some = ChartStyle.styles(for: ["CLUB", "slice schedule=batch", "SLICE", "other"])
    #expect(some[0] == all[6])
    #expect(some[1] == all[3])
    #expect(Set(some).count == 4)
    #expect(ChartStyle.styles(for: ["distance"]) == [all[2]])
  }

  @Test func namesAreEscapedAndSpoken() throws {
    let chart = Chart(
      title: "a < b & \"c\"", summary: "told\u{1}", x: ChartAxis("t", unit: "s"),
      y: ChartAxis("loss"),
      marks: [
        .line(.init("<script>", style: .series(0), x: [0, 1, 2, 3], y: [1, .nan, 2, 3]))
      ])
    let svg = chart.svg(identifier: "one")
    #expect(svg.contains("<title id=\"one-title\">a &lt; b &amp; &quot;c&quot;</title>"))
    #expect(svg.contains("<desc id=\"one-summary\">told</desc>"))
    #expect(svg.contains("aria-labelledby=\"one-title one-summary\""))
    #expect(svg.contains("&lt;script&gt;") && !svg.contains("<script"))
    #expect(svg.contains(">t [s]</text>"))
    #expect(!svg.lowercased().contains("nan,") && !svg.contains("NaN"))
    // The gap at the NaN starts a second stroke.
    let curve = try #require(svg.firstMatch(of: /class="curve" d="(M[^"]*M[^"]*)"/))
    #expect(curve.1.filter { $0 == "M" }.count == 2)
    #expect(try XMLBalance(svg).unclosed.isEmpty)
  }

  @Test func standardErrorOfSeeds() {
    let seeds = MeanOfSeeds([1, 2, 3, .nan])
    #expect(seeds.count == 3 && seeds.mean == 2)
    #expect(abs(seeds.standardError - 1 / 3.0.squareRoot()) < 1e-15)
    #expect(MeanOfSeeds([4]).standardError == 0)
    #expect(MeanOfSeeds([]).mean.isNaN)
  }

  @Test func curvesAreThinnedWithoutLosingTheRange() {
    let steps = Array(0..<5000)
    var values = steps.map { Double($0 % 7) }
    values[2500] = 90
    let curves = [ReportRun.Curve(name: "loss", steps: steps, values: values)]
    let line = CurveSummary(curves).line("loss", style: .series(0), withRange: true)
    #expect(line.x.count == 200)
    #expect(line.high.max() == 90 && line.low.min() == 0)
  }
}
