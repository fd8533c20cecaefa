import Foundation

/// A chart being drawn: the layout, and the text written so far.
struct ChartDrawing {
  private let chart: Chart
  private let horizontal: AxisLayout
  private let vertical: AxisLayout
  private let legend: ChartLegend
  private let plot: ChartBox
  private var svg = MarkupWriter()

  init(_ chart: Chart) {
    self.chart = chart
    var xs: [Double] = []
    var ys: [Double] = []
    for mark in chart.marks {
      switch mark {
      case .line(let line):
        xs += line.x
        ys += line.y + line.low + line.high
      case .point(let point):
        let (x, y) = (MeanOfSeeds(point.x), MeanOfSeeds(point.y))
        xs += point.x + [x.mean - x.standardError, x.mean + x.standardError]
        ys += point.y + [y.mean - y.standardError, y.mean + y.standardError]
      case .band(let band): xs += [band.range.lowerBound, band.range.upperBound]
      }
    }
    horizontal = AxisLayout(chart.x, over: xs, count: max(3, Int(chart.width / 110)))
    vertical = AxisLayout(chart.y, over: ys, count: max(3, Int(chart.height / 70)))
    legend = ChartLegend(chart, width: chart.width - 32)
    let tickWidth = vertical.labels.map { textWidth($0, size: 12) }.max() ?? 0
    let top = 38 + legend.height + 34
    plot = ChartBox(
      left: 16 + tickWidth + 8, top: top, right: chart.width - 20, bottom: chart.height - 48)
  }

  /// Draws everything, the axes first.
  mutating func drawn() -> String {
    svg.label(chart.title, x: 16, y: 26, style: "ink title")
    legend.draw(into: &svg, left: 16, top: 38)
    drawBands()
    drawAxes()
    for mark in chart.marks {
      if case .line(let line) = mark { draw(line) }
    }
    drawPoints()
    return svg.text
  }

  private func px(_ value: Double) -> Double {
    plot.left + horizontal.position(value) * plot.width
  }

  private func py(_ value: Double) -> Double {
    plot.bottom - vertical.position(value) * plot.height
  }

  private mutating func drawAxes() {
    for (tick, label) in zip(vertical.ticks, vertical.labels) {
      let y = py(tick)
      svg.line(plot.left, y, plot.right, y, style: "grid")
      svg.label(label, x: plot.left - 8, y: y + 4, style: "muted", anchor: "end")
    }
    var end = -Double.infinity
    for (tick, label) in zip(horizontal.ticks, horizontal.labels) {
      let x = px(tick)
      svg.line(x, plot.bottom, x, plot.bottom + 5, style: "axis")
      let half = textWidth(label, size: 12) / 2
      guard x - half > end + 6 else { continue }
      end = x + half
      svg.label(label, x: x, y: plot.bottom + 19, style: "muted", anchor: "middle")
    }
    svg.line(plot.left, plot.bottom, plot.right, plot.bottom, style: "axis")
    svg.label(chart.y.caption, x: 16, y: plot.top - 16, style: "muted")
    svg.label(
      chart.x.caption, x: plot.right, y: plot.bottom + 38, style: "muted", anchor: "end")
  }

  private mutating func drawBands() {
    for mark in chart.marks {
      guard case .band(let band) = mark else { continue }
      let left = px(max(band.range.lowerBound, horizontal.lowest))
      let right = px(min(band.range.upperBound, horizontal.highest))
      svg.element(
        "rect",
        [
          "class": "null", "x": svgNumber(left), "y": svgNumber(plot.top),
          "width": svgNumber(max(right - left, 1)), "height": svgNumber(plot.height),
        ])
    }
  }

  private mutating func draw(_ line: Chart.Line) {
    svg.open("g", ["class": "c\(line.style.colour)"])
    let count = min(line.x.count, line.y.count)
    if line.low.count == line.x.count, line.high.count == line.x.count {
      let places = (0..<count).filter {
        vertical.holds(line.low[$0]) && vertical.holds(line.high[$0])
          && horizontal.holds(line.x[$0])
      }
      if places.count > 1 {
        let outward = places.map { "\(svgNumber(px(line.x[$0]))) \(svgNumber(py(line.high[$0])))" }
        let back = places.reversed().map {
          "\(svgNumber(px(line.x[$0]))) \(svgNumber(py(line.low[$0])))"
        }
        svg.element(
          "path", ["class": "band", "d": "M" + (outward + back).joined(separator: "L") + "Z"])
      }
    }
    var path = ""
    var drawing = false
    var last: (x: Double, y: Double)?
    for index in 0..<count {
      guard horizontal.holds(line.x[index]), vertical.holds(line.y[index]) else {
        drawing = false
        continue
      }
      let place = (x: px(line.x[index]), y: py(line.y[index]))
      path += (drawing ? "L" : "M") + "\(svgNumber(place.x)) \(svgNumber(place.y))"
      drawing = true
      last = place
    }
    if !path.isEmpty { svg.element("path", ["class": "curve", "d": path]) }
    if let last { svg.marker(line.style.marker, x: last.x, y: last.y, size: 3.6) }
    svg.close()
  }

  private mutating func drawPoints() {
    var obstacles: [ChartBox] = []
    var wanted: [LabelPlacement.Label] = []
    var styles: [ChartStyle] = []
    for mark in chart.marks {
      guard case .point(let point) = mark else { continue }
      let (x, y) = (MeanOfSeeds(point.x), MeanOfSeeds(point.y))
      guard horizontal.holds(x.mean), vertical.holds(y.mean) else { continue }
      let (cx, cy) = (px(x.mean), py(y.mean))
      svg.open("g", ["class": "c\(point.style.colour)"])
      if point.x.count > 1 {
        for (seedX, seedY) in zip(point.x, point.y)
        where horizontal.holds(seedX) && vertical.holds(seedY) {
          svg.marker(point.style.marker, x: px(seedX), y: py(seedY), size: 2.8, class: "seed")
          obstacles.append(ChartBox(around: px(seedX), py(seedY), half: 3))
        }
        let (left, right) = (px(x.mean - x.standardError), px(x.mean + x.standardError))
        let (top, bottom) = (py(y.mean + y.standardError), py(y.mean - y.standardError))
        svg.line(left, cy, right, cy, style: "error")
        svg.line(cx, top, cx, bottom, style: "error")
        obstacles.append(ChartBox(left: left, top: cy - 1, right: right, bottom: cy + 1))
        obstacles.append(ChartBox(left: cx - 1, top: top, right: cx + 1, bottom: bottom))
      }
      svg.marker(point.style.marker, x: cx, y: cy, size: 5.5)
      svg.close()
      obstacles.append(ChartBox(around: cx, cy, half: 7))
      wanted.append(.init(text: point.name, x: cx, y: cy))
      styles.append(point.style)
    }
    let placed = LabelPlacement(labels: wanted, obstacles: obstacles, inside: plot).places()
    for (index, place) in placed.enumerated() {
      svg.open("g", ["class": "c\(styles[index].colour)"])
      if let leader = place.leader {
        svg.line(leader.fromX, leader.fromY, leader.toX, leader.toY, style: "leader")
      }
      svg.label(wanted[index].text, x: place.box.left, y: place.box.bottom - 4, style: "label halo")
      svg.close()
    }
  }
}

/// The mean of a few seeds and its standard error, `s / √n` with `s` the unbiased deviation (0 for one seed).
struct MeanOfSeeds {
  let count: Int
  let mean: Double
  let standardError: Double

  init(_ values: [Double]) {
    let finite = values.filter(\.isFinite)
    count = finite.count
    let n = Double(finite.count)
    let mean = finite.isEmpty ? .nan : finite.reduce(0, +) / n
    let squares = finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    standardError = finite.count > 1 ? (squares / (n - 1) / n).squareRoot() : 0
  }
}
