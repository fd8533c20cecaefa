import Foundation
import TensorCore

/// A generated stand-in for CIFAR-10: coloured shapes over textures, 32 x 32 colours, in ten classes.
///
/// Each image draws its class, the shape's place, size, turn and colour, a texture behind it, and noise.
struct PictureTwin: Sendable {
  static let side = 32
  /// As many images as CIFAR-10 has.
  static let (trainCount, testCount) = (50_000, 10_000)
  static let names = SpriteShape.allCases.map(\.rawValue) + ["pair", "bars", "corner", "crescent"]

  private let random: Philox

  init(seed: UInt64) { random = Philox(seed: seed).stream("twin/pictures") }

  var pool: ImagePool {
    pool("pictureTwin") { part, rows in
      set(
        "pictureTwin", pictures("plain/\(part.rawValue)", rows),
        provenance: "generated: coloured shapes over procedural textures")
    }
  }

  var shiftedPool: ImagePool {
    pool("pictureTwinShifted") { part, rows in
      var pictures = pictures("shifted/\(part.rawValue)", rows)
      pictures.pixels = PictureShift.apply(to: pictures.pixels, side: Self.side)
      return set(
        "pictureTwinShifted", pictures,
        provenance: "generated: coloured shapes over procedural textures with a fixed shift: "
          + PictureShift.description)
    }
  }

  private func pool(
    _ name: String,
    read: @escaping @Sendable (ImagePool.Part, [Int]) throws(DatasetError) -> ImageSet
  ) -> ImagePool {
    ImagePool(
      name: name, trainCount: Self.trainCount, testCount: Self.testCount, order: name, read: read)
  }

  private func set(
    _ name: String, _ pictures: (classes: [Int], pixels: [UInt8]), provenance: String
  ) -> ImageSet {
    ImageSet(
      name: name, height: Self.side, width: Self.side, channels: 3, pixels: pictures.pixels,
      labels: ["class": pictures.classes], labelNames: ["class": Self.names],
      provenance: provenance)
  }

  private func pictures(_ family: String, _ rows: [Int]) -> (classes: [Int], pixels: [UInt8]) {
    let pictures = parallelMap(over: rows.count) { picture(family, rows[$0]) }
    return (pictures.map(\.0), pictures.flatMap(\.1))
  }

  private func picture(_ family: String, _ index: Int) -> (Int, [UInt8]) {
    var random = self.random.stream(family, index)
    func draw(_ low: Float, _ high: Float) -> Float {
      low + (high - low) * random.uniform(as: Float.self)
    }
    let kind = random.next(below: Self.names.count)
    let (x, y) = (16 + draw(-4, 4), 16 + draw(-4, 4))
    let radius = draw(7, 11)
    let turn = Double(draw(-0.5, 0.5))
    let (cosine, sine) = (Float(cos(turn)) / radius, Float(sin(turn)) / radius)
    var canvas = TexturePatch.colours(side: Self.side, random: &random)
    let middle = SceneColour(red: canvas[0], green: canvas[1], blue: canvas[2])
    let colour = SceneColour.vivid(&random, hues: 0, awayFrom: [middle])
    for row in 0..<Self.side {
      for column in 0..<Self.side {
        let (dx, dy) = (Float(column) + 0.5 - x, Float(row) + 0.5 - y)
        let distance = Self.distance(kind, dx * cosine + dy * sine, dy * cosine - dx * sine)
        let cover = min(max(0.5 - distance * radius, 0), 1)
        let place = 3 * (row * Self.side + column)
        canvas[place] += cover * (colour.red - canvas[place])
        canvas[place + 1] += cover * (colour.green - canvas[place + 1])
        canvas[place + 2] += cover * (colour.blue - canvas[place + 2])
      }
    }
    let bytes = canvas.map { value in
      let noise = (random.uniform(as: Float.self) - 0.5) * 0.1
      return UInt8(min(max(value + noise, 0), 1) * 255 + 0.5)
    }
    return (kind, bytes)
  }

  /// The distance to a shape's edge in half sizes, negative inside.
  private static func distance(_ kind: Int, _ x: Float, _ y: Float) -> Float {
    func disc(_ x: Float, _ y: Float, _ radius: Float) -> Float {
      (x * x + y * y).squareRoot() - radius
    }
    switch kind {
    case 0..<SpriteShape.allCases.count: return SpriteShape.allCases[kind].distance(x, y)
    case SpriteShape.allCases.count: return min(disc(x - 0.6, y, 0.45), disc(x + 0.6, y, 0.45))
    case SpriteShape.allCases.count + 1:
      return min(
        max(x.magnitude - 1, (y.magnitude - 0.6).magnitude - 0.18),
        max(x.magnitude - 1, y.magnitude - 0.18))
    case SpriteShape.allCases.count + 2:
      let (upright, foot) = (
        max((x + 0.6).magnitude - 0.25, y.magnitude - 0.9),
        max((y - 0.65).magnitude - 0.25, x.magnitude - 0.85)
      )
      return min(upright, foot)
    default: return max(disc(x, y, 1), -disc(x - 0.5, y, 0.8))
    }
  }
}
