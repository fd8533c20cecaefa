import GradientChecking
import Layers
import TensorCore
import TestSupport
import Testing

@Suite struct SpatialTransformTests {
  @Test(arguments: [true, false])
  func readAgreesWithPyTorch(alignsCorners: Bool) {
    checkRead(alignsCorners, as: Double.self, within: 1e-12)
    checkRead(alignsCorners, as: Float.self, within: 1e-4)
  }

  private func checkRead<S: TensorScalar>(
    _ alignsCorners: Bool, as type: S.Type, within limit: Double
  ) {
    let golden = LayerGolden.images
    let name = "read.\(alignsCorners ? "aligned" : "unaligned")"
    let read = SpatialRead<S>(
      glimpse: PlaneSize(height: 5, width: 4), alignsCorners: alignsCorners)
    let (y, tape) = read.forward(
      golden.tensor("\(name).images"), boxes: golden.tensor("\(name).boxes"))
    let (dBoxes, dImages) = read.backward(
      golden.tensor("\(name).dy"), through: tape, needsImageGradient: true)
    expectClose(y, golden.tensor("\(name).y"), within: limit, "y")
    expectClose(dBoxes, golden.tensor("\(name).dBoxes"), within: 10 * limit, "dBoxes")
    expectClose(dImages!, golden.tensor("\(name).dImages"), within: limit, "dImages")
    #expect(read.backward(golden.tensor("\(name).dy"), through: tape).dBoxes == dBoxes)
  }

  @Test(arguments: [true, false])
  func writeAgreesWithPyTorch(alignsCorners: Bool) {
    checkWrite(alignsCorners, as: Double.self, within: 1e-12)
    checkWrite(alignsCorners, as: Float.self, within: 1e-3)
  }

  private func checkWrite<S: TensorScalar>(
    _ alignsCorners: Bool, as type: S.Type, within limit: Double
  ) {
    let golden = LayerGolden.images
    let name = "write.\(alignsCorners ? "aligned" : "unaligned")"
    let write = SpatialWrite<S>(
      canvas: PlaneSize(height: 11, width: 13), alignsCorners: alignsCorners)
    let glimpses: Tensor<S> = golden.tensor("\(name).glimpses")
    let boxes: Tensor<S> = golden.tensor("\(name).boxes")
    let (y, tape) = write.forward(glimpses, boxes: boxes)
    let (dGlimpses, dBoxes) = write.backward(golden.tensor("\(name).dy"), through: tape)
    expectClose(y, golden.tensor("\(name).y"), within: limit, "y")
    expectClose(dGlimpses, golden.tensor("\(name).dGlimpses"), within: limit, "dGlimpses")
    expectClose(dBoxes, golden.tensor("\(name).dBoxes"), within: 10 * limit, "dBoxes")
    let (footprints, sparseTape) = write.footprints(glimpses, boxes: boxes)
    let sparse = write.backward(
      footprints.gathering(golden.tensor("\(name).dy")), through: sparseTape)
    expectClose(footprints.dense(), golden.tensor("\(name).y"), within: limit, "sparse y")
    expectClose(
      sparse.dGlimpses, golden.tensor("\(name).dGlimpses"), within: limit, "sparse dGlimpses")
    expectClose(
      sparse.dBoxes, golden.tensor("\(name).dBoxes"), within: 10 * limit, "sparse dBoxes")
  }

  /// Boxes inside, across borders, off the canvas, larger than it, and smaller than a pixel; no sample falls on a pixel,
  /// where the derivative has two values.
  private static func boxes(_ batch: Int) -> Tensor<Double> {
    let rows: [[Double]] = [
      [0.2137, 0.3391, 0.1373, -0.2219], [0.3011, 0.2087, 0.9331, 0.0527],
      [0.2591, 0.4057, -1.0739, -0.8863], [0.1031, 0.1549, 3.1171, 0.2063],
      [0.1217, 0.2039, -0.1093, -2.7131], [1.8361, 0.3083, 0.1129, 0.4177],
      [2.9101, 3.7211, -0.2347, 0.3167], [0.0131, 0.0219, 0.4073, 0.3719],
    ]
    return Tensor(
      shape: [batch, rows.count, 4],
      scalars: (0..<batch).flatMap { b in rows.flatMap { $0.map { $0 * (1 + 0.07 * Double(b)) } } })
  }

  @Test(
    arguments: [true, false],
    [(1, PlaneSize(height: 6, width: 7)), (3, PlaneSize(height: 9, width: 4))])
  func sparseEqualsDense(alignsCorners: Bool, of extents: (batch: Int, glimpse: PlaneSize)) {
    let (batch, glimpse) = extents
    let boxes = Self.boxes(batch)
    let glimpses: Tensor<Double> = normal(
      [batch, 8, glimpse.height, glimpse.width, 5], "glimpses")
    for canvas in [PlaneSize(height: 17, width: 23), PlaneSize(height: 3, width: 2)] {
      let write = SpatialWrite<Double>(canvas: canvas, alignsCorners: alignsCorners)
      let (dense, tape) = write.forward(glimpses, boxes: boxes)
      let (footprints, sparseTape) = write.footprints(glimpses, boxes: boxes)
      expectClose(footprints.dense(), dense, within: 1e-12, "canvases")
      let dy: Tensor<Double> = normal(dense.shape, "dy")
      let plain = write.backward(dy, through: tape)
      let sparse = write.backward(footprints.gathering(dy), through: sparseTape)
      expectClose(sparse.dGlimpses, plain.dGlimpses, within: 1e-12, "dGlimpses")
      expectClose(sparse.dBoxes, plain.dBoxes, within: 1e-12, "dBoxes")
      // Off the canvas nothing is drawn, and no gradient comes back; a large box covers all of it.
      #expect(footprints.rectangles[3].area == 0 && footprints.rectangles[4].area == 0)
      #expect(footprints.rectangles[6].area == canvas.area)
      #expect(sparse.dBoxes.slice(3..<5, along: 1) == .zeros([batch, 2, 4]))
    }
  }

  @Test func footprintsAreSmall() {
    let write = SpatialWrite<Float>(canvas: 128)
    let boxes = Tensor<Float>(shape: [1, 1, 4], scalars: [0.119, 0.119, 0.1, -0.2])
    let area = write.footprints(.ones([1, 1, 32, 32, 2]), boxes: boxes).footprints
      .rectangles[0].area
    // 1.0645 · 0.119 · 127 pixels a side.
    #expect((225...289).contains(area), "\(area)")
  }

  @Test func pixelsOnTheRimCount() {
    // The first pixel's place is exactly −1, where the value is 0 and the derivative is not.
    let write = SpatialWrite<Double>(canvas: PlaneSize(height: 5, width: 5))
    let glimpses: Tensor<Double> = normal([1, 1, 3, 3, 2], "glimpses")
    let boxes = Tensor<Double>(shape: [1, 1, 4], scalars: [0.5 - 1e-9, 0.5 - 1e-9, 0, 0])
    let (dense, tape) = write.forward(glimpses, boxes: boxes)
    let (footprints, sparseTape) = write.footprints(glimpses, boxes: boxes)
    expectClose(footprints.dense(), dense, within: 1e-12)
    let dy: Tensor<Double> = normal(dense.shape, "dy")
    let plain = write.backward(dy, through: tape)
    let sparse = write.backward(footprints.gathering(dy), through: sparseTape)
    expectClose(sparse.dBoxes, plain.dBoxes, within: 1e-12)
    expectClose(sparse.dGlimpses, plain.dGlimpses, within: 1e-12)
  }

  @Test(arguments: [true, false], [1, 2])
  func gradientsAgreeWithDifferences(alignsCorners: Bool, batch: Int) throws {
    let boxes = Self.boxes(batch).slice(0..<7, along: 1)
    let write = SpatialWrite<Double>(
      canvas: PlaneSize(height: 9, width: 7), alignsCorners: alignsCorners)
    let glimpses: Tensor<Double> = normal([batch, 7, 4, 5, 3], "glimpses")
    let (dense, tape) = write.forward(glimpses, boxes: boxes)
    let dy: Tensor<Double> = normal(dense.shape, "dy")
    let (dGlimpses, dBoxes) = write.backward(dy, through: tape)
    try checkGradient(
      of: { (write.forward($0[0], boxes: $0[1]).canvases * dy).sum() },
      gradients: [dGlimpses, dBoxes], at: [glimpses, boxes], names: ["glimpses", "boxes"])
    let sparse = write.backward(
      write.footprints(glimpses, boxes: boxes).footprints.gathering(dy), through: tape)
    try checkGradient(
      of: { (write.footprints($0[0], boxes: $0[1]).footprints.dense() * dy).sum() },
      gradients: [sparse.dGlimpses, sparse.dBoxes], at: [glimpses, boxes])

    let read = SpatialRead<Double>(
      glimpse: PlaneSize(height: 4, width: 3), alignsCorners: alignsCorners)
    let images: Tensor<Double> = normal([batch, 6, 8, 2], "images")
    let (y, readTape) = read.forward(images, boxes: boxes)
    let dGlimpse: Tensor<Double> = normal(y.shape, "dGlimpse")
    let found = read.backward(dGlimpse, through: readTape, needsImageGradient: true)
    try checkGradient(
      of: { (read.forward($0[0], boxes: $0[1]).glimpses * dGlimpse).sum() },
      gradients: [found.dImages!, found.dBoxes], at: [images, boxes], names: ["images", "boxes"])
  }

  @Test func readingUndoesWriting() {
    // With corners aligned, a box of the whole canvas and a glimpse of its size, both are the identity.
    let x: Tensor<Double> = normal([1, 1, 5, 6, 2], "x")
    let box = Tensor<Double>(shape: [1, 1, 4], scalars: [1, 1, 0, 0])
    let size = PlaneSize(height: 5, width: 6)
    let drawn = SpatialWrite<Double>(canvas: size).forward(x, boxes: box).canvases
    expectClose(drawn, x, within: 1e-8)
    let glimpses = SpatialRead<Double>(glimpse: size).forward(
      x.reshaped(to: [1, 5, 6, 2]), boxes: box
    ).glimpses
    expectClose(glimpses, x, within: 1e-14)
  }

  @Test func threadsChangeNoBit() {
    let boxes = Self.boxes(3).converted(to: Float.self)
    let glimpses: Tensor<Float> = normal([3, 8, 6, 7, 5], "glimpses")
    let images: Tensor<Float> = normal([3, 30, 20, 3], "images")
    let write = SpatialWrite<Float>(canvas: PlaneSize(height: 30, width: 20))
    let read = SpatialRead<Float>(glimpse: PlaneSize(height: 6, width: 7))
    func run() -> [Tensor<Float>] {
      let (footprints, tape) = write.footprints(glimpses, boxes: boxes)
      let (dGlimpses, dBoxes) = write.backward(footprints, through: tape)
      let (y, readTape) = read.forward(images, boxes: boxes)
      let found = read.backward(y, through: readTape, needsImageGradient: true)
      return [footprints.values, dGlimpses, dBoxes, y, found.dBoxes, found.dImages!]
    }
    let one = run()
    let threads = Parallelism.threads
    Parallelism.threads = 2
    defer { Parallelism.threads = threads }
    #expect(run() == one)
  }

  @Test func wrongShapesEndTheProgram() async {
    let read = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = SpatialRead<Float>(glimpse: 3).forward(.zeros([2, 4, 4, 3]), boxes: .zeros([1, 5, 4]))
    }
    expectMessage(read, "and boxes [batch, count, 4], got [2, 4, 4, 3] and [1, 5, 4]")
    let write = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = SpatialWrite<Float>(canvas: 3).forward(.zeros([2, 4, 4, 3]), boxes: .zeros([2, 4, 4]))
    }
    expectMessage(write, "wants glimpses [batch, count, height, width, channels]")
  }

  /// A box that went wrong must not end the program: the loss tells, and the run stops with a saved state.
  @Test(arguments: [Float.nan, .infinity]) func aBoxThatIsNoNumberReadsNothing(value: Float) {
    let images = Tensor<Float>.ones([1, 5, 6, 2])
    let boxes = Tensor<Float>(shape: [1, 2, 4], scalars: [0.5, 0.5, value, 0, 0.5, value, 0, 0])
    let (glimpses, _) = SpatialRead<Float>(glimpse: PlaneSize(3)).forward(images, boxes: boxes)
    #expect(glimpses.shape == [1, 2, 3, 3, 2])
    let write = SpatialWrite<Float>(canvas: PlaneSize(height: 5, width: 6))
    let drawn = write.footprints(.ones([1, 2, 3, 3, 1]), boxes: boxes)
    #expect(drawn.footprints.rectangles.allSatisfy { $0.area <= 30 })
    _ = write.backward(drawn.footprints, through: drawn.tape)
  }
}
