import Metrics
import TensorCore

/// Which object or background segment each pixel belongs to, read off a model's parts.
public enum SegmentMap {
  /// An object as a model decodes it.
  public struct Object: Sendable {
    /// Where it is.
    public var box: DetectionBox
    /// Its mask over the box, `[side, side, 1]`.
    public var alpha: Tensor<Float>
    /// What its mask is multiplied by before the masks are compared, such as presence times importance.
    public var strength: Double

    /// An object; see the properties.
    public init(box: DetectionBox, alpha: Tensor<Float>, strength: Double) {
      self.box = box
      self.alpha = alpha
      self.strength = strength
    }
  }

  /// The segment of each pixel, row by row: 0 to K − 1 for the background segment of the largest weight, K + n for the object
  /// number n.
  ///
  /// A pixel is an object's where the foreground's alpha is above one half and at least one object covers it; it is
  /// that of the largest strength times mask there. The mask is looked up at the pixel's middle, without interpolation.
  ///
  /// - Parameters:
  ///   - weights: of the background segments, `[segments, height, width, 1]`.
  ///   - alpha: the foreground's, `[height, width, 1]`.
  public static func segments(
    objects: [Object], alpha: Tensor<Float>, weights: Tensor<Float>
  ) -> [Int] {
    require(
      weights.rank == 4 && weights.shape[3] == 1
        && alpha.shape.dimensions == Array(weights.shape.dimensions.dropFirst()),
      "SegmentMap: wants weights [segments, height, width, 1] and alpha [height, width, 1], got "
        + "\(weights.shape) and \(alpha.shape)")
    let (count, height, width) = (weights.shape[0], weights.shape[1], weights.shape[2])
    let pixels = height * width
    var segments = [Int](repeating: 0, count: pixels)
    weights.withUnsafeBufferPointer { weights in
      for pixel in 0..<pixels {
        for segment in 1..<max(1, count)
        where weights[segment * pixels + pixel] > weights[segments[pixel] * pixels + pixel] {
          segments[pixel] = segment
        }
      }
    }
    var strongest = [Double](repeating: 0, count: pixels)
    let alphas = alpha.scalars
    for (number, object) in objects.enumerated() {
      require(
        object.alpha.rank == 3 && object.alpha.shape[2] == 1 && object.alpha.count > 0,
        "SegmentMap: an object's alpha must be [side, side, 1], got \(object.alpha.shape)")
      let (rows, columns) = (object.alpha.shape[0], object.alpha.shape[1])
      let mask = object.alpha.scalars
      let box = object.box
      for y in range(box.top, box.bottom, height) {
        let row = index(Double(y) + 0.5, height, box.top, box.height, rows)
        for x in range(box.left, box.right, width) where alphas[y * width + x] > 0.5 {
          let column = index(Double(x) + 0.5, width, box.left, box.width, columns)
          let strength = Double(mask[row * columns + column]) * object.strength
          if strength > strongest[y * width + x] {
            strongest[y * width + x] = strength
            segments[y * width + x] = count + number
          }
        }
      }
    }
    return segments
  }

  /// The segments in colours: those of the background pale, objects bright.
  ///
  /// - Parameter backgroundCount: the segments from 0 on that are background.
  public static func canvas(
    _ segments: [Int], height: Int, width: Int, backgroundCount: Int = 0
  ) -> Canvas {
    require(
      segments.count == height * width,
      "SegmentMap.canvas: expected \(height * width) segments, got \(segments.count)")
    var canvas = Canvas(width: width, height: height)
    let colours = Dictionary(
      uniqueKeysWithValues: Set(segments).map { segment in
        let colour =
          segment < backgroundCount
          ? Colour.segment(segment).mixed(with: .page, 0.7)
          : Colour.segment(segment - backgroundCount)
        return (segment, colour)
      })
    for (place, segment) in segments.enumerated() {
      canvas[place % width, place / width] = colours[segment]!
    }
    return canvas
  }

  /// The pixels whose middles lie within a box.
  private static func range(_ low: Double, _ high: Double, _ count: Int) -> Range<Int> {
    func edge(_ fraction: Double) -> Int {
      Int((min(1, max(0, fraction)) * Double(count) - 0.5).rounded(.up))
    }
    return max(0, edge(low))..<max(0, edge(low), min(count, edge(high)))
  }

  private static func index(
    _ middle: Double, _ count: Int, _ low: Double, _ size: Double, _ cells: Int
  ) -> Int {
    let place = (middle / Double(count) - low) / size * Double(cells)
    return min(cells - 1, max(0, Int(place)))
  }
}
