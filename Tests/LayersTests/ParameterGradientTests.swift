import Layers
import TensorCore
import Testing

@Suite struct ParameterGradientTests {
  /// All forms of parts: tensors, one that may be absent, models, one that may be absent, and lists of them.
  private struct Whole: Parameterized {
    typealias Scalar = Double
    var start: Tensor<Double>
    var linear: Dense<Double>
    var head: MLP<Double>?
    var stages: [Dense<Double>]
    let width = 2

    static var parts: [Part<Self>] {
      [
        .tensor("start", \.start), .part("linear", \.linear), .part("head", \.head),
        .list("stages", \.stages),
      ]
    }
  }

  private func whole(_ random: inout Philox, hasHead: Bool = true) -> Whole {
    Whole(
      start: random.normal(shape: [3]),
      linear: Dense(inputs: 2, outputs: 3, bias: false, random: random.stream("linear")),
      head: hasHead
        ? MLP(widths: [3, 4, 1], hidden: .tanh, random: random.stream("head")) : nil,
      stages: (0..<2).map { Dense(inputs: $0 + 1, outputs: 2, random: random.stream("stage", $0)) })
  }

  private func draw(_ whole: Whole, _ random: inout Philox) -> Whole.Gradient {
    var gradient = Whole.Gradient.zeros(of: whole)
    for parameter in whole.parameters {
      parameter.updateGradient(&gradient) { $0 = random.normal(shape: $0.shape) }
    }
    return gradient
  }

  @Test func namesFollowTheParts() {
    var random = Philox(seed: 5)
    let head = ["head.0.weight", "head.0.bias", "head.1.weight", "head.1.bias"]
    let stages = ["stages.0.weight", "stages.0.bias", "stages.1.weight", "stages.1.bias"]
    #expect(
      whole(&random).parameters.map(\.name) == ["start", "linear.weight"] + head + stages)
    #expect(
      whole(&random, hasHead: false).parameters.map(\.name) == ["start", "linear.weight"] + stages)
  }

  @Test func sumsAndProductsReachEveryPart() {
    var random = Philox(seed: 6)
    let model = whole(&random)
    let (a, b) = (draw(model, &random), draw(model, &random))
    var sum = a
    sum += b
    var product = a
    product *= 3
    for parameter in model.parameters {
      let (x, y) = (parameter.gradient(in: a), parameter.gradient(in: b))
      #expect(parameter.gradient(in: sum) == x + y)
      #expect(parameter.gradient(in: product) == x * 3)
    }
    // Neither the model nor what the sum began with has moved.
    #expect(model.namedParameters.map(\.value) != sum.named.map(\.value))
    #expect(a.start != sum.start)
  }

  @Test func partsAreReadAndSetAsInTheModel() {
    var random = Philox(seed: 7)
    let model = whole(&random)
    var gradient = draw(model, &random)
    let other = draw(model, &random)
    gradient.linear = other.linear
    gradient.head = other.head
    gradient.stages[1].bias = Tensor([5, 6])
    #expect(gradient.linear.weight == other.linear.weight && gradient.linear.bias == nil)
    #expect(gradient.head!.layers[1].weight == other.head!.layers[1].weight)
    #expect(gradient.named.last!.value.scalars == [5, 6])
  }

  @Test func aFlatGradientGoesOutAndIn() {
    var random = Philox(seed: 8)
    let model = whole(&random)
    let gradient = draw(model, &random)
    var flat = FlatGradient(gradient)
    #expect(flat.ranges.map(\.name) == model.parameters.map(\.name))
    #expect(flat.elements.count == model.parameterCount && flat.ranges[1].range == 3..<9)
    for index in flat.elements.indices { flat.elements[index] *= 2 }
    var back = Whole.Gradient.zeros(of: model)
    flat.write(into: &back)
    #expect(back.named.map(\.value) == gradient.named.map { $0.value * 2 })
  }
}
