import TensorCore

/// The mean of each window of pixels, as PyTorch's `AvgPool2d`: zeros of the padding count as pixels.
///
/// `x` is `[batch, height, width, channels]`, `y` `[batch, outputHeight, outputWidth, channels]` with
/// `outputHeight = ⌊(height + 2 p − window)/s⌋ + 1`.
public struct AveragePooling<Scalar: TensorScalar>: Layer {
  /// The window, the distance between windows, and the zeros on each side.
  public let window, strides, padding: PlaneSize

  /// The shape of the input.
  public struct Tape: Sendable {
    let shape: Shape
  }

  /// The layer; windows lie side by side unless strides are given.
  public init(window: PlaneSize, strides: PlaneSize? = nil, padding: PlaneSize = 0) {
    self.window = window
    self.strides = strides ?? window
    self.padding = padding
    checkPooling("AveragePooling", window, self.strides, padding)
  }

  /// `y = Σ x/(window.height · window.width)` over each window.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let plane = PoolingPlane(x.shape, window, strides, padding, layer: "AveragePooling.forward")
    let share = 1 / Scalar(window.area)
    let y = Tensor<Scalar>(shape: plane.outputShape) { y in
      guard let start = y.baseAddress, y.count > 0 else { return }
      y.update(repeating: 0)
      let y = SharedAddress(start)
      parallel(over: plane.batch) { image in
        x.withUnsafeBufferPointer { x in
          plane.forEachTap(image) { pixel, output in
            Scalar.axpy(share, x.baseAddress! + pixel, y.address + output, plane.channels)
          }
        }
      }
    }
    return (y, Tape(shape: x.shape))
  }

  /// `dx = Σ dy/(window.height · window.width)` over the windows that hold the pixel.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    let plane = PoolingPlane(tape.shape, window, strides, padding, layer: "AveragePooling.backward")
    require(
      dy.shape == plane.outputShape,
      "AveragePooling.backward: dy must be \(plane.outputShape), got \(dy.shape)")
    let share = 1 / Scalar(window.area)
    let dx = Tensor<Scalar>(shape: tape.shape) { dx in
      guard let start = dx.baseAddress, dx.count > 0 else { return }
      dx.update(repeating: 0)
      let dx = SharedAddress(start)
      parallel(over: plane.batch) { image in
        dy.withUnsafeBufferPointer { dy in
          plane.forEachTap(image) { pixel, output in
            Scalar.axpy(share, dy.baseAddress! + output, dx.address + pixel, plane.channels)
          }
        }
      }
    }
    return (dx, Gradient(of: self))
  }
}

/// The largest number of each window of pixels, channel by channel, as PyTorch's `MaxPool2d`; the padding holds −∞.
///
/// `x` is `[batch, height, width, channels]`, `y` `[batch, outputHeight, outputWidth, channels]`. Of equal numbers the first
/// in the window gets the gradient.
public struct MaxPooling<Scalar: TensorScalar>: Layer {
  /// The window, the distance between windows, and the padding on each side, at most half the window.
  public let window, strides, padding: PlaneSize

  /// The shape of the input, and where in it each output was found.
  public struct Tape: Sendable {
    let shape: Shape
    let places: [Int32]
  }

  /// The layer; windows lie side by side unless strides are given.
  public init(window: PlaneSize, strides: PlaneSize? = nil, padding: PlaneSize = 0) {
    self.window = window
    self.strides = strides ?? window
    self.padding = padding
    checkPooling("MaxPooling", window, self.strides, padding)
  }

  /// `y = max x` over each window.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let plane = PoolingPlane(x.shape, window, strides, padding, layer: "MaxPooling.forward")
    require(x.count <= Int(Int32.max), "MaxPooling.forward: \(x.shape) has more than 2³¹ numbers")
    var places = [Int32](repeating: -1, count: plane.outputShape.count)
    let y = Tensor<Scalar>(shape: plane.outputShape) { y in
      guard y.count > 0 else { return }
      y.update(repeating: -.infinity)
      places.withUnsafeMutableBufferPointer { places in
        let y = SharedAddress(y.baseAddress!)
        let places = SharedAddress(places.baseAddress!)
        parallel(over: plane.batch) { image in
          x.withUnsafeBufferPointer {
            largest(plane, image, $0.baseAddress!, y.address, places.address)
          }
        }
      }
    }
    return (y, Tape(shape: x.shape, places: places))
  }

  /// `dx = Σ dy` over the windows whose largest number the pixel is.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    let plane = PoolingPlane(tape.shape, window, strides, padding, layer: "MaxPooling.backward")
    require(
      dy.shape == plane.outputShape,
      "MaxPooling.backward: dy must be \(plane.outputShape), got \(dy.shape)")
    var dx = Tensor<Scalar>.zeros(tape.shape)
    dx.withUnsafeMutableBufferPointer { dx in
      dy.withUnsafeBufferPointer { dy in
        for (index, place) in tape.places.enumerated() { dx[Int(place)] += dy[index] }
      }
    }
    return (dx, Gradient(of: self))
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func largest(
    _ plane: PoolingPlane, _ image: Int, _ x: UnsafePointer<Scalar>,
    _ y: UnsafeMutablePointer<Scalar>, _ places: UnsafeMutablePointer<Int32>
  ) {
    plane.forEachTap(image) { pixel, output in
      for c in 0..<plane.channels {
        // NaN is the largest, as in PyTorch.
        if places[output + c] < 0 || x[pixel + c] > y[output + c] || x[pixel + c].isNaN {
          y[output + c] = x[pixel + c]
          places[output + c] = Int32(pixel + c)
        }
      }
    }
  }
}

/// The windows of a pooling layer over its input.
private struct PoolingPlane: Sendable {
  let batch, channels: Int
  let outputShape: Shape
  private let height, width: Int
  private let window, strides, padding: PlaneSize

  init(
    _ shape: Shape, _ window: PlaneSize, _ strides: PlaneSize, _ padding: PlaneSize,
    layer: StaticString
  ) {
    require(
      shape.rank == 4 && shape[1] + 2 * padding.height >= window.height
        && shape[2] + 2 * padding.width >= window.width,
      "\(layer): x must be [batch, height, width, channels] of at least one window \(window), got \(shape)"
    )
    (batch, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
    (self.window, self.strides, self.padding) = (window, strides, padding)
    outputShape = [
      batch, (height + 2 * padding.height - window.height) / strides.height + 1,
      (width + 2 * padding.width - window.width) / strides.width + 1, channels,
    ]
  }

  /// Calls `body` for each pixel of each window of an image, with the places of its channels in input and output.
  @inline(__always)
  func forEachTap(_ image: Int, _ body: (_ pixel: Int, _ output: Int) -> Void) {
    let (rows, columns) = (outputShape[1], outputShape[2])
    for row in 0..<rows {
      for column in 0..<columns {
        let output = ((image * rows + row) * columns + column) * channels
        let (top, left) = (
          row * strides.height - padding.height, column * strides.width - padding.width
        )
        for y in max(top, 0)..<min(top + window.height, height) {
          for x in max(left, 0)..<min(left + window.width, width) {
            body(((image * height + y) * width + x) * channels, output)
          }
        }
      }
    }
  }
}

/// Ends the program unless these extents make a pooling layer in which no window lies in the padding alone.
private func checkPooling(
  _ layer: StaticString, _ window: PlaneSize, _ strides: PlaneSize, _ padding: PlaneSize
) {
  require(
    window.isAtLeast(1) && strides.isAtLeast(1) && padding.isAtLeast(0)
      && 2 * padding.height <= window.height && 2 * padding.width <= window.width,
    "\(layer): wants window and strides positive and padding at most half the window, "
      + "got \(window), \(strides) and \(padding)")
}
