import GradientChecking
import Layers
import TensorCore
import Testing

@Suite struct CheckGradientsTests {
  private func check(_ fault: BrokenDense.Fault, inputs: Int = 4, outputs: Int = 3) throws {
    var random = Philox(seed: 61)
    let layer = BrokenDense(
      layer: Dense(inputs: inputs, outputs: outputs, random: random), fault: fault)
    try checkGradients(of: layer, at: random.normal(shape: [5, inputs]), using: &random)
  }

  /// The tensor that a failure is about.
  private func culprit(_ error: (any Error)?) -> String? {
    switch error as? GradientCheckFailure {
    case .shape(let name, _, _), .value(let name, _, _, _, _, _): name
    case .unlisted(let name), .listedTwice(let name), .slope(let name, _, _, _): name
    case nil: nil
    }
  }

  @Test func aRightLayerPasses() throws { try check(.none) }

  @Test(arguments: [
    (BrokenDense.Fault.negatedInput, "x"), (.transposedWeight, "weight"), (.missingBias, "bias"),
    (.meanForSum, "bias"), (.scaledWeight, "weight"), (.wrongShape, "x"), (.notANumber, "weight"),
    (.unsetBias, "bias"),
  ])
  func aBrokenBackwardIsCaught(fault: BrokenDense.Fault, name: String) {
    let error = #expect(throws: GradientCheckFailure.self) { try check(fault) }
    #expect(culprit(error) == name)
  }

  @Test func aTransposeIsCaughtWhereShapesAgree() {
    let error = #expect(throws: GradientCheckFailure.self) {
      try check(.transposedWeight, inputs: 3, outputs: 3)
    }
    guard case .value("weight", let place, let analytic, let numeric, let difference, _) = error
    else {
      Issue.record("\(String(describing: error))")
      return
    }
    // The diagonal of a transposed gradient is right.
    #expect(place.count == 2 && place[0] != place[1])
    #expect(difference == abs(analytic - numeric))
  }

  @Test func anUnlistedParameterIsCaught() throws {
    var random = Philox(seed: 62)
    let x: Tensor<Double> = random.normal(shape: [4, 3])
    let (scale, shift): (Tensor<Double>, Tensor<Double>) = (
      random.normal(shape: [3]), random.normal(shape: [3])
    )
    try checkGradients(
      of: ScaleShift<BothListed>(scale: scale, shift: [shift]), at: x, using: &random)
    let one = ScaleShift<ScaleListed>(scale: scale, shift: [shift])
    #expect(throws: GradientCheckFailure.unlisted(path: "shift.0")) {
      try checkGradients(of: one, at: x, using: &random)
    }
    // A constant may be said to be one.
    try checkGradients(of: one, at: x, using: &random, constants: ["shift.0"])
    #expect(throws: GradientCheckFailure.listedTwice(name: "scale")) {
      try checkGradients(
        of: ScaleShift<ScaleListedTwice>(scale: scale, shift: [shift]), at: x, using: &random)
    }
  }

  @Test func aCotangentOfOnesWouldNotSeeASilentSoftmax() throws {
    var random = Philox(seed: 63)
    let x: Tensor<Double> = random.normal(shape: [4, 3])
    try checkGradients(of: SilentSoftmax(), at: x, using: &random, cotangent: .ones([4, 3]))
    let error = #expect(throws: GradientCheckFailure.self) {
      try checkGradients(of: SilentSoftmax(), at: x, using: &random)
    }
    #expect(culprit(error) == "x")
  }

  @Test func objectivesOfSeveralInputsAreChecked() throws {
    var random = Philox(seed: 64)
    let a: Tensor<Double> = random.normal(shape: [3, 2])
    let b: Tensor<Double> = random.normal(shape: [3, 2])
    let f: ([Tensor<Double>]) -> Double = { (exp($0[0]) * $0[1]).sum() }
    try checkGradient(of: f, gradients: [exp(a) * b, exp(a)], at: [a, b])
    let error = #expect(throws: GradientCheckFailure.self) {
      try checkGradient(of: f, gradients: [exp(a) * b, exp(b)], at: [a, b], names: ["a", "b"])
    }
    #expect(culprit(error) == "b")
    #expect(throws: GradientCheckFailure.shape(of: "input 1", expected: [3, 2], found: [2, 3])) {
      try checkGradient(of: f, gradients: [exp(a) * b, exp(a).transposed], at: [a, b])
    }
  }

  private func checkSlopes(_ fault: BrokenDense.Fault, prefix: String = "") throws {
    var random = Philox(seed: 65)
    let layer = BrokenDense(layer: Dense(inputs: 4, outputs: 3, random: random), fault: fault)
    let x: Tensor<Double> = random.normal(shape: [5, 4])
    let dy: Tensor<Double> = random.normal(shape: [5, 3])
    let gradient = layer.backward(dy, through: layer.forward(x).tape).gradient
    try GradientChecking.checkSlopes(
      of: layer, gradient: gradient, prefix: prefix, random: random.stream("directions")
    ) { ($0.forward(x).y * dy).sum() }
  }

  @Test(arguments: [
    (BrokenDense.Fault.none, "", false), (.missingBias, "", true), (.missingBias, "bias", true),
    (.missingBias, "weight", false), (.meanForSum, "b", true), (.scaledWeight, "weight", true),
    (.notANumber, "", true), (.notANumber, "bias", false),
    (.unsetBias, "bias", true), (.unsetBias, "weight", false),
  ])
  func slopesCatchAWrongGradient(fault: BrokenDense.Fault, prefix: String, fails: Bool) throws {
    if fails {
      let error = #expect(throws: GradientCheckFailure.self) {
        try checkSlopes(fault, prefix: prefix)
      }
      #expect(culprit(error) == prefix)
    } else {
      try checkSlopes(fault, prefix: prefix)
    }
  }

  @Test func slopesCatchAWrongShape() throws {
    var random = Philox(seed: 66)
    let layer = Dense<Double>(inputs: 3, outputs: 2, random: random)
    let x: Tensor<Double> = random.normal(shape: [5, 3])
    let (y, tape) = layer.forward(x)
    var gradient = layer.backward(.ones(y.shape), through: tape).gradient
    gradient.weight = gradient.weight.transposed
    #expect(
      throws: GradientCheckFailure.shape(
        of: "weight", expected: layer.weight.shape, found: gradient.weight.shape)
    ) {
      try GradientChecking.checkSlopes(of: layer, gradient: gradient, random: random) {
        $0(x).sum()
      }
    }
  }

  @Test func gradientsOfAnySizeAreCheckedAlike() throws {
    // A hundred-millionth of a gradient, wrong by a thousandth, is as wrong as a large one.
    let x = Tensor<Double>([0.3, -1.2])
    let f: ([Tensor<Double>]) -> Double = { 1e-3 * square($0[0]).sum() }
    try checkGradient(of: f, gradients: [x * 2e-3], at: [x])
    #expect(throws: GradientCheckFailure.self) {
      try checkGradient(of: f, gradients: [x * 2.002e-3], at: [x])
    }
    // A flat function has rounding for a difference; zero is its gradient.
    try checkGradient(of: { 5 + 0 * $0[0].sum() }, gradients: [.zeros([2])], at: [x])
  }

  @Test func failuresSayWhereAndWhat() {
    let failure = GradientCheckFailure.value(
      of: "0.weight", at: [1, 2], analytic: 3, numeric: 4, difference: 1, allowed: 0.5)
    for text in ["0.weight", "[1, 2]", "3.0", "4.0", "1.0", "0.5"] {
      #expect(failure.description.contains(text))
    }
    #expect(GradientCheckFailure.unlisted(path: "a.b").description.contains("a.b"))
  }
}
