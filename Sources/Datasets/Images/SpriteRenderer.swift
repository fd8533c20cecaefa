import Foundation
import TensorCore

/// Draws the sprites of dSprites from their five factors: binary images, 64 x 64.
///
/// A sprite's outline is a polygon of points (u, w): the square (±9.6, ±9.6); the ellipse 100 points
/// (9.6 · 1.33 cos t, 9.6 / 1.33 sin t); the heart 132 points (9.6 sin³ t, −0.662069 (13 cos t − 5 cos 2t − 2 cos 3t −
/// cos 4t) − 1.4395). With the scale s and the orientation θ a point lies on the canvas, y downwards, at
///
///     x = cx + s (u cos θ + w sin θ),   y = cy + s (−u sin θ + w cos θ),
///
/// rounded to a multiple of 1/256 pixel, where (cx, cy) = (16 + 32 · x, 16 + 32 · y). A pixel is set where its centre lies
/// inside: an edge from y₀ to y₁ crosses the row Y = j + ½ if y₀ ≤ Y < y₁, and between crossings a and b the pixels with
/// a ≤ i + ½ < b are set.
///
/// Source: the rule was fitted to images of dSprites (Matthey, Higgins, Hassabis and Lerchner 2017); of true images 99.9 %
/// of squares and ellipses and 92.4 % of hearts are equal to the drawn ones in every pixel, the rest in nearly all.
public struct SpriteRenderer: Sendable {
  /// What a sprite is determined by; each factor is counted from 0.
  public struct Factors: Sendable, Hashable {
    /// 0 square, 1 ellipse, 2 heart.
    public var shape: Int
    /// 0 to 5: 0.5, 0.6, …, 1.
    public var scale: Int
    /// 0 to 39: from 0 to 2π with both ends, so that 39 looks like 0.
    public var orientation: Int
    /// 0 to 31, from left to right.
    public var x: Int
    /// 0 to 31, from top to bottom.
    public var y: Int

    /// These factors.
    public init(shape: Int, scale: Int, orientation: Int, x: Int, y: Int) {
      (self.shape, self.scale, self.orientation, self.x, self.y) = (shape, scale, orientation, x, y)
    }

    /// The factors of an index in the full set of 737,280, in which `y` runs fastest and `shape` slowest.
    public init(index: Int) {
      require(
        (0..<Self.count).contains(index),
        "SpriteRenderer.Factors: indices are 0..<\(Self.count), got \(index)")
      self.init(
        shape: index / 245_760, scale: index / 40_960 % 6, orientation: index / 1024 % 40,
        x: index / 32 % 32, y: index % 32)
    }

    /// The index in the full set.
    public var index: Int { (((shape * 6 + scale) * 40 + orientation) * 32 + x) * 32 + y }

    /// The size of the full set.
    public static let count = 737_280
  }

  /// Rows and columns of an image.
  public static let side = 64

  private static let outlines: [[(u: Double, w: Double)]] = [
    [(9.6, 9.6), (9.6, -9.6), (-9.6, -9.6), (-9.6, 9.6)],
    (0..<100).map { k in
      let t = 2 * Double.pi * Double(k) / 100
      return (9.6 * 1.33 * cos(t), 9.6 / 1.33 * sin(t))
    },
    (0..<132).map { k in
      let t = 2 * Double.pi * Double(k) / 132
      let sum = 13 * cos(t) - 5 * cos(2 * t) - 2 * cos(3 * t) - cos(4 * t)
      return (9.6 * sin(t) * sin(t) * sin(t), -0.662069 * sum - 1.4395)
    },
  ]

  /// A renderer; it holds nothing.
  public init() {}

  /// The image, `[64, 64]`, of zeros and `ink`.
  public func image(_ factors: Factors, ink: UInt8 = 1) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.side * Self.side) { out, count in
      draw(factors, ink: ink, into: out)
      count = Self.side * Self.side
    }
  }

  /// Writes the image.
  func draw(_ factors: Factors, ink: UInt8, into out: UnsafeMutableBufferPointer<UInt8>) {
    let side = Self.side
    let outline = Self.outlines[factors.shape]
    let scale = 0.5 + 0.1 * Double(factors.scale)
    let angle = 2 * Double.pi * Double(factors.orientation) / 39
    let (c, s) = (scale * cos(angle), scale * sin(angle))
    let (left, top) = (16 + 32 * Double(factors.x) / 31, 16 + 32 * Double(factors.y) / 31)
    func point(_ k: Int) -> (x: Double, y: Double) {
      let (u, w) = outline[k == outline.count ? 0 : k]
      return (
        ((left + u * c + w * s) * 256).rounded() / 256,
        ((top - u * s + w * c) * 256).rounded() / 256
      )
    }
    // A row crosses these outlines at most four times; the rest is room for the roundings.
    let room = 8
    out.initialize(repeating: 0)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: side * room) { crossings in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: side) { counts in
        counts.initialize(repeating: 0)
        var from = point(0)
        for k in 1...outline.count {
          let to = point(k)
          let (low, high) = from.y < to.y ? (from, to) : (to, from)
          for row in Int((low.y - 0.5).rounded(.up))..<Int((high.y - 0.5).rounded(.up)) {
            let x =
              low.x + (Double(row) + 0.5 - low.y) * (high.x - low.x) / (high.y - low.y)
            // Kept in order.
            var place = row * room + counts[row]
            while place > row * room, crossings[place - 1] > x {
              crossings[place] = crossings[place - 1]
              place -= 1
            }
            crossings[place] = x
            counts[row] += 1
          }
          from = to
        }
        for row in 0..<side {
          for pair in stride(from: row * room, to: row * room + counts[row], by: 2) {
            let (a, b) = (crossings[pair], crossings[pair + 1])
            for column in Int((a - 0.5).rounded(.up))..<Int((b - 0.5).rounded(.up)) {
              out[row * side + column] = ink
            }
          }
        }
      }
    }
  }
}
