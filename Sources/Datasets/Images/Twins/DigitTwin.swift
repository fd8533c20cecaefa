import Foundation
import TensorCore

/// A generated stand-in for MNIST: strokes of ten digit-like signs, 28 x 28 grey, with known thickness and slant.
///
/// Each image draws its digit, a stroke thickness from 1.4 to 4.2 pixels, a slant from −0.35 to 0.5 radians (to the right is
/// positive), width, height, turn and place, and a smooth bend of the whole; all independent, from a stream of its own.
struct DigitTwin: Sendable {
  static let side = 28
  static let names = MNIST.names
  /// As many images as MNIST has.
  static let (trainCount, testCount) = (60_000, 10_000)

  private let random: Philox

  init(seed: UInt64) { random = Philox(seed: seed).stream("twin/digits") }

  /// The stream of one image.
  func stream(_ family: String, _ index: Int) -> Philox { random.stream(family, index) }

  /// One image with what it was drawn from.
  struct Digit: Sendable {
    var digit: Int
    var thickness: Float
    var slant: Float
    var bytes: [UInt8]
  }

  /// The digit of an index; `family` keeps parts and domains apart.
  func digit(_ family: String, _ index: Int) -> Digit {
    var random = stream(family, index)
    func draw(_ low: Float, _ high: Float) -> Float {
      low + (high - low) * random.uniform(as: Float.self)
    }
    let digit = random.next(below: 10)
    let thickness = draw(1.4, 4.2)
    let slant = draw(-0.35, 0.5)
    let (width, height) = (draw(7.5, 11), draw(8, 9.8))
    let turn = Double(draw(-0.12, 0.12))
    let (left, top) = (14 + draw(-1.2, 1.2), 14 + draw(-1.2, 1.2))
    let bend = (0..<6).map { _ in draw(-0.14, 0.14) }
    let (cosine, sine) = (Float(cos(turn)), Float(sin(turn)))
    let shear = Float(tan(Double(slant)))
    var plane = InkPlane(side: Self.side)
    for stroke in DigitStrokes.all[digit] {
      let points = stroke.map { x, y -> (x: Float, y: Float) in
        let u = (x + bend[0] * y * y + bend[1] * x * y + bend[2] * y) * width
        let v = (y + bend[3] * x * x + bend[4] * x * y + bend[5] * x) * height
        let (p, q) = (cosine * u - sine * v, sine * u + cosine * v)
        return (left + p - shear * q, top + q)
      }
      plane.stroke(points, thickness: thickness)
    }
    return Digit(digit: digit, thickness: thickness, slant: slant, bytes: plane.bytes)
  }

  var pool: ImagePool {
    pool("digitTwin") { part, rows in
      let digits = parallelMap(over: rows.count) { digit("plain/\(part.rawValue)", rows[$0]) }
      return set(
        "digitTwin", digits, channels: 1, pixels: digits.flatMap(\.bytes),
        provenance: "generated: strokes of ten digit-like signs")
    }
  }

  /// Other digits over textures: |texture − digit| in each channel, as MNIST-M has photographs.
  var shiftedPool: ImagePool {
    pool("digitTwinShifted") { part, rows in
      let pairs = parallelMap(over: rows.count) { place in
        let digit = digit("shifted/\(part.rawValue)", rows[place])
        var random = stream("texture/\(part.rawValue)", rows[place])
        return (digit, Self.over(TexturePatch.draw(side: Self.side, random: &random), digit.bytes))
      }
      return set(
        "digitTwinShifted", pairs.map(\.0), channels: 3, pixels: pairs.flatMap(\.1),
        provenance: "generated: |texture − digit| of strokes of ten digit-like signs over "
          + "procedural textures")
    }
  }

  /// `|background − digit|` in each of three channels, bytes.
  static func over(_ background: [UInt8], _ digit: some Collection<UInt8>) -> [UInt8] {
    var result = background
    for (pixel, ink) in digit.enumerated() {
      for place in 3 * pixel..<3 * pixel + 3 {
        result[place] = result[place] > ink ? result[place] - ink : ink - result[place]
      }
    }
    return result
  }

  func pool(
    _ name: String,
    read: @escaping @Sendable (ImagePool.Part, [Int]) throws(DatasetError) -> ImageSet
  ) -> ImagePool {
    ImagePool(
      name: name, trainCount: Self.trainCount, testCount: Self.testCount, order: name, read: read)
  }

  func set(
    _ name: String, _ digits: [Digit], channels: Int, pixels: [UInt8], provenance: String
  ) -> ImageSet {
    ImageSet(
      name: name, height: Self.side, width: Self.side, channels: channels, pixels: pixels,
      labels: ["digit": digits.map(\.digit)], labelNames: ["digit": Self.names],
      attributes: ["thickness": digits.map(\.thickness), "slant": digits.map(\.slant)],
      provenance: provenance)
  }
}
