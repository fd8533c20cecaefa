import TensorCore

extension ProceduralScene {
  /// Draws the image, `[side, side, 3]`: the background, the objects over it with smooth edges, and noise.
  func draw(into bytes: UnsafeMutableBufferPointer<UInt8>) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: bytes.count) { canvas in
      drawBackground(on: canvas)
      for sprite in sprites {
        eachPixel(of: sprite) { pixel, coverage in
          canvas[3 * pixel] += coverage * (sprite.colour.red - canvas[3 * pixel])
          canvas[3 * pixel + 1] += coverage * (sprite.colour.green - canvas[3 * pixel + 1])
          canvas[3 * pixel + 2] += coverage * (sprite.colour.blue - canvas[3 * pixel + 2])
        }
      }
      if noise.deviation > 0 { addNoise(to: canvas) }
      for i in 0..<bytes.count { bytes[i] = UInt8(min(max(canvas[i], 0), 1) * 255 + 0.5) }
    }
  }

  /// The boxes and masks of what is seen: a pixel belongs to the nearest object that covers at least half of it.
  ///
  /// - Parameter leastVisible: an object that keeps less than this share of its pixels is left out.
  func truth(leastVisible: Double) -> SceneTruth {
    var owners = [UInt8](repeating: 0, count: side * side)
    var wholes = [Int](repeating: 0, count: sprites.count)
    for (index, sprite) in sprites.enumerated() {
      eachPixel(of: sprite) { pixel, coverage in
        if coverage >= 0.5 {
          owners[pixel] = UInt8(index + 1)
          wholes[index] += 1
        }
      }
    }
    var extents = [PixelExtent](repeating: PixelExtent(), count: sprites.count)
    for (pixel, owner) in owners.enumerated() where owner > 0 {
      extents[Int(owner) - 1].include(column: pixel % side, row: pixel / side)
    }
    var truth = SceneTruth(boxes: [])
    var names = [UInt8](repeating: 0, count: sprites.count + 1)
    for (index, extent) in extents.enumerated() {
      guard let (columns, rows) = extent.ranges,
        Double(extent.count) >= leastVisible * Double(wholes[index])
      else { continue }
      truth.boxes.append(SceneBox(columns: columns, rows: rows, inWidth: side, height: side))
      names[index + 1] = UInt8(truth.boxes.count)
    }
    truth.mask = owners.map { names[Int($0)] }
    return truth
  }

  private func drawBackground(on canvas: UnsafeMutableBufferPointer<Float>) {
    let (zero, one) = background.colours
    let (red, green, blue) = (one.red - zero.red, one.green - zero.green, one.blue - zero.blue)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: side) { pattern in
      for row in 0..<side {
        background.fill(pattern, x: window.x, y: window.y + Float(row))
        let line = row * side * 3
        for column in 0..<side {
          canvas[line + 3 * column] = zero.red + pattern[column] * red
          canvas[line + 3 * column + 1] = zero.green + pattern[column] * green
          canvas[line + 3 * column + 2] = zero.blue + pattern[column] * blue
        }
      }
    }
  }

  /// Calls `body` with each pixel that an object touches and how much of it, in (0, 1], it covers.
  @inline(__always)
  private func eachPixel(of sprite: Sprite, _ body: (_ pixel: Int, _ coverage: Float) -> Void) {
    let reach = sprite.radius * SpriteShape.reach + 1
    let columns = max(0, Int(sprite.x - reach))...min(side - 1, Int(sprite.x + reach))
    let rows = max(0, Int(sprite.y - reach))...min(side - 1, Int(sprite.y + reach))
    let (cosine, sine) = (
      sprite.direction.x / sprite.radius, sprite.direction.y / sprite.radius
    )
    for row in rows {
      let dy = Float(row) + 0.5 - sprite.y
      for column in columns {
        let dx = Float(column) + 0.5 - sprite.x
        let distance = sprite.shape.distance(
          dx * cosine + dy * sine, dy * cosine - dx * sine)
        let coverage = min(0.5 - distance * sprite.radius, 1)
        if coverage > 0 { body(row * side + column, coverage) }
      }
    }
  }

  /// Adds to each number a sum of four random bytes, centred, whose variance is 4 (256² − 1) / 12.
  private func addNoise(to canvas: UnsafeMutableBufferPointer<Float>) {
    var random = noise.random
    let scale = noise.deviation / Float(21845).squareRoot()
    for i in 0..<canvas.count {
      let word = random.nextWord()
      let sum = (word & 0xff) + (word >> 8 & 0xff) + (word >> 16 & 0xff) + word >> 24
      canvas[i] += scale * (Float(sum) - 510)
    }
  }
}

/// The ranges of columns and rows that some pixels take.
struct PixelExtent {
  private var columns = (Int.max, Int.min)
  private var rows = (Int.max, Int.min)
  /// The number of pixels.
  private(set) var count = 0

  mutating func include(column: Int, row: Int) {
    columns = (min(columns.0, column), max(columns.1, column))
    rows = (min(rows.0, row), max(rows.1, row))
    count += 1
  }

  /// The ranges; `nil` without any pixel.
  var ranges: (columns: ClosedRange<Int>, rows: ClosedRange<Int>)? {
    count == 0 ? nil : (columns.0...columns.1, rows.0...rows.1)
  }
}
