import Foundation

/// Horizontal bars with intervals, one row a category and one bar a series in it, drawn as SVG.
public struct BarChart: Sendable {
  /// The heading, one short line.
  public var title: String
  /// What the picture shows, in a sentence; read aloud by screen readers, not drawn.
  public var summary: String
  /// The axis of the values.
  public var axis: ChartAxis
  /// The names of the rows, from the top.
  public var categories: [String]
  /// The bars of each row, from the top; each series has one bar a category.
  public var series: [Series]
  /// The width of the picture, in pixels.
  public var width: Double

  /// One bar and its interval.
  public struct Bar: Sendable {
    /// The length of the bar; NaN leaves it out.
    public var value: Double
    /// The lower end of the interval.
    public var low: Double
    /// The upper end of the interval.
    public var high: Double

    /// The colour of this bar alone; nil for the colour of its series.
    public var style: ChartStyle?

    /// A bar; see the properties.
    public init(value: Double, low: Double, high: Double, style: ChartStyle? = nil) {
      self.value = value
      self.low = low
      self.high = high
      self.style = style
    }
  }

  /// Bars of one colour.
  public struct Series: Sendable {
    /// The name in the legend.
    public var name: String
    /// Colour; the marker is not used.
    public var style: ChartStyle
    /// One bar a category, or nil where there is no value.
    public var bars: [Bar?]

    /// A series; see the properties.
    public init(_ name: String, style: ChartStyle, bars: [Bar?]) {
      self.name = name
      self.style = style
      self.bars = bars
    }
  }

  /// A bar chart; see the properties.
  public init(
    title: String, summary: String, axis: ChartAxis, categories: [String], series: [Series],
    width: Double = 720
  ) {
    self.title = title
    self.summary = summary
    self.axis = axis
    self.categories = categories
    self.series = series
    self.width = width
  }

  private var thickness: Double { series.count == 1 ? 14 : max(6, 13 - Double(series.count)) }
  private var rowHeight: Double { Double(series.count) * (thickness + 2) + 12 }
  private var legend: ChartLegend {
    ChartLegend(
      series.count > 1 ? series.map { ($0.name, .bar($0.style)) } : [], width: width - 32)
  }

  /// The height of the picture, in pixels: it follows from the number of bars.
  public var height: Double {
    38 + legend.height + rowHeight * Double(categories.count) + 48
  }

  /// The picture as SVG text; see ``Chart/svg(identifier:standalone:)``.
  public func svg(identifier: String = "chart", standalone: Bool = true) -> String {
    svgDocument(
      width: width, height: height, title: title, summary: summary, identifier: identifier,
      standalone: standalone, content: drawn())
  }

  private func drawn() -> String {
    var svg = MarkupWriter()
    svg.label(title, x: 16, y: 26, style: "ink title")
    let legend = legend
    legend.draw(into: &svg, left: 16, top: 38)
    let values = series.flatMap {
      $0.bars.flatMap { bar in bar.map { [$0.value, $0.low, $0.high] } ?? [] }
    }
    let nameWidth = min(categories.map { textWidth($0, size: 12) }.max() ?? 0, width * 0.4)
    let plot = ChartBox(
      left: 16 + nameWidth + 10, top: 38 + legend.height, right: width - 64, bottom: height - 46)
    let layout = AxisLayout(
      ChartAxis(axis.label, unit: axis.unit, covers: axis.covers + [0]), over: values,
      count: max(3, Int(plot.width / 80)))
    func px(_ value: Double) -> Double { plot.left + layout.position(value) * plot.width }

    for (tick, label) in zip(layout.ticks, layout.labels) {
      svg.line(px(tick), plot.top, px(tick), plot.bottom, style: tick == 0 ? "axis" : "grid")
      svg.label(label, x: px(tick), y: plot.bottom + 17, style: "muted", anchor: "middle")
    }
    svg.label(axis.caption, x: plot.right, y: plot.bottom + 35, style: "muted", anchor: "end")
    for (row, category) in categories.enumerated() {
      let top = plot.top + rowHeight * Double(row)
      svg.label(
        fitted(category, to: nameWidth), x: plot.left - 10, y: top + rowHeight / 2 + 4,
        anchor: "end")
      for (index, series) in series.enumerated() {
        guard row < series.bars.count, let bar = series.bars[row], bar.value.isFinite else {
          continue
        }
        let y = top + 6 + Double(index) * (thickness + 2)
        let (from, to) = (px(0), px(bar.value))
        svg.element(
          "rect",
          [
            "class": "bar c\((bar.style ?? series.style).colour)", "x": svgNumber(min(from, to)),
            "y": svgNumber(y), "width": svgNumber(max(abs(to - from), 1)),
            "height": svgNumber(thickness), "rx": "1.5",
          ])
        var end = max(from, to)
        if bar.low.isFinite, bar.high.isFinite, bar.low < bar.high {
          let middle = y + thickness / 2
          let cap = min(thickness / 2 - 1, 4)
          svg.line(px(bar.low), middle, px(bar.high), middle, style: "whisker")
          svg.line(px(bar.low), middle - cap, px(bar.low), middle + cap, style: "whisker")
          svg.line(px(bar.high), middle - cap, px(bar.high), middle + cap, style: "whisker")
          end = max(end, px(bar.high))
        }
        if self.series.count == 1 {
          svg.label(
            fixedText(bar.value, decimals: 3), x: end + 8, y: y + thickness / 2 + 4,
            style: "muted")
        }
      }
    }
    return svg.text
  }

  /// `text`, cut with an ellipsis where it is wider than `width`.
  private func fitted(_ text: String, to width: Double) -> String {
    guard textWidth(text, size: 12) > width + 1 else { return text }
    var short = text
    while !short.isEmpty, textWidth(short + "…", size: 12) > width { short.removeLast() }
    return short + "…"
  }
}
