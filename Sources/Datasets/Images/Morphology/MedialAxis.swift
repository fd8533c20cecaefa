/// The medial axis of the ink: a line one pixel wide with the ink's branches, loops and parts.
///
/// Ink pixels are looked at once, in the order of their distance from the ground and, among equal ones, first those with the
/// most ink around; a pixel is removed if it has at least two neighbours left and these hang together without it.
///
/// Source: the definition of scikit-image's `medial_axis`, with which Castro et al. 2019 measure digits. There the last ties
/// are broken by chance, here from the upper left on.
struct MedialAxis: Sendable {
  /// The pixels of the axis.
  let axis: BinaryImage
  /// The squared distances of ``DistanceTransform``.
  let squares: [Int]

  /// The axis of an image.
  init(of image: BinaryImage) {
    squares = DistanceTransform.squared(image)
    var axis = image
    var order: [(key: Int, pixel: Int)] = []
    order.reserveCapacity(image.area)
    for pixel in image.pixels.indices where image.pixels[pixel] {
      let ink = image.neighbours(pixel / image.width, pixel % image.width).nonzeroBitCount
      order.append((squares[pixel] * 9 + 8 - ink, pixel))
    }
    order.sort { ($0.key, $0.pixel) < ($1.key, $1.pixel) }
    for (_, pixel) in order {
      let neighbours = axis.neighbours(pixel / axis.width, pixel % axis.width)
      if Self.isRemovable[Int(neighbours)] { axis.pixels[pixel] = false }
    }
    self.axis = axis
  }

  /// The distance of a pixel from the ground.
  func distance(_ pixel: Int) -> Double { Double(squares[pixel]).squareRoot() }

  /// The places of the axis, row by row.
  var pixels: [Int] { axis.pixels.indices.filter { axis.pixels[$0] } }

  /// Whether a pixel may go, by its neighbours' bits.
  private static let isRemovable: [Bool] = (0..<256).map { bits in
    // With its centre the neighbourhood is one part, so it must be one without it; a pixel alone must stay.
    bits.nonzeroBitCount >= 2 && parts(UInt8(bits)) == 1
  }

  /// The number of parts of a ring of neighbours; corners touch the two sides beside them, and sides touch over a corner.
  static func parts(_ bits: UInt8) -> Int {
    var left = (0..<8).filter { bits >> $0 & 1 == 1 }
    var count = 0
    while let first = left.popLast() {
      count += 1
      var open = [first]
      while let place = open.popLast() {
        let (row, column) = BinaryImage.ring[place]
        let near = left.filter {
          abs(BinaryImage.ring[$0].0 - row) <= 1 && abs(BinaryImage.ring[$0].1 - column) <= 1
        }
        left.removeAll { near.contains($0) }
        open += near
      }
    }
    return count
  }
}
