import Foundation
import TensorCore

/// A change of a digit's strokes.
///
/// All work on the four times finer black and white image and are scaled by the digit's mean thickness T (in pixels of the
/// digit): thinning erodes with a disc of radius 0.7 T / 2 and thickening dilates with one of T / 2, both rounded down to finer
/// pixels. Swelling enlarges what is within R = 7 √T / 2 of a random point c of the medial axis: the value at x is that at
/// c + (|x − c| / R)² (x − c). Fractures are three cuts across the axis at random points, 1.5 pixels thick. `plain` only goes
/// to the finer image and back, as the others do.
///
/// Source: Castro et al. 2019, with the settings of the authors' program.
public enum Perturbation: String, Sendable, Hashable, Codable, CaseIterable {
  /// None.
  case plain
  /// Thinner strokes.
  case thin
  /// Thicker strokes.
  case thick
  /// A bulge somewhere on a stroke.
  case swollen
  /// Three gaps in the strokes.
  case fractured

  /// The digit with the change, 28 x 28 bytes.
  ///
  /// - Parameters:
  ///   - digit: 28 x 28 bytes.
  ///   - random: where swellings and fractures are drawn from.
  public func applied(to digit: some Collection<UInt8>, using random: inout Philox) -> [UInt8] {
    applied(to: StrokeImage(digit), using: &random)
  }

  func applied(to strokes: StrokeImage, using random: inout Philox) -> [UInt8] {
    let radius = Double(StrokeImage.scale) * strokes.thickness / 2
    return switch self {
    case .plain: StrokeImage.digit(of: strokes.ink)
    case .thin: StrokeImage.digit(of: strokes.ink.eroded(radius: Int(0.7 * radius)))
    case .thick: StrokeImage.digit(of: strokes.ink.dilated(radius: Int(radius)))
    case .swollen: StrokeImage.digit(of: Self.swollen(strokes, using: &random))
    case .fractured: StrokeImage.digit(of: Self.fractured(strokes, using: &random))
    }
  }

  /// Enlarges what is around a random point c of the axis: within R = 7 √T / 2 the value at x is that at
  /// `c + (|x − c| / R)² (x − c)`.
  static func swollen(_ strokes: StrokeImage, using random: inout Philox) -> BinaryImage {
    let axis = strokes.medial.pixels
    if axis.isEmpty { return strokes.ink }
    let centre = axis[random.next(below: axis.count)]
    let (ink, width) = (strokes.ink, strokes.ink.width)
    let (row, column) = (centre / width, centre % width)
    let radius = 7 * strokes.thickness.squareRoot() / 2 * Double(StrokeImage.scale)
    var result = ink
    for y in 0..<ink.height {
      for x in 0..<width {
        let (dx, dy) = (Double(x - column), Double(y - row))
        let share = (dx * dx + dy * dy) / (radius * radius)
        if share >= 1 { continue }
        // Within the circle the source lies nearer to the centre, so it is in the image.
        result[y, x] = ink[row + Int((share * dy).rounded()), column + Int((share * dx).rounded())]
      }
    }
    return result
  }

  /// Cuts the strokes across at three random points of the axis: lines 1.5 pixels thick, at right angles to the axis nearby,
  /// that reach half a pixel beyond the stroke on either side.
  ///
  /// Points within 2 pixels of the axis's ends and forks are not chosen, unless there are no others.
  static func fractured(_ strokes: StrokeImage, using random: inout Philox) -> BinaryImage {
    let axis = strokes.medial.axis
    var places = Fractures.inner(of: axis, reach: 2 * StrokeImage.scale)
    if places.isEmpty { places = strokes.medial.pixels }
    if places.isEmpty { return strokes.ink }
    var result = strokes.ink
    for _ in 0..<3 {
      let place = places[random.next(below: places.count)]
      let (row, column) = (place / axis.width, place % axis.width)
      let angle = Fractures.angle(of: axis, row, column, reach: 2 * StrokeImage.scale) + .pi / 2
      let length = strokes.medial.distance(place) + 0.5 * Double(StrokeImage.scale)
      let (dy, dx) = (length * sin(angle), length * cos(angle))
      Fractures.cut(
        &result, from: (Double(row) - dy, Double(column) - dx),
        to: (Double(row) + dy, Double(column) + dx), thickness: 1.5 * Double(StrokeImage.scale))
    }
    return result
  }
}

/// Where and how strokes are cut.
private enum Fractures {
  /// The places of an axis farther than `reach` from its ends and forks.
  static func inner(of axis: BinaryImage, reach: Int) -> [Int] {
    // Ends first; then the forks of what is left.
    var axis = axis
    for neighbours in [1, 3] {
      let seeds = axis.pixels.indices.filter { pixel in
        axis.pixels[pixel]
          && axis.neighbours(pixel / axis.width, pixel % axis.width).nonzeroBitCount == neighbours
      }
      for seed in seeds {
        let (row, column) = (seed / axis.width, seed % axis.width)
        for y in max(0, row - reach)...min(axis.height - 1, row + reach) {
          for x in max(0, column - reach)...min(axis.width - 1, column + reach)
          where (y - row) * (y - row) + (x - column) * (x - column) <= reach * reach {
            axis[y, x] = false
          }
        }
      }
    }
    return axis.pixels.indices.filter { axis.pixels[$0] }
  }

  /// The direction of the axis around a place: that of the largest variance of its pixels in a square.
  static func angle(of axis: BinaryImage, _ row: Int, _ column: Int, reach: Int) -> Double {
    var (count, x, y, xx, xy, yy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for r in max(0, row - reach)...min(axis.height - 1, row + reach) {
      for c in max(0, column - reach)...min(axis.width - 1, column + reach) where axis[r, c] {
        let (dx, dy) = (Double(c - column), Double(r - row))
        (count, x, y) = (count + 1, x + dx, y + dy)
        (xx, xy, yy) = (xx + dx * dx, xy + dx * dy, yy + dy * dy)
      }
    }
    let (mx, my) = (x / count, y / count)
    return 0.5 * atan2(2 * (xy / count - mx * my), xx / count - mx * mx - (yy / count - my * my))
  }

  /// Removes the ink within half the thickness of a line.
  static func cut(
    _ ink: inout BinaryImage, from: (y: Double, x: Double), to: (y: Double, x: Double),
    thickness: Double
  ) {
    let reach = thickness / 2
    let (dy, dx) = (to.y - from.y, to.x - from.x)
    let square = max(dx * dx + dy * dy, 1e-12)
    let rows =
      max(
        0, Int(min(from.y, to.y) - reach))...min(
        ink.height - 1, Int(max(from.y, to.y) + reach) + 1)
    let columns =
      max(
        0, Int(min(from.x, to.x) - reach))...min(
        ink.width - 1, Int(max(from.x, to.x) + reach) + 1)
    for row in rows {
      for column in columns {
        let (y, x) = (Double(row) - from.y, Double(column) - from.x)
        let along = min(max((y * dy + x * dx) / square, 0), 1)
        let (u, v) = (y - along * dy, x - along * dx)
        if u * u + v * v <= reach * reach { ink[row, column] = false }
      }
    }
  }
}
