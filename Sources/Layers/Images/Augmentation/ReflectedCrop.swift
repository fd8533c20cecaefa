import TensorCore

/// Each image moved by a few pixels: padded by reflection about its border pixels, then cut out again at a place of its own.
///
/// `x` and `y` are `[batch, height, width, channels]`; `y[r, c] = x[ρ(r + row − padding), ρ(c + column − padding)]`, with `ρ` the
/// reflection that does not repeat the border (PyTorch's `ReflectionPad2d`). Both extents are above the padding.
public struct ReflectedCrop<Scalar: TensorScalar>: Layer {
  /// The rows and columns on each side.
  public let padding: Int
  /// Where in its padded image each image's cut begins: row and column, each in `0...2 · padding`.
  public let places: [PlaneSize]

  /// The shape of the input.
  public struct Tape: Sendable {
    let shape: Shape
  }

  /// The layer for images that are cut out at these places.
  public init(padding: Int, places: [PlaneSize]) {
    let allowed = 0...max(0, 2 * padding)
    require(
      padding >= 0
        && places.allSatisfy { allowed.contains($0.height) && allowed.contains($0.width) },
      "ReflectedCrop: wants a padding that is not negative and places in 0...2 · padding, got \(padding) and \(places)"
    )
    self.padding = padding
    self.places = places
  }

  /// Places drawn uniformly, image `i`'s from the child stream `crop`, `i`: a draw depends on no other image.
  public init(padding: Int, images: Int, using random: Philox) {
    self.init(
      padding: padding,
      places: (0..<images).map { image in
        var stream = random.stream("crop", image)
        return PlaneSize(
          height: stream.next(below: 2 * padding + 1), width: stream.next(below: 2 * padding + 1))
      })
  }

  /// The images at their places.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    check(x.shape, "ReflectedCrop.forward")
    let channels = x.shape[3]
    let y = x.mappingImages { image, x, y in
      forEachPixel(x.shape, image) { source, target in
        (y + target).update(from: x.address + source, count: channels)
      }
    }
    return (y, Tape(shape: x.shape))
  }

  /// `dx`: each pixel gets the gradients of all pixels that were read from it.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    require(
      dy.shape == tape.shape, "ReflectedCrop.backward: dy must be \(tape.shape), got \(dy.shape)")
    let channels = dy.shape[3]
    let dx = dy.mappingImages { image, dy, dx in
      dx.update(repeating: 0, count: dy.shape[1] * dy.shape[2] * channels)
      forEachPixel(dy.shape, image) { source, target in
        Scalar.axpy(1, dy.address + target, dx + source, channels)
      }
    }
    return (dx, Gradient(of: self))
  }

  /// Calls `body` for each pixel of an image's output: the places of the pixel that it is read from and of its own.
  private func forEachPixel(_ shape: Shape, _ image: Int, _ body: (Int, Int) -> Void) {
    let (height, width, channels) = (shape[1], shape[2], shape[3])
    for row in 0..<height {
      let y = Self.reflected(row + places[image].height - padding, height)
      for column in 0..<width {
        let x = Self.reflected(column + places[image].width - padding, width)
        body((y * width + x) * channels, (row * width + column) * channels)
      }
    }
  }

  /// `ρ`: −1 is 1, `extent` is `extent − 2`.
  private static func reflected(_ place: Int, _ extent: Int) -> Int {
    let folded = abs(place)
    return folded < extent ? folded : 2 * (extent - 1) - folded
  }

  private func check(_ shape: Shape, _ name: StaticString) {
    require(
      shape.rank == 4 && shape[0] == places.count && shape[1] > padding && shape[2] > padding,
      "\(name): x must be [\(places.count), height, width, channels] with more than \(padding) rows and columns, "
        + "got \(shape)")
  }
}

/// One image of a tensor: where it begins, and the shape of the whole.
struct ImageAddress<Scalar> {
  let address: UnsafePointer<Scalar>
  let shape: Shape
}

extension Tensor {
  /// A tensor of the same shape `[batch, height, width, channels]` that `body` writes image by image, in parallel.
  func mappingImages(
    _ body: @Sendable (Int, ImageAddress<Scalar>, UnsafeMutablePointer<Scalar>) -> Void
  ) -> Tensor {
    let (shape, plane) = (shape, count / Swift.max(shape[0], 1))
    return Tensor(shape: shape) { y in
      guard let start = y.baseAddress, y.count > 0 else { return }
      let y = SharedAddress(start)
      parallel(over: shape[0]) { image in
        withUnsafeBufferPointer { x in
          body(
            image, ImageAddress(address: x.baseAddress! + image * plane, shape: shape),
            y.address + image * plane)
        }
      }
    }
  }
}
