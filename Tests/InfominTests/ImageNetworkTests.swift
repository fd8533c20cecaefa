import GradientChecking
import Infomin
import Layers
import TensorCore
import Testing

/// Networks on images and their training steps: gradients by differences, threads, evaluation, checkpoints and errors.
@Suite struct ImageNetworkTests {
  private typealias Disentangling = DisentanglingModel<Double>
  private typealias Adaptation = AdaptationModel<Double>

  private func images<S: TensorScalar>(_ count: Int, _ channels: Int, _ name: String) -> Tensor<S> {
    var random = Philox(seed: 5).stream(name)
    return random.uniform(shape: [count, 32, 32, channels], in: 0..<1)
  }

  private func disentangling(_ outputs: Int = 4) -> Disentangling {
    Disentangling(
      channels: 2, classes: 3, outputs: outputs, widthDivisor: 64, random: Philox(seed: 1))
  }

  /// Compares the gradient along a random direction of each parameter, and of all together, with a central difference of `loss`.
  private func checkDirections<Model: Parameterized>(
    _ model: Model, _ gradient: Model.Gradient, _ loss: (Model) -> Double
  ) throws where Model.Scalar == Double {
    // Looks at sums and multiples of the gradient, too.
    try checkSlopes(of: model, gradient: gradient, random: Philox(seed: 9), loss: loss)
    let step = 1e-7
    for (index, parameter) in model.parameters.enumerated() {
      var random = Philox(seed: 9).stream("direction", index)
      let direction: Tensor<Double> = random.normal(shape: parameter.value(in: model).shape)
      let expected = (parameter.gradient(in: gradient) * direction).sum()
      var (above, below) = (model, model)
      parameter.update(&above) { $0 += direction * step }
      parameter.update(&below) { $0 += direction * -step }
      let found = (loss(above) - loss(below)) / (2 * step)
      #expect(
        abs(found - expected) < 2e-6 * max(1, abs(expected)),
        "\(parameter.name): backward \(expected), difference \(found)")
    }
  }

  @Test(arguments: [false, true])
  func disentanglingGradientAgreesWithDifferences(doubleSoftmax: Bool) throws {
    var model = disentangling()
    model.doubleSoftmax = doubleSoftmax
    let (x, labels): (Tensor<Double>, [Int]) = (images(5, 2, "x"), [2, 0, 1, 1, 0])
    let weights = Disentangling.Weights(reconstruction: 1.5, label: 0.8, dependence: 0.6)
    func step(_ model: Disentangling) -> (
      losses: Disentangling.Losses, gradient: Disentangling.Gradient, state: Disentangling.State
    ) {
      model.step(
        x, labels: labels, weights: weights, dependence: PearsonTerm(), state: model.initialState,
        using: Philox(seed: 0))
    }
    try checkDirections(model, step(model).gradient) { step($0).losses.total }
  }

  @Test(arguments: [false, true])
  func adaptationGradientAgreesWithDifferences(includingTarget: Bool) throws {
    let model = Adaptation(classes: 4, outputs: 3, widthDivisor: 64, random: Philox(seed: 2))
    let (source, target): (Tensor<Double>, Tensor<Double>) = (images(4, 3, "s"), images(2, 3, "t"))
    let x = Tensor.concatenate([source, target])
    // Where J does not move the domain encoder, its z_d is a constant of the loss.
    let fixed = model.domain.forward(x, model.initialState.domain, mode: .training).z
    func step(_ model: Adaptation, dependence: Double = 0.7) -> (
      losses: Adaptation.Losses, gradient: Adaptation.Gradient, state: Adaptation.State
    ) {
      model.step(
        source: (source, [3, 1, 0, 1]), target: target,
        weights: .init(content: 0.9, domain: 1.2, dependence: dependence),
        dependence: PearsonTerm(), includingTarget: includingTarget, state: model.initialState,
        using: Philox(seed: 0))
    }
    try checkDirections(model, step(model).gradient) { model in
      if includingTarget { return step(model).losses.total }
      let z = model.content.forward(x, model.initialState.content, mode: .training).z
      return step(model, dependence: 0).losses.total
        + 0.7 * PearsonTerm<Double>().value(z, fixed, using: Philox(seed: 0))
    }
  }

  /// Without a target it is a classifier of the source alone.
  @Test func withoutATargetOnlyTheSourceIsSeen() {
    let model = Adaptation(classes: 4, outputs: 3, widthDivisor: 64, random: Philox(seed: 2))
    let (x, labels): (Tensor<Double>, [Int]) = (images(4, 3, "s"), [3, 1, 0, 1])
    let (losses, gradient, state) = model.step(
      source: (x, labels), target: nil, weights: .init(content: 1, domain: 0, dependence: 0),
      dependence: NoDependence(), includingTarget: false, state: model.initialState,
      using: Philox(seed: 0))
    let (z, tape, next) = model.content.forward(x, model.initialState.content, mode: .training)
    let (logits, headTape, _) = model.contentHead.forward(
      z, model.initialState.contentHead, mode: .training)
    let (value, dLogits) = SoftmaxCrossEntropy.valueAndGradient(logits, labels: labels)
    let (dz, _) = model.contentHead.backward(dLogits, through: headTape)
    let expected = model.content.backward(dz, through: tape)
    #expect(losses.total == value && losses.content == value)
    #expect(state.content == next)
    for parameter in model.content.parameters {
      #expect(parameter.gradient(in: gradient.content) == parameter.gradient(in: expected))
    }
  }

  @Test func singlePrecisionAgreesWithDouble() throws {
    let double = DisentanglingModel<Double>(
      channels: 3, classes: 3, outputs: 12, widthDivisor: 8, random: Philox(seed: 4))
    var float = DisentanglingModel<Float>(
      channels: 3, classes: 3, outputs: 12, widthDivisor: 8, random: Philox(seed: 0))
    try float.setParameters(
      to: Dictionary(
        uniqueKeysWithValues: double.namedParameters.map {
          ($0.name, $0.value.converted(to: Float.self))
        }))
    let x: Tensor<Double> = images(6, 3, "x")
    let labels = [0, 1, 2, 0, 1, 2]
    let one = double.step(
      x, labels: labels, weights: .init(), dependence: PearsonTerm(), state: double.initialState,
      using: Philox(seed: 0))
    let other = float.step(
      x.converted(to: Float.self), labels: labels, weights: .init(), dependence: PearsonTerm(),
      state: float.initialState, using: Philox(seed: 0))
    #expect(abs(one.losses.total - other.losses.total) < 1e-4)
    for (a, b) in zip(double.parameters, float.parameters) {
      // Behind a normalisation of few numbers rounding grows; a bias before one has no gradient at all.
      if a.name.hasSuffix("convolution.bias") { continue }
      let found = b.gradient(in: other.gradient).converted(to: Double.self)
      #expect(relativeError(found, a.gradient(in: one.gradient)) < 2e-2, "\(a.name)")
    }
  }

  @Test func threadsChangeNoBit() {
    let model = DisentanglingModel<Float>(
      channels: 3, classes: 3, outputs: 8, widthDivisor: 16, random: Philox(seed: 1))
    let other = AdaptationModel<Float>(
      classes: 3, outputs: 8, widthDivisor: 32, random: Philox(seed: 1))
    let x: Tensor<Float> = images(70, 3, "x")
    func all() -> [Tensor<Float>] {
      let step = model.step(
        x, labels: (0..<70).map { $0 % 3 }, weights: .init(), dependence: PearsonTerm(),
        state: model.initialState, using: Philox(seed: 0))
      let adapted = other.step(
        source: (x.rows(0..<40), (0..<40).map { $0 % 3 }), target: x.rows(40..<70),
        weights: .init(), dependence: PearsonTerm(), includingTarget: true,
        state: other.initialState, using: Philox(seed: 0))
      return model.parameters.map { $0.gradient(in: step.gradient) }
        + step.state.namedTensors.map(\.value)
        + other.parameters.map { $0.gradient(in: adapted.gradient) }
        + [model.content(x, step.state.content), other.contentLogits(x, adapted.state)]
    }
    let threads = Parallelism.threads
    defer { Parallelism.threads = threads }
    Parallelism.threads = 1
    let one = all()
    Parallelism.threads = 2
    #expect(all() == one)
  }

  @Test func evaluationUsesTheRunningStatistics() {
    let model = disentangling()
    let x: Tensor<Double> = images(37, 2, "x")
    let labels = (0..<37).map { $0 % 3 }
    let state = model.step(
      x, labels: labels, weights: .init(), dependence: NoDependence(), state: model.initialState,
      using: Philox(seed: 0)
    ).state
    let z = model.content(x, state.content)
    // Parts of another size, and the pass that keeps a tape, give the same.
    let kept = model.content.forward(x, state.content, mode: .evaluation)
    #expect(relativeError(z, kept.z) < 1e-12)
    #expect(kept.state == state.content)
    #expect(relativeError(model.content(x.rows(3..<5), state.content), z.rows(3..<5)) < 1e-12)
    let image = model.decode(z, labels: labels, state)
    let code = Tensor.concatenate([z, .oneHot(labels, classCount: 3)], along: 1)
    #expect(
      relativeError(image, model.decoder.forward(code, state.decoder, mode: .evaluation).image)
        < 1e-12)
    #expect(image.shape == [37, 32, 32, 2] && image.min() > 0 && image.max() < 1)
  }

  @Test func statesAreReadBackByName() throws {
    let model = Adaptation(classes: 4, outputs: 3, widthDivisor: 64, random: Philox(seed: 2))
    let state = model.step(
      source: (images(2, 3, "s"), [3, 1]), target: images(2, 3, "t"), weights: .init(),
      dependence: NoDependence(), includingTarget: false, state: model.initialState,
      using: Philox(seed: 0)
    ).state
    let tensors = Dictionary(uniqueKeysWithValues: state.namedTensors.map { ($0.name, $0.value) })
    #expect(tensors.count == 2 * (12 + 12 + 1 + 1))
    var restored = model.initialState
    #expect(restored != state)
    try restored.setTensors(to: tensors)
    #expect(restored == state)
    var partial = tensors
    partial["domain.3.mean"] = nil
    #expect(throws: ParameterError.self) { try restored.setTensors(to: partial) }
    let parameters = Dictionary(
      uniqueKeysWithValues: model.namedParameters.map { ($0.name, $0.value) })
    var copy = Adaptation(classes: 4, outputs: 3, widthDivisor: 64, random: Philox(seed: 3))
    try copy.setParameters(to: parameters)
    #expect(copy.parameterCount == model.parameterCount)
  }

  @Test func divisorsAndLayersAreThoseOfTheAuthors() {
    let model = DisentanglingModel<Float>(channels: 3, classes: 2, random: Philox(seed: 0))
    let shapes = model.content.convolutions.stages.map(\.convolution.weight.shape)
    #expect(shapes.map { $0[3] } == [64, 128, 128, 128, 128, 256, 256, 256, 256])
    #expect(model.decoder.convolutions.stages.map(\.convolution.outputs) == [512, 512, 128])
    #expect(model.decoder.first.inputs == 258 && model.content.dense.outputs == 256)
    let quarter = ImageEncoder<Float>(
      .adapting, channels: 3, outputs: 128, widthDivisor: 4, random: Philox(seed: 0))
    #expect(
      quarter.convolutions.stages.map(\.convolution.outputs)
        == [16, 32, 32, 32, 64, 128, 128, 128, 192, 192, 192, 192])
    #expect(quarter.dense.outputs == 128)
  }

  @Test func aLabelTooManyIsNamed() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let model = DisentanglingModel<Double>(
        channels: 1, classes: 3, outputs: 2, widthDivisor: 64, random: Philox(seed: 1))
      _ = model.step(
        .zeros([2, 32, 32, 1]), labels: [0, 1, 2], weights: .init(), dependence: NoDependence(),
        state: model.initialState, using: Philox(seed: 0))
    }
    expect(result, says: "got 3 labels for 2 images")
  }

  @Test func aLabelOutsideTheClassesIsNamed() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let model = AdaptationModel<Double>(
        classes: 3, outputs: 2, widthDivisor: 64, random: Philox(seed: 1))
      _ = model.step(
        source: (.zeros([2, 32, 32, 3]), [0, 3]), target: .zeros([2, 32, 32, 3]), weights: .init(),
        dependence: NoDependence(), includingTarget: false, state: model.initialState,
        using: Philox(seed: 0))
    }
    expect(result, says: "labels must be in 0..<3, got 3 for image 1")
  }

  @Test func imagesOfAnotherSizeAreNamed() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let encoder = ImageEncoder<Double>(
        .disentangling, channels: 1, outputs: 2, widthDivisor: 64, random: Philox(seed: 1))
      _ = encoder(.zeros([2, 28, 28, 1]), encoder.initialState)
    }
    expect(result, says: "x must be [images, 32, 32, 1], got [2, 28, 28, 1]")
  }

  private func expect(_ result: ExitTest.Result?, says text: String) {
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(output.contains(text), "\(output)")
  }
}
