/// A black and white image, row by row.
struct BinaryImage: Sendable, Equatable {
  let height: Int
  let width: Int
  /// Whether a pixel is ink.
  var pixels: [Bool]

  init(height: Int, width: Int, pixels: [Bool]) {
    self.height = height
    self.width = width
    self.pixels = pixels
  }

  /// An image without ink.
  init(height: Int, width: Int) {
    self.init(height: height, width: width, pixels: Array(repeating: false, count: height * width))
  }

  subscript(row: Int, column: Int) -> Bool {
    get { pixels[row * width + column] }
    set { pixels[row * width + column] = newValue }
  }

  /// The number of ink pixels.
  var area: Int { pixels.count { $0 } }

  /// Ink and ground exchanged.
  var inverted: BinaryImage {
    BinaryImage(height: height, width: width, pixels: pixels.map { !$0 })
  }

  /// The eight neighbours of a pixel as bits, clockwise from the upper left; what is outside is ground.
  func neighbours(_ row: Int, _ column: Int) -> UInt8 {
    var bits: UInt8 = 0
    for (bit, step) in Self.ring.enumerated() {
      let (r, c) = (row + step.0, column + step.1)
      if r >= 0, r < height, c >= 0, c < width, pixels[r * width + c] { bits |= 1 << bit }
    }
    return bits
  }

  /// The steps to the eight neighbours, clockwise from the upper left.
  static let ring = [(-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1)]

  /// The ink whose distance from the ground exceeds `radius`: erosion with a disc; beyond the edge all counts as ink.
  func eroded(radius: Int) -> BinaryImage {
    let distances = DistanceTransform.squared(self)
    return BinaryImage(height: height, width: width, pixels: distances.map { $0 > radius * radius })
  }

  /// All within `radius` of the ink: dilation with a disc.
  func dilated(radius: Int) -> BinaryImage { inverted.eroded(radius: radius).inverted }
}
