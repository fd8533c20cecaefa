import TensorCore

/// Points of two numbers each in the colours of their groups: codes by domain, by class.
///
/// Panels stand side by side with one scale, so that the same point lies at the same place of each:
/// ```swift
/// let components = try PrincipalComponents(of: codes)
/// let sheet = ScatterSheet(
///   points: components.scores(codes), axes: ("first component", "second component"),
///   panels: [.init("by domain", groups: domains, names: ["source", "target"]),
///     .init("by class", groups: classes, names: digits)])
/// ```
public struct ScatterSheet: Sendable {
  /// One way of colouring the points.
  public struct Panel: Sendable {
    /// What stands above the panel.
    public var title: String
    /// The group of each point, a place in ``names``; points of group −1 are grey and in no legend.
    public var groups: [Int]
    /// The names of the groups, in the legend below.
    public var names: [String]

    /// A panel; see the properties.
    public init(_ title: String, groups: [Int], names: [String]) {
      self.title = title
      self.groups = groups
      self.names = names
    }
  }

  /// `[n, 2]`; a point that is not finite is not drawn.
  public var points: Tensor<Float>
  /// What the two axes show.
  public var axes: (x: String, y: String)
  /// The panels from the left.
  public var panels: [Panel]
  /// The height and width of a panel's plot in pixels.
  public var side: Int

  /// The background of plots: lighter than the page, so that dark groups are seen too.
  static let ground = Colour(250, 250, 248)
  /// The frame and the grid of plots.
  static let grid = Colour(222, 224, 226)
  /// Points of no group.
  static let grey = Colour(165, 168, 172)
  private static let dot = 3

  /// A sheet; see the properties.
  ///
  /// - Requires: points `[n, 2]`, at least one panel, and in each a group a point, all of them −1 or with a name.
  public init(
    points: Tensor<Float>, axes: (x: String, y: String) = ("x", "y"), panels: [Panel],
    side: Int = 320
  ) {
    require(
      points.rank == 2 && points.shape[1] == 2 && side >= 16 && !panels.isEmpty,
      "ScatterSheet: wants points [n, 2], at least one panel and a side of at least 16, got "
        + "\(points.shape), \(panels.count) and \(side)")
    for panel in panels {
      require(
        panel.groups.count == points.shape[0]
          && panel.groups.allSatisfy { $0 >= -1 && $0 < panel.names.count },
        "ScatterSheet, panel \(panel.title): wants \(points.shape[0]) groups in −1..<\(panel.names.count), "
          + "got \(panel.groups.count) from \(panel.groups.min() ?? 0) to \(panel.groups.max() ?? 0)"
      )
    }
    self.points = points
    self.axes = axes
    self.panels = panels
    self.side = side
  }

  /// The sheet as a picture: plots, and below each its legend.
  public var canvas: Canvas {
    let legends = panels.map(legend)
    let tallest = legends.map(\.height).max() ?? 1
    let drawn = zip(panels, legends).map { panel, legend in
      var whole = Canvas(width: side + 14, height: side + 14 + 6 + tallest)
      whole.place(plot(panel), x: 14, y: 0)
      whole.writeUpwards(axes.y, x: 1, bottom: side - 2)
      whole.write(
        axes.x, x: max(14, 14 + side - PixelLetters.width(of: axes.x)), y: side + 4)
      whole.place(legend, x: 14, y: side + 20)
      return whole
    }
    return PanelSheet(columns: panels.map { "  " + $0.title }, rows: [.init(drawn)]).canvas
  }

  /// The colour of a group: far apart for the first ten, which are dark or bright enough for the ground.
  static func colour(_ group: Int) -> Colour {
    guard group >= 0 else { return grey }
    // Okabe and Ito's (2008) but yellow, then three told from them.
    let palette = [
      Colour(0, 114, 178), Colour(230, 110, 0), Colour(0, 140, 100), Colour(190, 70, 150),
      Colour(60, 170, 230), Colour(120, 60, 20), Colour(215, 30, 45), Colour(120, 130, 20),
      Colour(90, 70, 200), Colour(40, 44, 52),
    ]
    return group < palette.count
      ? palette[group] : Colour.segment(group).mixed(with: Colour(0, 0, 0), 0.25)
  }

  /// The lowest and highest value of a coordinate with a little room, the same for all panels.
  private func range(_ coordinate: Int) -> (low: Double, high: Double) {
    let values = (0..<points.shape[0]).map { Double(points[$0, coordinate]) }.filter(\.isFinite)
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let room = high > low ? (high - low) * 0.04 : 0.5
    return (low - room, high + room)
  }

  private func plot(_ panel: Panel) -> Canvas {
    var plot = Canvas(width: side, height: side, filledWith: Self.ground)
    let (x, y) = (range(0), range(1))
    func place(_ value: Float, _ range: (low: Double, high: Double)) -> Int {
      Int(((Double(value) - range.low) / (range.high - range.low) * Double(side - 1)).rounded())
    }
    // The axes through zero, where they are in sight.
    if x.low < 0, x.high > 0 {
      plot.fill(x: place(0, x), y: 0, width: 1, height: side, Self.grid)
    }
    if y.low < 0, y.high > 0 {
      plot.fill(x: 0, y: side - 1 - place(0, y), width: side, height: 1, Self.grid)
    }
    // Groups alternate in the order of drawing, so that none lies on top of another as a whole.
    for point in order(points.shape[0]) {
      let (px, py) = (points[point, 0], points[point, 1])
      guard px.isFinite, py.isFinite else { continue }
      let (left, top) = (place(px, x) - Self.dot / 2, side - 1 - place(py, y) - Self.dot / 2)
      plot.fill(
        x: left, y: top, width: Self.dot, height: Self.dot, Self.colour(panel.groups[point]),
        opacity: 0.8)
    }
    return plot
  }

  /// All points, in an order that has nothing to do with that of the rows.
  private func order(_ count: Int) -> [Int] {
    var random = Philox(seed: 0).stream("scatter/order")
    return random.permutation(count)
  }

  /// The names beside patches of their colours, in as many lines as the width of the plot asks for.
  private func legend(_ panel: Panel) -> Canvas {
    let line = PixelLetters.height + 4
    var places: [(x: Int, y: Int)] = []
    var (x, y) = (0, 0)
    for name in panel.names {
      let width = 12 + PixelLetters.width(of: name) + 10
      if x > 0, x + width - 10 > side { (x, y) = (0, y + line) }
      places.append((x, y))
      x += width
    }
    var legend = Canvas(width: side, height: y + line)
    for (group, place) in places.enumerated() {
      legend.fill(x: place.x, y: place.y, width: 8, height: 8, Self.ground)
      legend.fill(x: place.x + 1, y: place.y + 1, width: 6, height: 6, Self.colour(group))
      legend.write(panel.names[group], x: place.x + 12, y: place.y)
    }
    return legend
  }
}

extension Canvas {
  /// Writes one line of text from below upwards, its letters' feet to the right; `bottom` is the row of the first letter's left side.
  mutating func writeUpwards(_ text: String, x: Int, bottom: Int, _ colour: Colour = .caption) {
    for (place, character) in text.enumerated() {
      for (row, bits) in PixelLetters.rows(of: character).enumerated() {
        for column in 0..<5 where bits & (16 >> column) != 0 {
          self[x + row, bottom - place * PixelLetters.advance - column] = colour
        }
      }
    }
  }
}
