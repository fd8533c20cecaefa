import Foundation

/// The six measures of a digit's shape, in pixels of the 28 x 28 image and radians.
///
/// Source: Castro et al. 2019, as the authors' program measures them.
public struct Morphometrics: Sendable, Hashable {
  /// The area of the strokes.
  public var area: Double
  /// The length of the medial axis: 1 for each pair of neighbours beside one another, √2 for each over a corner.
  public var length: Double
  /// The mean over the medial axis of twice the distance from the ground.
  public var thickness: Double
  /// The angle by which the digit leans to the right: atan(−u₁₁ / u₀₂) of the grey image's second moments.
  public var slant: Double
  /// The width of the parallelogram with that slant which leaves 1 % of the grey on either side.
  public var width: Double
  /// Its height.
  public var height: Double

  /// The measures of a digit, 28 x 28 bytes; all 0 for an image of one value.
  public init(ofDigit digit: some Collection<UInt8>) { self.init(StrokeImage(digit)) }

  init(_ strokes: StrokeImage) {
    let scale = Double(StrokeImage.scale)
    let side = StrokeImage.fineSide
    let total = strokes.grey.reduce(0, +)
    guard strokes.ink.area > 0, total > 0 else {
      (area, length, thickness, slant, width, height) = (0, 0, 0, 0, 0, 0)
      return
    }
    area = Double(strokes.ink.area) / (scale * scale)
    thickness = strokes.thickness
    length = Self.length(of: strokes.medial.axis) / scale

    var (x, y, xy, yy) = (0.0, 0.0, 0.0, 0.0)
    for row in 0..<side {
      for column in 0..<side {
        let value = strokes.grey[row * side + column]
        x += value * Double(column)
        y += value * Double(row)
        xy += value * Double(row * column)
        yy += value * Double(row * row)
      }
    }
    (x, y, xy, yy) = (x / total, y / total, xy / total, yy / total)
    let shear = yy - y * y > 0 ? (xy - x * y) / (yy - y * y) : 0
    slant = atan(-shear)

    // The grey left of the places 0, 1, … of the slanted axis, and above the rows 0, 1, ….
    var (columns, rows) = ([Double](repeating: 0, count: side), [Double](repeating: 0, count: side))
    for row in 0..<side {
      for column in 0..<side {
        let value = strokes.grey[row * side + column]
        let place = (Double(column) + 0.5 - shear * (Double(row) - y)).rounded(.down) + 1
        if place < Double(side) { columns[max(0, Int(place))] += value }
        if row + 1 < side { rows[row + 1] += value }
      }
    }
    width = Self.extent(columns, total) / scale
    height = Self.extent(rows, total) / scale
  }

  /// The measures as columns of a set of images.
  static func attributes(_ measures: [Morphometrics]) -> [String: [Float]] {
    [
      "area": measures.map { Float($0.area) }, "length": measures.map { Float($0.length) },
      "thickness": measures.map { Float($0.thickness) }, "slant": measures.map { Float($0.slant) },
      "width": measures.map { Float($0.width) }, "height": measures.map { Float($0.height) },
    ]
  }

  private static func length(of axis: BinaryImage) -> Double {
    var (sides, corners) = (0, 0)
    for pixel in axis.pixels.indices where axis.pixels[pixel] {
      // Each pair once: the neighbours to the right, below, and below to either side.
      let bits = axis.neighbours(pixel / axis.width, pixel % axis.width)
      sides += Int(bits >> 3 & 1) + Int(bits >> 5 & 1)
      corners += Int(bits >> 4 & 1) + Int(bits >> 6 & 1)
    }
    return Double(sides) + 2.0.squareRoot() * Double(corners)
  }

  /// The distance between the places with 1 % of the whole before and behind them, from what is added at each place.
  private static func extent(_ added: [Double], _ total: Double) -> Double {
    var shares: [Double] = []
    var sum = 0.0
    for value in added {
      sum += value
      shares.append(sum / total)
    }
    func place(_ share: Double) -> Double {
      guard let next = shares.firstIndex(where: { $0 > share }) else {
        return Double(shares.count - 1)
      }
      if next == 0 { return 0 }
      return Double(next - 1) + (share - shares[next - 1]) / (shares[next] - shares[next - 1])
    }
    return place(0.99) - place(0.01)
  }
}
