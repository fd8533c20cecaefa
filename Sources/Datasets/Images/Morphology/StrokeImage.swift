import TensorCore

/// A digit seen four times finer, as strokes: black and white, with its medial axis.
///
/// Source: Castro, Tan, Kainz, Konukoglu and Glocker 2019, "Morpho-MNIST", JMLR 20(178), with the settings of the authors' program.
struct StrokeImage: Sendable {
  /// How many times finer.
  static let scale = 4
  /// Rows and columns of the digit and of the finer image.
  static let (side, fineSide) = (28, 28 * scale)

  private static let deviation = 2 * Double(scale) / 6
  private static let enlarging = Resampling(resizing: side, to: fineSide)
  private static let reducing = Resampling(resizing: fineSide, to: side)
  private static let smoothing = Resampling(smoothing: fineSide, deviation: deviation)

  /// The finer grey image, whole numbers from 0 to 255.
  let grey: [Double]
  /// Where it is at least half way from its lowest to its highest value.
  let ink: BinaryImage
  /// The axis of the ink.
  let medial: MedialAxis

  /// The strokes of a digit, `[28, 28]`.
  init(_ digit: some Collection<UInt8>) {
    require(
      digit.count == Self.side * Self.side,
      "StrokeImage: wants \(Self.side) x \(Self.side) bytes, got \(digit.count)")
    let enlarged = Self.enlarging.clipped(digit.map { Double($0) / 255 })
    grey = Self.smoothing.applied(to: enlarged).map { (255 * $0).rounded(.down) }
    let (low, high) = (grey.min() ?? 0, grey.max() ?? 0)
    let threshold = low + (high - low) * 0.5
    // A flat image has no strokes.
    ink = BinaryImage(
      height: Self.fineSide, width: Self.fineSide,
      pixels: grey.map { high > low && $0 >= threshold })
    medial = MedialAxis(of: ink)
  }

  /// The mean over the axis of twice the distance from the ground, in pixels of the digit; 0 without ink.
  var thickness: Double {
    let pixels = medial.pixels
    if pixels.isEmpty { return 0 }
    let sum = pixels.reduce(0) { $0 + medial.distance($1) }
    return 2 * sum / Double(pixels.count) / Double(Self.scale)
  }

  /// A finer black and white image as a digit of grey levels.
  static func digit(of ink: BinaryImage) -> [UInt8] {
    let smoothed = smoothing.applied(to: ink.pixels.map { $0 ? 1 : 0 })
    return reducing.clipped(smoothed).map { UInt8(min(max(255 * $0, 0), 255)) }
  }
}
