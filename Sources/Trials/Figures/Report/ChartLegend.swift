import Foundation

/// The legend above a plot: one entry a series, in as many lines as the width asks for.
struct ChartLegend {
  enum Key {
    case line(ChartStyle)
    case bar(ChartStyle)
    case band
    case mean
    case seed
  }

  struct Entry {
    var name: String
    var key: Key
    var x, y: Double
  }

  private(set) var entries: [Entry] = []
  /// The height of the whole legend, in pixels; 0 when there is none.
  private(set) var height = 0.0

  private static let keyWidth = 24.0
  private static let lineHeight = 18.0

  init(_ keys: [(name: String, key: Key)], width: Double) {
    var (x, y) = (0.0, 0.0)
    for (name, key) in keys {
      let wide = Self.keyWidth + textWidth(name, size: 12) + 10
      if x > 0, x + wide > width {
        x = 0
        y += Self.lineHeight
      }
      entries.append(Entry(name: name, key: key, x: x, y: y))
      x += wide
    }
    height = entries.isEmpty ? 0 : y + Self.lineHeight + 4
  }

  /// The legend of a chart: curves and bands by name, and what the marks of a point are.
  init(_ chart: Chart, width: Double) {
    var keys: [(name: String, key: Key)] = []
    var (pointCount, hasSeeds) = (0, false)
    for mark in chart.marks {
      switch mark {
      case .line(let line): keys.append((line.name, .line(line.style)))
      case .band(let band): keys.append((band.name, .band))
      case .point(let point):
        pointCount += 1
        hasSeeds = hasSeeds || point.x.count > 1
      }
    }
    if pointCount > 0, hasSeeds {
      keys.insert(("mean ± s.e.", .mean), at: 0)
      keys.insert(("one seed", .seed), at: 1)
    }
    self.init(keys, width: width)
  }

  func draw(into svg: inout MarkupWriter, left: Double, top: Double) {
    for entry in entries {
      let (x, y) = (left + entry.x, top + entry.y + 8)
      switch entry.key {
      case .line(let style):
        svg.open("g", ["class": "c\(style.colour)"])
        svg.line(x, y, x + 18, y, style: "curve")
        svg.marker(style.marker, x: x + 9, y: y, size: 3.6)
        svg.close()
      case .bar(let style):
        svg.element(
          "rect",
          [
            "class": "bar c\(style.colour)", "x": svgNumber(x + 4), "y": svgNumber(y - 5),
            "width": "12", "height": "10", "rx": "1.5",
          ])
      case .band:
        svg.element(
          "rect",
          [
            "class": "null", "x": svgNumber(x + 2), "y": svgNumber(y - 6), "width": "16",
            "height": "12",
          ])
      case .mean:
        svg.open("g", ["class": "c0"])
        svg.line(x + 1, y, x + 19, y, style: "error")
        svg.line(x + 10, y - 7, x + 10, y + 7, style: "error")
        svg.marker(.circle, x: x + 10, y: y, size: 4.5)
        svg.close()
      case .seed:
        svg.open("g", ["class": "c0"])
        svg.marker(.circle, x: x + 12, y: y, size: 2.8, class: "seed")
        svg.close()
      }
      svg.label(entry.name, x: x + Self.keyWidth, y: y + 4)
    }
  }
}

extension MarkupWriter {
  /// Draws a marker of about `size` pixels to each side; the areas of the forms are about equal.
  mutating func marker(
    _ marker: ChartMarker, x: Double, y: Double, size: Double, class style: String = "marker halo"
  ) {
    if marker == .circle {
      element(
        "circle",
        ["class": style, "cx": svgNumber(x), "cy": svgNumber(y), "r": svgNumber(size)])
      return
    }
    let corners: [(Double, Double)]
    switch marker {
    case .circle, .square: corners = [(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)]
    case .triangle: corners = [(0, -1.2), (1.15, 0.8), (-1.15, 0.8)]
    case .diamond: corners = [(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)]
    case .downTriangle: corners = [(0, 1.2), (1.15, -0.8), (-1.15, -0.8)]
    case .cross:
      corners = [
        (-0.4, -1.1), (0.4, -1.1), (0.4, -0.4), (1.1, -0.4), (1.1, 0.4), (0.4, 0.4), (0.4, 1.1),
        (-0.4, 1.1), (-0.4, 0.4), (-1.1, 0.4), (-1.1, -0.4), (-0.4, -0.4),
      ]
    case .star:
      corners = (0..<10).map {
        let radius = $0 % 2 == 0 ? 1.35 : 0.62
        let angle = Double($0) * .pi / 5
        return (radius * sin(angle), -radius * cos(angle))
      }
    case .hexagon:
      corners = (0..<6).map {
        let angle = Double($0) * .pi / 3
        return (1.1 * sin(angle), -1.1 * cos(angle))
      }
    }
    let path = corners.map { "\(svgNumber(x + $0.0 * size)) \(svgNumber(y + $0.1 * size))" }
    element("path", ["class": style, "d": "M" + path.joined(separator: "L") + "Z"])
  }
}
