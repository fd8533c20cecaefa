import TensorCore

/// Which object or background segment each pixel belongs to, read off a model's parts.
public enum SegmentMap {
  /// The segment of each pixel, row by row: 0 to K − 1 for the background segment of the largest weight, K + n for the owner
  /// number n.
  ///
  /// - Parameters:
  ///   - weights: of the background segments, `[segments, height, width, 1]`.
  ///   - owners: of each pixel, as `SceneDecomposition.owners` has them: the object that it belongs to, −1 for none.
  public static func segments(_ weights: Tensor<Float>, owners: [Int]) -> [Int] {
    require(
      weights.rank == 4 && weights.shape[0] > 0 && weights.shape[3] == 1
        && owners.count == weights.shape[1] * weights.shape[2],
      "SegmentMap: wants weights [segments, height, width, 1] and an owner a pixel, got "
        + "\(weights.shape) and \(owners.count)")
    let (count, pixels) = (weights.shape[0], owners.count)
    return weights.withUnsafeBufferPointer { weights in
      owners.indices.map { pixel in
        if owners[pixel] >= 0 { return count + owners[pixel] }
        var heaviest = 0
        for segment in 1..<max(1, count)
        where weights[segment * pixels + pixel] > weights[heaviest * pixels + pixel] {
          heaviest = segment
        }
        return heaviest
      }
    }
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
}
