import TensorCore

/// Along one axis, where the pixels of a canvas that a box's glimpse reaches read that glimpse: what ``SpatialWrite`` works
/// with, for those who draw several maps with one box in one pass.
///
/// Pixel `i` of ``pixels`` blends sample `lower[i]` of the glimpse, from −1 on, with the next one: `1 − fraction[i]` of the
/// former and `fraction[i]` of the latter, where samples −1 and `glimpse` are zero.
package struct BoxAxis<Scalar: TensorScalar>: Sendable {
  /// The pixels of the canvas that the glimpse reaches.
  package let pixels: Range<Int>
  /// The sample before each pixel's place.
  package let lower: [Int]
  /// How far the place lies beyond that sample.
  package let fraction: [Scalar]
  /// The pixels' coordinates from −1 to 1.
  package let coordinate: [Scalar]
  private let map: AxisMap<Scalar>
  private let offset: Scalar

  /// The axis of a box of size `size` with its middle at `offset`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package init(
    canvas: Int, glimpse: Int, size: Scalar, offset: Scalar, alignsCorners: Bool
  ) {
    let factor = 1 / (size + 1e-9)
    let map = AxisMap(
      target: SamplingAxis(count: canvas, alignsCorners: alignsCorners),
      source: SamplingAxis(count: glimpse, alignsCorners: alignsCorners), factor: factor,
      offset: -offset * factor)
    let pixels = map.footprint()
    var lower: [Int] = []
    var (fraction, coordinate): ([Scalar], [Scalar]) = ([], [])
    lower.reserveCapacity(pixels.count)
    fraction.reserveCapacity(pixels.count)
    coordinate.reserveCapacity(pixels.count)
    for pixel in pixels {
      let place = AxisMap.split(map.pixel(pixel), count: glimpse)
      lower.append(place.lower)
      fraction.append(place.fraction)
      coordinate.append(map.target.coordinate(pixel))
    }
    self.pixels = pixels
    self.lower = lower
    self.fraction = fraction
    self.coordinate = coordinate
    self.map = map
    self.offset = offset
  }

  /// The gradients with respect to size and offset, `ds = A² (t dB − dA)` and `dt = −A dB`, from the sums over the pixels of
  /// the derivative by the place in the glimpse, plain and times the pixel's coordinate.
  package func gradient(sum: Scalar, moment: Scalar) -> (size: Scalar, offset: Scalar) {
    let (a, slope) = (map.factor, map.source.slope)
    return (a * a * slope * (offset * sum - moment), -a * slope * sum)
  }
}
