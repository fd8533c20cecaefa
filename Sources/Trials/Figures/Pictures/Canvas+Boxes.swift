import Metrics

extension Canvas {
  /// Draws the outline of a box, whose fractions are those of this canvas; what lies outside is cut off, and a box that is not
  /// finite is not drawn.
  ///
  /// - Parameters:
  ///   - thickness: of the line in pixels, inwards from the box's edge.
  ///   - opacity: 1 hides what is below the line.
  ///   - edge: pixels around the line that are darkened, half as opaque as it.
  public mutating func outline(
    _ box: DetectionBox, _ colour: Colour, thickness: Int = 1, opacity: Double = 1, edge: Int = 0
  ) {
    guard [box.x, box.y, box.width, box.height].allSatisfy(\.isFinite) else { return }
    // Boxes far outside are cut before they become whole numbers.
    func pixel(_ fraction: Double, _ count: Int) -> Int {
      Int((min(2, max(-1, fraction)) * Double(count)).rounded())
    }
    let (left, top) = (pixel(box.left, width), pixel(box.top, height))
    let right = max(left + 1, pixel(box.right, width))
    let bottom = max(top + 1, pixel(box.bottom, height))
    if edge > 0 {
      frame(
        left - edge, top - edge, right + edge, bottom + edge, edge, Colour(0, 0, 0), opacity / 2)
    }
    let line = min(thickness, (right - left + 1) / 2, (bottom - top + 1) / 2)
    frame(left, top, right, bottom, line, colour, opacity)
  }

  /// Four sides of a rectangle, none of whose pixels is drawn twice.
  private mutating func frame(
    _ left: Int, _ top: Int, _ right: Int, _ bottom: Int, _ line: Int, _ colour: Colour,
    _ opacity: Double
  ) {
    let (width, height) = (right - left, bottom - top)
    // A line of more than half the rectangle leaves less for the opposite one.
    let (far, below) = (min(line, width - line), min(line, height - line))
    let down = height - line - below
    fill(x: left, y: top, width: width, height: line, colour, opacity: opacity)
    fill(x: left, y: top + line, width: line, height: down, colour, opacity: opacity)
    fill(x: right - far, y: top + line, width: far, height: down, colour, opacity: opacity)
    fill(x: left, y: bottom - below, width: width, height: below, colour, opacity: opacity)
  }
}
