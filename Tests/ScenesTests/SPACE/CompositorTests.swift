import GradientChecking
import TestSupport
import Testing

@testable import Scenes

@Suite struct CompositorTests {
  typealias Objects = Compositor<Double>.Objects

  /// Objects with boxes inside the image, over its border, larger than it, and off it.
  private func objects(batch: Int, count: Int, glimpse: Int, _ name: String) -> Objects {
    var random = Philox(seed: 11).stream(name)
    var boxes: Tensor<Double> = random.uniform(shape: [batch, count, 4], in: -0.8..<0.8)
    for image in 0..<batch {
      for n in 0..<count {
        boxes[image, n, 0] = 0.1 + 0.4 * abs(boxes[image, n, 0])
        boxes[image, n, 1] = 0.1 + 0.5 * abs(boxes[image, n, 1])
      }
      // Larger than the image along both axes, off it, and with its middle outside.
      boxes[image, 0, 0] = 1.7
      boxes[image, 0, 1] = 1.31
      if count > 2 {
        boxes[image, 1, 2] = 2.9
        boxes[image, 2, 3] = -1.07
      }
    }
    return Objects(
      pixels: random.uniform(shape: [batch, count, glimpse, glimpse, 4], in: 0.02..<0.98),
      boxes: boxes, presence: random.uniform(shape: [batch, count], in: 0.05..<0.95),
      depth: random.normal(shape: [batch, count]))
  }

  @Test(
    arguments: [true, false], [true, false])
  func sparseIsDense(alignsCorners: Bool, hasBoundaryLoss: Bool) {
    let objects = objects(batch: 2, count: 5, glimpse: 8, "dense")
    let sparse = Compositor<Double>(side: 19, alignsCorners: alignsCorners)
    let dense = DenseCompositor<Double>(side: 19, alignsCorners: alignsCorners)
    let (fast, fastTape) = sparse.forward(objects, hasBoundaryLoss: hasBoundaryLoss)
    let (plain, plainTape) = dense.forward(objects, hasBoundaryLoss: hasBoundaryLoss)
    expectClose(fast.image, plain.image, within: 1e-12, "image")
    expectClose(fast.alpha, plain.alpha, within: 1e-12, "alpha")
    expectClose(Tensor(fast.boundary), Tensor(plain.boundary), within: 1e-12, "boundary")
    #expect(hasBoundaryLoss == (fast.boundary != [0, 0]))

    var random = Philox(seed: 12)
    let dImage: Tensor<Double> = random.normal(shape: fast.image.shape)
    let dAlpha: Tensor<Double> = random.normal(shape: fast.alpha.shape)
    let d = sparse.backward(dImage: dImage, dAlpha: dAlpha, weight: 0.7, through: fastTape)
    let e = dense.backward(dImage: dImage, dAlpha: dAlpha, weight: 0.7, through: plainTape)
    expectClose(d.pixels, e.pixels, within: 1e-12, "dPixels")
    expectClose(d.boxes, e.boxes, within: 1e-12, "dBoxes")
    expectClose(d.presence, e.presence, within: 1e-12, "dPresence")
    expectClose(d.depth, e.depth, within: 1e-12, "dDepth")
  }

  @Test(arguments: [true, false], [1, 3])
  func gradients(alignsCorners: Bool, batch: Int) throws {
    let objects = objects(batch: batch, count: 3, glimpse: 4, "gradients")
    let compositor = Compositor<Double>(side: 9, alignsCorners: alignsCorners)
    var random = Philox(seed: 13)
    let (output, tape) = compositor.forward(objects, hasBoundaryLoss: true)
    let dImage: Tensor<Double> = random.normal(shape: output.image.shape)
    let dAlpha: Tensor<Double> = random.normal(shape: output.alpha.shape)
    let d = compositor.backward(dImage: dImage, dAlpha: dAlpha, weight: 0.6, through: tape)
    try checkGradient(
      of: { parts in
        let output = compositor.forward(
          Objects(pixels: parts[0], boxes: parts[1], presence: parts[2], depth: parts[3]),
          hasBoundaryLoss: true
        ).output
        return (output.image * dImage).sum() + (output.alpha * dAlpha).sum()
          + 0.6 * output.boundary.reduce(0, +)
      }, gradients: [d.pixels, d.boxes, d.presence, d.depth],
      at: [objects.pixels, objects.boxes, objects.presence, objects.depth],
      names: ["pixels", "boxes", "presence", "depth"])
  }

  @Test func noObjectsLeaveNothing() {
    var objects = objects(batch: 1, count: 3, glimpse: 4, "nothing")
    objects = Objects(
      pixels: objects.pixels, boxes: objects.boxes + Tensor([0, 0, 9, 9]),
      presence: objects.presence, depth: objects.depth)
    let compositor = Compositor<Double>(side: 9, alignsCorners: true)
    let (output, tape) = compositor.forward(objects, hasBoundaryLoss: true)
    #expect(output.image == .zeros(output.image.shape))
    let d = compositor.backward(
      dImage: .ones(output.image.shape), dAlpha: .ones(output.alpha.shape), weight: 1, through: tape
    )
    #expect(d.pixels == .zeros(d.pixels.shape) && d.boxes == .zeros(d.boxes.shape))
    #expect(abs(output.boundary[0] - 81 * 0.5622635) < 1e-4)
  }

  @Test func singlePrecisionHoldsTheLargestExponents() {
    let objects = objects(batch: 1, count: 4, glimpse: 8, "exponents")
    // Nearness 100 for some, 0 for others, and full alpha.
    let depth = Tensor<Double>([-40, 40, -3, 0]).reshaped(to: [1, 4])
    func composed<S: TensorScalar>(_ type: S.Type) -> Tensor<Double> {
      Compositor<S>(side: 19, alignsCorners: true).forward(
        .init(
          pixels: .ones(objects.pixels.shape),
          boxes: objects.boxes.converted(to: S.self), presence: .ones([1, 4]),
          depth: depth.converted(to: S.self)), hasBoundaryLoss: false
      ).output.alpha.converted(to: Double.self)
    }
    expectClose(composed(Float.self), composed(Double.self), within: 2e-5)
  }
}
