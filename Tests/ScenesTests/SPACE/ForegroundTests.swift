import GradientChecking
import TestSupport
import Testing

@testable import Scenes

@Suite struct ForegroundTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let grid, batch: Int
    let alignsCorners, hasBoundaryLoss: Bool
    var appearanceWeight = 1.0
    var testDescription: String {
      "grid \(grid), batch \(batch), corners \(alignsCorners), boundary \(hasBoundaryLoss)"
    }
  }

  static let cases = [
    Case(grid: 4, batch: 1, alignsCorners: true, hasBoundaryLoss: true),
    Case(grid: 2, batch: 3, alignsCorners: false, hasBoundaryLoss: true),
    Case(
      grid: 2, batch: 1, alignsCorners: true, hasBoundaryLoss: false, appearanceWeight: 0.3),
  ]

  @Test(arguments: cases)
  func gradients(_ test: Case) throws {
    let architecture = try SPACEArchitecture(
      side: 32, grid: test.grid, glimpse: 8, widthDivisor: 4, alignsCorners: test.alignsCorners)
    let stage = SPACEStage(
      presence: 0.1, scaleMean: -0.5, scaleDeviation: 0.8, temperature: 1.5,
      appearanceWeight: test.appearanceWeight, hasBoundaryLoss: test.hasBoundaryLoss)
    var random = Philox(seed: 21).stream("foreground", test.grid)
    var model = Foreground<Double>(architecture, random: random.stream("model"))
    let x: Tensor<Double> = random.uniform(shape: [test.batch, 32, 32, 3])
    var noise = Foreground<Double>.Noise(
      architecture, batch: test.batch, random: random.stream("noise"))
    // A glimpse that lies off the image has groups that do not vary, whose rounding errors drown all differences.
    noise.shift *= 0.2
    model.updateParameters { if $1.hasPrefix("cells.shift") { $2 *= 0.2 } }
    let (output, tape) = model.forward(x, noise, at: stage)
    let dImage: Tensor<Double> = random.normal(shape: output.image.shape)
    let dAlpha: Tensor<Double> = random.normal(shape: output.alpha.shape)
    let weight = 0.8
    let gradient = model.backward(
      dImage: dImage, dAlpha: dAlpha, weight: weight, through: tape)

    func objective(_ model: Foreground<Double>) -> Double {
      let output = model.forward(x, noise, at: stage).output
      return (output.image * dImage).sum() + (output.alpha * dAlpha).sum()
        + weight
        * zip(output.boundary, output.divergence.total(appearanceWeight: test.appearanceWeight))
        .reduce(0) { $0 + $1.0 + $1.1 }
    }
    let base = objective(model)
    // Elements drawn from every parameter: all of them would take hours.
    for (index, parameter) in model.parameters.enumerated() {
      let value = parameter.value(in: model)
      let analytic = parameter.gradient(in: gradient)
      #expect(analytic.shape == value.shape)
      var stream = random.stream("elements", index)
      let largest = max(abs(analytic).max(), 1e-3)
      for _ in 0..<2 {
        let place = stream.next(below: value.count)
        let step = 1e-6
        func moved(_ by: Double) -> Double {
          var other = model
          parameter.update(&other) { tensor in
            tensor.withUnsafeMutableBufferPointer { $0[place] += by }
          }
          return objective(other)
        }
        // Of fourth order, for the curvature of normalised groups of few numbers is great.
        let near = moved(step) - moved(-step)
        let numeric = (8 * near - moved(2 * step) + moved(-2 * step)) / (12 * step)
        let error = abs(numeric - analytic.scalars[place])
        #expect(
          error <= 2e-6 * largest + 2e-9 * abs(base),
          "\(parameter.name)[\(place)]: \(analytic.scalars[place]), numeric \(numeric), largest \(largest)"
        )
      }
    }
  }

  /// Each image alone gives what it gives among others; but for rounding, since how a product of matrices rounds may depend on the
  /// number of rows (OpenBLAS's AVX2 kernels). Passes run image by image, whatever the threads: see `threadsChangeNoBit`.
  @Test func imagesDoNotMeet() throws {
    let architecture = try SPACEArchitecture(side: 32, grid: 2, glimpse: 8, widthDivisor: 2)
    let stage = SPACEStage(
      presence: 0.1, scaleMean: -1, scaleDeviation: 0.1, temperature: 2, hasBoundaryLoss: true)
    var random = Philox(seed: 22)
    let model = Foreground<Float>(architecture, random: random.stream("model"))
    let x: Tensor<Float> = random.uniform(shape: [3, 32, 32, 3])
    let noise = Foreground<Float>.Noise(architecture, batch: 3, random: random.stream("noise"))
    let whole = model.forward(x, noise, at: stage).output
    for image in 0..<3 {
      let own = image..<image + 1
      let one = model.forward(x.rows(own), noise.images(own), at: stage).output
      #expect(abs(one.image - whole.image.rows(own)).max() < 1e-5)
      #expect(abs(one.alpha - whole.alpha.rows(own)).max() < 1e-5)
      func isClose(_ alone: Double, _ among: Double) -> Bool { abs(alone - among) < 1e-5 * among }
      #expect(isClose(one.boundary[0], whole.boundary[image]))
      #expect(isClose(one.divergence.total()[0], whole.divergence.total()[image]))
    }
  }

  @Test func decodeDrawsWhatForwardDrew() throws {
    let architecture = try SPACEArchitecture(side: 48, grid: 3, glimpse: 16, widthDivisor: 4)
    let stage = SPACEStage(
      presence: 0.1, scaleMean: -1, scaleDeviation: 0.1, temperature: 2)
    var random = Philox(seed: 23)
    let model = Foreground<Double>(architecture, random: random.stream("model"))
    let x: Tensor<Double> = random.uniform(shape: [2, 48, 48, 3])
    let output = model.forward(x, .zeros(architecture, batch: 2), at: stage).output
    let objects = output.objects
    let drawn = model.decode(
      what: objects.what, boxes: objects.boxes, depth: objects.depth, presence: objects.presence)
    #expect(drawn.image == output.image && drawn.alpha == output.alpha)
    #expect(output.boundary == [0, 0])
    #expect(objects.colour.shape == [2, 9, 16, 16, 3] && objects.alpha.shape == [2, 9, 16, 16, 1])
  }

  @Test(arguments: [(128, 4, 5), (128, 8, 4), (128, 16, 3), (64, 32, 1), (256, 8, 5)])
  func stridesFollowTheGrid(side: Int, grid: Int, halvings: Int) throws {
    let architecture = try SPACEArchitecture(side: side, grid: grid)
    let strides = CellEncoder<Float>.imageStages(architecture).map(\.stride)
    #expect(strides.filter { $0 == 2 }.count == halvings)
    #expect(strides.dropLast().reduce(1, *) * grid == side)
    // The count of the authors' model (spec §3), one frozen placeholder left out.
    let model = Foreground<Float>(architecture, random: Philox(seed: 1))
    if halvings >= 3 { #expect(model.parameterCount == 2_357_167) }
  }
}
