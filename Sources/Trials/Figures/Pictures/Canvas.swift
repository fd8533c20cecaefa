import Metrics
import Storage
import TensorCore

/// A picture to draw on: red, green and blue bytes, row by row from the top.
public struct Canvas: Sendable, Equatable {
  /// The columns.
  public let width: Int
  /// The rows.
  public let height: Int
  /// `3 · width · height` bytes.
  public private(set) var bytes: [UInt8]

  /// An empty canvas.
  ///
  /// - Requires: at least one pixel.
  public init(width: Int, height: Int, filledWith colour: Colour = .page) {
    require(
      width > 0 && height > 0, "Canvas: wants at least one pixel, got \(width) by \(height)")
    self.width = width
    self.height = height
    bytes = [UInt8](unsafeUninitializedCapacity: 3 * width * height) { buffer, count in
      for pixel in 0..<width * height {
        buffer[3 * pixel] = colour.red
        buffer[3 * pixel + 1] = colour.green
        buffer[3 * pixel + 2] = colour.blue
      }
      count = 3 * width * height
    }
  }

  /// An image of shape `[height, width, channels]`, with one channel (grey) or three, values from 0 to 1.
  ///
  /// Values outside are clamped; NaN is drawn black.
  public init(_ image: Tensor<Float>) {
    require(
      image.rank == 3 && [1, 3].contains(image.shape[2]) && image.count > 0,
      "Canvas: wants an image [height, width, 1 or 3], got \(image.shape)")
    (height, width) = (image.shape[0], image.shape[1])
    let channels = image.shape[2]
    bytes = image.withUnsafeBufferPointer { values in
      // The comparison is false for NaN.
      func byte(_ value: Float) -> UInt8 { value > 0 ? UInt8(min(value, 1) * 255 + 0.5) : 0 }
      if channels == 3 { return values.map(byte) }
      return values.flatMap { value in
        let grey = byte(value)
        return [grey, grey, grey]
      }
    }
  }

  /// The images of a batch `[batch, height, width, channels]`.
  public static func batch(_ images: Tensor<Float>) -> [Canvas] {
    require(
      images.rank == 4, "Canvas.batch: wants [batch, height, width, channels], got \(images.shape)")
    return (0..<images.shape[0]).map { Canvas(images.image($0)) }
  }

  /// The colour of a pixel, or what it becomes; pixels outside are not there to set, and reading them is an error.
  public subscript(x: Int, y: Int) -> Colour {
    get {
      require(contains(x, y), "Canvas: pixel (\(x), \(y)) is outside of \(width) by \(height)")
      let place = 3 * (y * width + x)
      return Colour(bytes[place], bytes[place + 1], bytes[place + 2])
    }
    set {
      guard contains(x, y) else { return }
      let place = 3 * (y * width + x)
      bytes[place] = newValue.red
      bytes[place + 1] = newValue.green
      bytes[place + 2] = newValue.blue
    }
  }

  private func contains(_ x: Int, _ y: Int) -> Bool {
    x >= 0 && y >= 0 && x < width && y < height
  }

  /// Each pixel as a square of `factor` by `factor`: nothing is smoothed.
  public func enlarged(by factor: Int) -> Canvas {
    require(factor >= 1, "Canvas.enlarged: factor must be at least 1, got \(factor)")
    if factor == 1 { return self }
    var result = Canvas(width: width * factor, height: height * factor)
    let line = 3 * width * factor
    for y in 0..<height {
      for x in 0..<width {
        let source = 3 * (y * width + x)
        for column in 0..<factor {
          let target = y * factor * line + 3 * (x * factor + column)
          for part in 0..<3 { result.bytes[target + part] = bytes[source + part] }
        }
      }
      let first = y * factor * line
      for row in 1..<factor {
        result.bytes.replaceSubrange(
          first + row * line..<first + (row + 1) * line,
          with: result.bytes[first..<first + line])
      }
    }
    return result
  }

  /// Draws another canvas with its upper left corner at (`x`, `y`); what lies outside is cut off.
  public mutating func place(_ other: Canvas, x: Int, y: Int) {
    let left = max(0, x)
    let right = min(width, x + other.width)
    guard left < right else { return }
    for row in max(0, y)..<max(max(0, y), min(height, y + other.height)) {
      let source = 3 * ((row - y) * other.width + left - x)
      let target = 3 * (row * width + left)
      bytes.replaceSubrange(
        target..<target + 3 * (right - left),
        with: other.bytes[source..<source + 3 * (right - left)])
    }
  }

  /// Fills a rectangle; what lies outside is cut off.
  public mutating func fill(
    x: Int, y: Int, width: Int, height: Int, _ colour: Colour, opacity: Double = 1
  ) {
    for row in max(0, y)..<max(max(0, y), min(self.height, y + height)) {
      for column in max(0, x)..<max(max(0, x), min(self.width, x + width)) {
        self[column, row] =
          opacity >= 1 ? colour : self[column, row].mixed(with: colour, opacity)
      }
    }
  }
}

extension Tensor {
  /// The element `index` of the first axis, without that axis.
  func image(_ index: Int) -> Tensor {
    require(
      rank >= 2 && index >= 0 && index < shape[0],
      "Tensor.image: no element \(index) in shape \(shape)")
    let rest = Array(shape.dimensions.dropFirst())
    let count = rest.reduce(1, *)
    return withUnsafeBufferPointer { values in
      Tensor(shape: Shape(rest), scalars: Array(values[index * count..<(index + 1) * count]))
    }
  }
}
