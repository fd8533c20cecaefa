/// Objects laid over each other into one image with alpha, each weighted by how near it is (spec §4).
///
/// Object `n` has a glimpse of colour `o` and alpha `α`, a box, a presence `z` and a depth. With `a = α z` and `c = a o` written
/// to the canvas as `A` and `C` (``SpatialWrite``) and `λ = 100 sigmoid(−depth)`, the weights are the softmax over **all**
/// objects of `λ A`, also those that do not reach a pixel, whose exponent is 0; image and alpha are `Σ w C` and `Σ w A`.
///
/// Only the pixels under the boxes are visited: an object elsewhere adds 1 to the softmax's sum and nothing to the image, so
/// that the number of objects that reach a pixel says the rest. Exponents lie in 0…100; a constant subtracted from them
/// keeps every exponential and sum in the range of `Float`, and no largest one need be found first. Nothing under the boxes
/// is kept for the backward pass, which draws the objects again. ``DenseCompositor`` is the plain form.
struct Compositor<Scalar: TensorScalar>: Sendable {
  /// Height and width of the canvas.
  let side: Int
  /// Whether the coordinates −1 and 1 are the middles of the outermost pixels.
  let alignsCorners: Bool

  /// Objects of some images.
  struct Objects: Sendable {
    /// Colour and alpha in 0…1: `[batch, count, g, g, 4]`.
    let pixels: Tensor<Scalar>
    /// `(sx, sy, tx, ty)`: `[batch, count, 4]`.
    let boxes: Tensor<Scalar>
    /// `[batch, count]`.
    let presence, depth: Tensor<Scalar>
  }

  /// The gradients with respect to the parts of ``Objects``, shaped like them.
  struct Gradients: Sendable {
    var pixels, boxes, presence, depth: Tensor<Scalar>
  }

  /// The result: image `[batch, side, side, 3]`, alpha `[batch, side, side, 1]`, boundary loss of each image (0 when off).
  struct Output: Sendable {
    let image, alpha: Tensor<Scalar>
    let boundary: [Double]
  }

  /// The objects, the result, the sums of the softmax and, if the boundary loss is on, the sum of the frames:
  /// `[batch, side, side]`.
  struct Tape: Sendable {
    let objects: Objects
    let image, alpha, sums: Tensor<Scalar>
    let frames: Tensor<Scalar>?
  }

  /// What is subtracted from every exponent.
  static var shift: Scalar { 60 }

  func forward(_ objects: Objects, hasBoundaryLoss: Bool) -> (output: Output, tape: Tape) {
    let (batch, area) = (objects.boxes.shape[0], side * side)
    let parts = parallelMap(over: batch) { image in
      var sums = Tensor<Scalar>.zeros([side, side])
      var frames: Tensor<Scalar>? = hasBoundaryLoss ? .zeros([side, side]) : nil
      let planes = Tensor<Scalar>(shape: [5, area]) { planes in
        planes.update(repeating: 0)
        sums.withUnsafeMutableBufferPointer { sums in
          func run(_ frames: UnsafeMutablePointer<Scalar>?) {
            draw(objects, image, planes.baseAddress!, sums.baseAddress!, frames)
          }
          if hasBoundaryLoss {
            frames!.withUnsafeMutableBufferPointer { run($0.baseAddress!) }
          } else {
            run(nil)
          }
        }
      }
      let picture = planes.rows(0..<3).transposed.reshaped(to: [1, side, side, 3])
      let alpha = planes.rows(3..<4).reshaped(to: [1, side, side, 1])
      let boundary =
        frames.map { frames in
          (frames.reshaped(to: [area]) * alpha.reshaped(to: [area]))
            .withUnsafeBufferPointer { BoundaryLoss.loss($0) }
        } ?? 0
      return (picture: picture, alpha: alpha, sums: sums, frames: frames, boundary: boundary)
    }
    let image = Tensor.concatenate(parts.map(\.picture), along: 0)
    let alpha = Tensor.concatenate(parts.map(\.alpha), along: 0)
    return (
      Output(image: image, alpha: alpha, boundary: parts.map(\.boundary)),
      Tape(
        objects: objects, image: image, alpha: alpha,
        sums: Tensor.concatenate(parts.map(\.sums), along: 0).reshaped(to: [batch, side, side]),
        frames: hasBoundaryLoss
          ? Tensor.concatenate(parts.map { $0.frames! }, along: 0).reshaped(
            to: [batch, side, side]) : nil)
    )
  }

  /// Adds up `Σ e C` and `Σ e A` in the first four planes with `e = exp(λ A − shift)`, and the number of objects that reach a
  /// pixel in the fifth; then divides by the sums.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func draw(
    _ objects: Objects, _ image: Int, _ planes: UnsafeMutablePointer<Scalar>,
    _ sums: UnsafeMutablePointer<Scalar>, _ frames: UnsafeMutablePointer<Scalar>?
  ) {
    let (area, count) = (side * side, objects.boxes.shape[1])
    let channels = frames == nil ? 4 : 5
    let (red, green, blue) = (planes, planes + area, planes + 2 * area)
    let (alpha, reached) = (planes + 3 * area, planes + 4 * area)
    let sprite = Sprite<Scalar>(side: objects.pixels.shape[2], channels: channels, canvas: side)
    for n in image * count..<(image + 1) * count {
      guard sprite.load(objects, n, alignsCorners: alignsCorners) else { continue }
      let nearness = Sprite.nearness(objects.depth, n)
      let width = sprite.columns.pixels.count
      let (a, e) = (sprite.row(0), sprite.row(1))
      for row in sprite.rows.pixels {
        let place = row * side + sprite.columns.pixels.lowerBound
        sprite.blend(row, channel: 3, into: a)
        Scalar.scaleShift(a, nearness, -Self.shift, e, width)
        Scalar.apply(.exp, e, e, width)
        let (w0, w1) = sprite.weights(row)
        let (r0, g0, b0) = (
          sprite.line(0, row), sprite.line(1, row), sprite.line(2, row)
        )
        let (r1, g1, b1) = (r0 + width, g0 + width, b0 + width)
        let (red, green, blue) = (red + place, green + place, blue + place)
        let (alpha, reached, sums) = (alpha + place, reached + place, sums + place)
        for x in 0..<width {
          let weight = e[x]
          sums[x] += weight
          reached[x] += 1
          alpha[x] += weight * a[x]
          red[x] += weight * (w0 * r0[x] + w1 * r1[x])
          green[x] += weight * (w0 * g0[x] + w1 * g1[x])
          blue[x] += weight * (w0 * b0[x] + w1 * b1[x])
        }
        if let frames {
          let k = sprite.line(4, row)
          for x in 0..<width { frames[place + x] += w0 * k[x] + w1 * k[x + width] }
        }
      }
    }
    let outside = Scalar.exp(-Self.shift)
    for p in 0..<area {
      sums[p] += (Scalar(count) - reached[p]) * outside
      let inverse = 1 / sums[p]
      red[p] *= inverse
      green[p] *= inverse
      blue[p] *= inverse
      alpha[p] *= inverse
    }
    if let frames { Scalar.scaleShift(frames, BoundaryLoss.factor, 0, frames, area) }
  }
}
