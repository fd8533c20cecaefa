/// The form of a data point.
public enum ChartMarker: Int, Sendable, CaseIterable {
  /// The eight forms, each told from the others at 8 pixels.
  case circle, square, triangle, diamond, downTriangle, cross, star, hexagon
}

/// One colour and one marker: what tells a series from its neighbours, also without colours.
///
/// The colours are Okabe and Ito's (2008, "Color Universal Design"), darkened on white and lightened on black until
/// each stands out of the page; yellow, which does not on white, is left out.
public struct ChartStyle: Hashable, Sendable {
  /// The colour's place in the palette, `0 ..< 8`.
  public var colour: Int
  /// The form of the points.
  public var marker: ChartMarker

  /// A style of the palette's colour number `colour` (taken modulo 8) with `marker`.
  public init(colour: Int, marker: ChartMarker) {
    self.colour = ((colour % Self.colourCount) + Self.colourCount) % Self.colourCount
    self.marker = marker
  }

  /// How many colours the palette has.
  public static let colourCount = 8

  /// The style of the series number `index` of a chart whose series have no style of their own.
  public static func series(_ index: Int) -> ChartStyle {
    let order = [4, 3, 2, 6, 5, 1, 7, 0]
    let colour = order[index % order.count]
    return ChartStyle(
      colour: colour, marker: ChartMarker.allCases[(colour + index / order.count) % order.count])
  }

  /// The methods that have a style of their own, in the order in which tables list them.
  public static let methods = ["NONE", "PEARSON", "DC", "SLICE", "RENYI", "TC", "CLUB"]

  /// Other names of the methods.
  private static let spellings = [
    "DISTANCE": "DC", "DCORR": "DC", "SLICED": "SLICE", "VCLUB": "CLUB",
  ]

  /// A style for each name: a known method always gets its own, every other name the next free one.
  ///
  /// A name belongs to a method when its first word is the method's: `SLICE schedule=batch`.
  public static func styles(for names: [String]) -> [ChartStyle] {
    var styles = [ChartStyle?](repeating: nil, count: names.count)
    var taken = Set<ChartStyle>()
    for (index, name) in names.enumerated() {
      let head = name.prefix { $0.isLetter }.uppercased()
      guard let method = methods.firstIndex(of: spellings[head] ?? head) else { continue }
      let style = ChartStyle(colour: method, marker: ChartMarker.allCases[method])
      if taken.insert(style).inserted { styles[index] = style }
    }
    var next = 0
    return styles.map { style in
      if let style { return style }
      var free = series(next)
      while !taken.insert(free).inserted, next < 64 {
        next += 1
        free = series(next)
      }
      return free
    }
  }
}

/// The style sheet of every chart: once in a page, and inside each chart that is a file of its own.
enum ChartStyleSheet {
  static let fonts =
    "Inter,\"Source Sans 3\",system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,\"DejaVu Sans\",sans-serif"

  private static let light = [
    "#6b7280", "#3f9fd8", "#00876a", "#d0500a", "#0064a8", "#b04a8f", "#bd8100", "#7a5230",
  ]
  private static let dark = [
    "#a3abb8", "#72c4f5", "#2fc49d", "#ff8a4c", "#5aa9ec", "#e58fc6", "#f0b93a", "#c79a72",
  ]

  /// The colours for the text around the pictures: `swatch c3` is a patch of the colour number 3.
  static let swatches: String = {
    func rules(_ colours: [String]) -> String {
      colours.enumerated().map { ".swatch.c\($0){color:\($1)}" }.joined()
    }
    return "\n" + rules(light) + "\n@media (prefers-color-scheme:dark){" + rules(dark) + "}"
  }()

  static let text: String = {
    func rules(
      _ colours: [String], page: String, ink: String, muted: String, grid: String, axis: String
    )
      -> String
    {
      """
      .tessera-chart .page{fill:\(page)}.tessera-chart .ink{fill:\(ink)}.tessera-chart .muted{fill:\(muted)}\
      .tessera-chart .grid{stroke:\(grid)}.tessera-chart .axis{stroke:\(axis)}\
      .tessera-chart .whisker{stroke:\(ink)}.tessera-chart .halo{stroke:\(page)}.tessera-chart .null{fill:\(axis)}
      """
        + colours.enumerated().map { ".tessera-chart .c\($0){color:\($1)}" }.joined()
    }
    return """
      .tessera-chart{font-family:\(fonts);font-size:12px;font-variant-numeric:tabular-nums}
      .tessera-chart .title{font-size:15px;font-weight:600}.tessera-chart .name{font-weight:600}
      .tessera-chart .grid,.tessera-chart .axis,.tessera-chart .leader{fill:none;stroke-width:1}
      .tessera-chart .grid,.tessera-chart .axis{shape-rendering:crispEdges}
      .tessera-chart .whisker{fill:none;stroke-width:1.2;stroke-opacity:.75}
      .tessera-chart .null{fill-opacity:.22}
      .tessera-chart .curve{fill:none;stroke:currentColor;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
      .tessera-chart .band{fill:currentColor;fill-opacity:.14}.tessera-chart .bar{fill:currentColor;fill-opacity:.85}
      .tessera-chart .seed{fill:currentColor;fill-opacity:.42}.tessera-chart .error{fill:none;stroke:currentColor;stroke-width:1.4}
      .tessera-chart .marker{fill:currentColor;stroke-width:1.4;stroke-linejoin:round}
      .tessera-chart .leader{stroke:currentColor;stroke-opacity:.6}
      .tessera-chart .label{fill:currentColor;font-weight:600;stroke-width:3;paint-order:stroke;stroke-linejoin:round}

      """
        + rules(
          light, page: "#ffffff", ink: "#1b2230", muted: "#5a6473", grid: "#e6e9ee", axis: "#9aa4b2"
        )
        + "\n@media (prefers-color-scheme:dark){"
        + rules(
          dark, page: "#14181f", ink: "#e6eaf0", muted: "#9aa5b4", grid: "#2a313c", axis: "#5d6877")
        + "}"
  }()
}
