import Layers
import TensorCore
import TestSupport
import Testing

/// One tensor to optimise.
struct OneTensor<Scalar: TensorScalar>: Parameterized {
  var value: Tensor<Scalar>
  static var parts: [Part<Self>] { [.tensor("value", \.value)] }

  /// A gradient of one number.
  static func gradient(of value: Scalar) -> Gradient {
    Gradient(of: OneTensor(value: .zeros([1]))) { $0.value = Tensor([value]) }
  }
}

/// The optimiser of a golden case.
func optimizer<S: TensorScalar>(_ name: String, as type: S.Type) -> any Optimizer<S> {
  let golden = LayerGolden.optimisers
  func option(_ key: String, _ value: Double) -> Double {
    golden.number("\(name).\(key)", default: value)
  }
  let (rate, decay) = (option("learningRate", .nan), option("weightDecay", 0))
  if name.hasPrefix("sgd") {
    return SGD<S>(
      learningRate: rate, momentum: option("momentum", 0), dampening: option("dampening", 0),
      nesterov: option("nesterov", 0) == 1, weightDecay: decay)
  }
  if name.hasPrefix("rmsprop") {
    return RMSprop<S>(
      learningRate: rate, smoothing: option("alpha", 0.99), epsilon: option("eps", 1e-8),
      momentum: option("momentum", 0), isCentred: option("centred", 0) == 1, weightDecay: decay)
  }
  let betas =
    golden.has("\(name).betas")
    ? golden.tensor("\(name).betas", as: Double.self).scalars : [0.9, 0.999]
  return Adam<S>(
    learningRate: rate, beta1: betas[0], beta2: betas[1], epsilon: option("eps", 1e-8),
    weightDecay: decay)
}

@Suite struct OptimizerTests {
  static let cases = [
    "sgd", "sgdWeightDecay", "sgdMomentum", "sgdDampening", "sgdNesterov",
    "sgdNesterovWeightDecay", "adam", "adamImages", "adamShort", "adamNoMomentum",
    "adamWeightDecay", "rmsprop", "rmspropSmoothing", "rmspropCentred", "rmspropMomentum",
    "rmspropWeightDecay", "rmspropAll",
  ]

  @Test(arguments: cases)
  func twentyStepsAgreeWithPyTorch(name: String) {
    check(optimizer(name, as: Double.self), name, within: 1e-13)
    // √v − m² of RMSprop's centred form cancels in float32.
    check(optimizer(name, as: Float.self), name, within: 2e-4)
  }

  private func check<O: Optimizer>(_ optimizer: O, _ name: String, within tolerance: Double) {
    var optimizer = optimizer
    let golden = LayerGolden.optimisers
    var model = OneTensor<O.Scalar>(value: golden.tensor("start"))
    let gradients: Tensor<O.Scalar> = golden.tensor("gradients")
    let expected: Tensor<Double> = golden.tensor("\(name).parameters")
    for step in 0..<20 {
      let gradient = gradients.rows(step..<step + 1).reshaped(to: model.value.shape)
      optimizer.update(&model, with: .init(of: model) { $0.value = gradient })
      expectClose(
        model.value, expected.rows(step..<step + 1).reshaped(to: model.value.shape),
        within: tolerance, "\(name) step \(step)")
    }
  }

  @Test func rateChangesOnTheWay() {
    check(quadratic: SGD<Double>(learningRate: 0.05), "sgd")
    check(quadratic: Adam<Double>(learningRate: 0.05), "adam")
    check(quadratic: RMSprop<Double>(learningRate: 0.05), "rmsprop")
  }

  private func check<O: Optimizer>(quadratic optimizer: O, _ name: String)
  where O.Scalar == Double {
    var optimizer = optimizer
    let golden = LayerGolden.optimisers
    let scale: Tensor<Double> = golden.tensor("quadratic.scale")
    let expected: Tensor<Double> = golden.tensor("quadratic.\(name)")
    var model = OneTensor<Double>(value: golden.tensor("start"))
    for step in 0..<20 {
      if step == 10 { optimizer.learningRate = 0.005 }
      let gradient = scale * model.value
      optimizer.update(&model, with: .init(of: model) { $0.value = gradient })
      expectClose(
        model.value, expected.rows(step..<step + 1).reshaped(to: model.value.shape), within: 1e-13,
        "\(name) step \(step)")
    }
  }

  @Test(arguments: ["clip", "clipLoose", "clipTiny"])
  func clippingAgreesWithPyTorch(name: String) {
    let golden = LayerGolden.optimisers
    let layer = Dense<Double>(weight: .zeros([3, 2]), bias: .zeros([2]))
    let network = MLP<Double>(
      layers: [layer, Dense(weight: .zeros([2, 2]))], activations: [.identity, .identity])
    // The golden's vector of four, as a matrix.
    var gradient = MLP<Double>.Gradient.zeros(of: network)
    gradient.layers[0].weight = golden.tensor("\(name).a")
    gradient.layers[1].weight = golden.tensor("\(name).b").reshaped(to: [2, 2])
    let norm = network.clip(&gradient, toNorm: golden.number("\(name).maximum"))
    #expect(abs(norm - golden.number("\(name).norm")) < 1e-14)
    expectClose(gradient.layers[0].weight, golden.tensor("\(name).clippedA"), within: 1e-15)
    expectClose(
      gradient.layers[1].weight.reshaped(to: [4]), golden.tensor("\(name).clippedB"), within: 1e-15)
  }

  @Test(arguments: cases)
  func aStateGoesOutAndIn(name: String) throws {
    try checkState(optimizer(name, as: Float.self))
  }

  private func checkState<O: Optimizer>(_ optimizer: O) throws {
    let fresh = optimizer
    var random = Philox(seed: 51)
    // More than ten layers: the order of names in a dictionary is not the order of the list.
    var model = MLP<O.Scalar>(
      widths: Array(repeating: 3, count: 13), hidden: .tanh, random: random)
    let x: Tensor<O.Scalar> = random.normal(shape: [5, 3])
    func step(_ optimizer: inout O, _ model: inout MLP<O.Scalar>) {
      let (y, tape) = model.forward(x)
      optimizer.update(&model, with: model.backward(y, through: tape).gradient)
    }
    var optimizer = optimizer
    for _ in 0..<3 { step(&optimizer, &model) }
    var resumed = fresh
    try resumed.restore(optimizer.state)
    #expect(resumed.state == optimizer.state)
    var copy = model
    for _ in 0..<3 {
      step(&optimizer, &model)
      step(&resumed, &copy)
    }
    #expect(copy.namedParameters.map(\.value) == model.namedParameters.map(\.value))
    #expect(resumed.state == optimizer.state)
    #expect(optimizer.state.stepCount == 6)
  }

  @Test func aForeignStateIsRefused() throws {
    var model = Dense<Double>(inputs: 2, outputs: 3, random: Philox(seed: 1))
    let gradient = Dense<Double>.Gradient(of: model) {
      $0.weight = .ones([2, 3])
      $0.bias = .ones([3])
    }
    var adam = Adam<Double>()
    adam.update(&model, with: gradient)
    #expect(
      adam.state.tensors.keys.sorted() == [
        "firstMoment/bias", "firstMoment/weight", "secondMoment/bias", "secondMoment/weight",
      ])
    var other = RMSprop<Double>()
    #expect(throws: ParameterError.self) { try other.restore(adam.state) }
    var state = adam.state
    state.tensors["secondMoment/bias"] = nil
    #expect(
      throws: ParameterError.missing(name: "secondMoment/bias", found: state.tensors.keys.sorted())
    ) {
      try adam.restore(state)
    }
    state.tensors["secondMoment/bias"] = .zeros([4])
    #expect(
      throws: ParameterError.shape(name: "secondMoment/bias", expected: [3], found: [4])
    ) { try adam.restore(state) }
  }

  @Test func aStepCopiesNothing() {
    checkInPlace(SGD<Float>(learningRate: 0.1, momentum: 0.9))
    checkInPlace(Adam<Float>())
    checkInPlace(RMSprop<Float>(momentum: 0.9, isCentred: true))
  }

  private func checkInPlace<O: Optimizer>(_ optimizer: O) where O.Scalar == Float {
    var optimizer = optimizer
    var random = Philox(seed: 52)
    var model = TwoNetworks(
      first: MLP(widths: [3, 5, 2], hidden: .tanh, random: random),
      second: Dense(inputs: 3, outputs: 2, random: random))
    let x: Tensor<Float> = random.normal(shape: [4, 3])
    func gradient() -> TwoNetworks.Gradient {
      let (y, tape) = model.first.forward(x)
      let (z, tape2) = model.second.forward(x)
      return .init(of: model) {
        $0.first = model.first.backward(y, through: tape).gradient
        $0.second = model.second.backward(z, through: tape2).gradient
      }
    }
    #expect(
      model.parameters.map(\.name) == [
        "first.0.weight", "first.0.bias", "first.1.weight", "first.1.bias", "second.weight",
        "second.bias",
      ])
    optimizer.update(&model, with: gradient())
    let before = addresses(of: model)
    let states = optimizer.state.tensors.mapValues(address)
    optimizer.update(&model, with: gradient())
    #expect(addresses(of: model) == before)
    #expect(optimizer.state.tensors.mapValues(address) == states)
  }

  private func addresses<M: Parameterized>(of model: M) -> [Int] {
    model.namedParameters.map { address($0.value) }
  }

  private func address<S>(_ tensor: Tensor<S>) -> Int {
    tensor.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
  }
}

/// A model made of a network and a layer.
private struct TwoNetworks: Parameterized {
  typealias Scalar = Float
  var first: MLP<Float>
  var second: Dense<Float>
  static var parts: [Part<Self>] {
    [.part("first", \.first), .part("second", \.second)]
  }
}
