import GradientChecking
import Layers
import TensorCore
import TestSupport
import Testing

@Suite struct AugmentationTests {
  @Test(arguments: ["crop", "cropOne", "cropLeast"])
  func cropsAgreeWithPyTorch(name: String) {
    let golden = LayerGolden.augmentation
    let places = golden.integers("\(name).places")
    let crop = ReflectedCrop<Double>(
      padding: golden.integers("\(name).padding")[0],
      places: stride(from: 0, to: places.count, by: 2).map {
        PlaneSize(height: places[$0], width: places[$0 + 1])
      })
    let (y, tape) = crop.forward(golden.tensor("\(name).x"))
    #expect(y == golden.tensor("\(name).y"))
    expectClose(
      crop.backward(golden.tensor("\(name).dy"), through: tape).dx, golden.tensor("\(name).dx"),
      within: 1e-15, "dx")
  }

  @Test func flipsAgreeWithPyTorch() {
    let golden = LayerGolden.augmentation
    let flip = HorizontalFlip<Double>(isFlipped: [false, true, true])
    let (y, tape) = flip.forward(golden.tensor("flip.x"))
    #expect(y == golden.tensor("flip.y"))
    #expect(
      flip.backward(golden.tensor("flip.dy"), through: tape).dx == golden.tensor("flip.dx"))
  }

  @Test(arguments: [1, 3])
  func gradientsAgreeWithDifferences(batch: Int) throws {
    var random = Philox(seed: 3)
    let x: Tensor<Double> = random.normal(shape: [batch, 5, 7, 2])
    try checkGradients(
      of: ReflectedCrop<Double>(padding: 4, images: batch, using: Philox(seed: 1)), at: x,
      using: &random)
    try checkGradients(
      of: HorizontalFlip<Double>(probability: 0.7, images: batch, using: Philox(seed: 1)), at: x,
      using: &random)
  }

  @Test func drawsDependOnTheirImageAlone() {
    let random = Philox(seed: 6)
    let many = ReflectedCrop<Float>(padding: 4, images: 500, using: random)
    #expect(
      ReflectedCrop<Float>(padding: 4, images: 7, using: random).places == Array(many.places[..<7]))
    for axis in [\PlaneSize.height, \PlaneSize.width] {
      #expect(Set(many.places.map { $0[keyPath: axis] }) == Set(0...8))
    }
    let flips = HorizontalFlip<Float>(images: 500, using: random)
    #expect(
      HorizontalFlip<Float>(images: 7, using: random).isFlipped == Array(flips.isFlipped[..<7]))
    #expect((200...300).contains(flips.isFlipped.count { $0 }))
    #expect(
      !HorizontalFlip<Float>(probability: 0, images: 50, using: random).isFlipped.contains(true))
    #expect(
      !HorizontalFlip<Float>(probability: 1, images: 50, using: random).isFlipped.contains(false))
  }

  @Test func threadsChangeNoBit() {
    let x: Tensor<Float> = normal([9, 12, 10, 3], "x")
    func all() -> [Tensor<Float>] {
      let crop = ReflectedCrop<Float>(padding: 3, images: 9, using: Philox(seed: 1))
      let flip = HorizontalFlip<Float>(images: 9, using: Philox(seed: 1))
      let (y, tape) = crop.forward(x)
      return [y, flip(x), crop.backward(y, through: tape).dx]
    }
    let one = all()
    let threads = Parallelism.threads
    Parallelism.threads = 2
    defer { Parallelism.threads = threads }
    #expect(all() == one)
  }

  @Test func wrongExtentsEndTheProgram() async {
    let small = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = ReflectedCrop<Float>(padding: 4, places: [4])(.zeros([1, 4, 9, 2]))
    }
    expectMessage(small, "with more than 4 rows and columns, got [1, 4, 9, 2]")
    let outside = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = ReflectedCrop<Float>(padding: 1, places: [3])
    }
    expectMessage(outside, "places in 0...2 · padding, got 1 and [3 × 3]")
    let count = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = HorizontalFlip<Float>(isFlipped: [true])(.zeros([2, 4, 9, 2]))
    }
    expectMessage(count, "x must be [1, height, width, channels], got [2, 4, 9, 2]")
  }
}
