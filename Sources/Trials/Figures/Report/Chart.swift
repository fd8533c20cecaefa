/// A picture of curves, points and bands over two axes, drawn as SVG.
///
/// The picture follows the reader's light or dark setting, uses colours that colour-blind readers tell apart, and carries a
/// title and a description for those who do not see it.
public struct Chart: Sendable {
  /// The heading, one short line.
  public var title: String
  /// What the picture shows, in a sentence; read aloud by screen readers, not drawn.
  public var summary: String
  /// The horizontal axis.
  public var x: ChartAxis
  /// The vertical axis; its caption stands above it, so that it reads without turning the head.
  public var y: ChartAxis
  /// What is drawn, the first at the back.
  public var marks: [Mark]
  /// The width of the picture, in pixels.
  public var width: Double
  /// The height of the picture, in pixels.
  public var height: Double

  /// One thing in the picture.
  public enum Mark: Sendable {
    /// A curve, named in the legend.
    case line(Line)
    /// A mean with its error bars and the seeds behind it, named beside the mean.
    case point(Point)
    /// A band across the picture, named in the legend.
    case band(Band)
  }

  /// A curve and, if wanted, the band in which its seeds lie.
  public struct Line: Sendable {
    /// The name in the legend.
    public var name: String
    /// Colour and marker.
    public var style: ChartStyle
    /// The values along the horizontal axis, ascending.
    public var x: [Double]
    /// The values of the curve, as many as `x`; a NaN leaves a gap.
    public var y: [Double]
    /// The lower edge of the band, as many as `x`, or empty.
    public var low: [Double]
    /// The upper edge of the band, as many as `x`, or empty.
    public var high: [Double]

    /// A curve; see the properties.
    public init(
      _ name: String, style: ChartStyle, x: [Double], y: [Double], low: [Double] = [],
      high: [Double] = []
    ) {
      self.name = name
      self.style = style
      self.x = x
      self.y = y
      self.low = low
      self.high = high
    }
  }

  /// The mean of a few seeds as one large marker with error bars.
  public struct Point: Sendable {
    /// The name beside the marker.
    public var name: String
    /// Colour and marker.
    public var style: ChartStyle
    /// The seeds' places along the horizontal axis.
    public var x: [Double]
    /// The seeds' places along the vertical axis, as many as `x`.
    public var y: [Double]

    /// A mean of seeds; see the properties.
    public init(_ name: String, style: ChartStyle, x: [Double], y: [Double]) {
      self.name = name
      self.style = style
      self.x = x
      self.y = y
    }
  }

  /// All that lies between two values of the horizontal axis.
  public struct Band: Sendable {
    /// The name in the legend.
    public var name: String
    /// The values at its two edges.
    public var range: ClosedRange<Double>

    /// A band; see the properties.
    public init(_ name: String, _ range: ClosedRange<Double>) {
      self.name = name
      self.range = range
    }
  }

  /// A chart; see the properties.
  public init(
    title: String, summary: String, x: ChartAxis, y: ChartAxis, marks: [Mark], width: Double = 720,
    height: Double = 440
  ) {
    self.title = title
    self.summary = summary
    self.x = x
    self.y = y
    self.marks = marks
    self.width = width
    self.height = height
  }

  /// The picture as SVG text.
  ///
  /// - Parameters:
  ///   - identifier: a word that no other picture of the same page has; it makes the identifiers inside the picture unique.
  ///   - standalone: whether the text is a file of its own, with name space, page and style sheet.
  public func svg(identifier: String = "chart", standalone: Bool = true) -> String {
    var drawing = ChartDrawing(self)
    return svgDocument(
      width: width, height: height, title: title, summary: summary, identifier: identifier,
      standalone: standalone, content: drawing.drawn())
  }
}

/// The SVG element around a picture: size, title and description, and, for a file, style sheet and page.
func svgDocument(
  width: Double, height: Double, title: String, summary: String, identifier: String,
  standalone: Bool, content: String
) -> String {
  let size = "\(svgNumber(width)) \(svgNumber(height))"
  var text = "<svg "
  if standalone {
    text +=
      "xmlns=\"http://www.w3.org/2000/svg\" width=\"\(svgNumber(width))\" height=\"\(svgNumber(height))\" "
  }
  let name = xmlEscaped(identifier)
  text +=
    "class=\"tessera-chart\" viewBox=\"0 0 \(size)\" role=\"img\" aria-labelledby=\"\(name)-title \(name)-summary\">"
  text += "<title id=\"\(name)-title\">\(xmlEscaped(title))</title>"
  text += "<desc id=\"\(name)-summary\">\(xmlEscaped(summary))</desc>"
  if standalone {
    text += "<style>\(ChartStyleSheet.text.replacing("&", with: "&amp;"))</style>"
    text += "<rect class=\"page\" width=\"100%\" height=\"100%\"/>"
  }
  return text + content + "</svg>" + (standalone ? "\n" : "")
}
