import Storage
import TensorCore

/// A fixed shift of coloured pictures, for adapting from a set to itself as if another camera had taken it.
///
/// A picture is resized to 5/8 of its side and back (which blurs it) and its colours p in [0, 1] become
/// `0.75 M p + 0.2`, with M a turn of the hues by about 40 degrees that keeps grey: each channel takes 0.7 of itself, 0.35 of
/// the next and −0.05 of the one after.
enum PictureShift {
  /// The shift in words, for a set's provenance.
  static let description =
    "resized to 5/8 and back, colours 0.75 M p + 0.2 with M turning the hues by circulant weights "
    + "(0.7, 0.35, −0.05)"

  /// Pictures `[count, side, side, 3]` with the shift.
  static func apply(to pixels: [UInt8], side: Int) -> [UInt8] {
    let small = max(side * 5 / 8, 1)
    let reduced = Image.resized(
      pixels, height: side, width: side, channels: 3, toHeight: small, width: small)
    var result = Image.resized(
      reduced, height: small, width: small, channels: 3, toHeight: side, width: side)
    result.withUnsafeMutableBufferPointer { bytes in
      for start in stride(from: 0, to: bytes.count, by: 3) {
        let p = (Float(bytes[start]), Float(bytes[start + 1]), Float(bytes[start + 2]))
        func turned(_ a: Float, _ b: Float, _ c: Float) -> UInt8 {
          let value = 0.75 * (0.7 * a + 0.35 * b - 0.05 * c) + 0.2 * 255
          return UInt8(min(max(value + 0.5, 0), 255))
        }
        bytes[start] = turned(p.0, p.1, p.2)
        bytes[start + 1] = turned(p.1, p.2, p.0)
        bytes[start + 2] = turned(p.2, p.0, p.1)
      }
    }
    return result
  }
}
