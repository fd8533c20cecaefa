import Infomin
import Layers
import TensorCore

/// CLUB whose critic takes a few steps with one Adam that goes on from one max-step to the next, as in the authors' toy.
///
/// The rows of a fit are as many batches as there are inner steps; ``Infomin/CLUB`` itself starts Adam again and passes over
/// the same rows.
struct ContinuedCLUB: DependenceEstimator {
  typealias Scalar = Float
  var bound: CLUB<Float>
  private var optimiser: Adam<Float>
  private let steps: Int

  init(inputs: Int, targets: Int, hidden: Int, steps: Int, learningRate: Double, random: Philox) {
    bound = CLUB(inputs: inputs, targets: targets, hidden: hidden, random: random)
    optimiser = Adam(learningRate: learningRate)
    self.steps = steps
  }

  mutating func fit(_ z: Tensor<Float>, _ t: Tensor<Float>, using random: Philox)
    throws(InfominError) -> FitReport
  {
    let size = z.shape[0] / steps
    guard size >= 4 else {
      throw .tooFewRows(estimator: "ContinuedCLUB", expected: 4 * steps, found: z.shape[0])
    }
    for step in 0..<steps {
      let rows = step * size..<(step + 1) * size
      let gradient = bound.conditional.lossGradient(z.rows(rows), t.rows(rows))
      optimiser.update(&bound.conditional, with: gradient)
    }
    let last = (steps - 1) * size..<steps * size
    return FitReport(
      inSample: Double(bound.value(z.rows(last), t.rows(last), using: random)))
  }

  func value(_ z: Tensor<Float>, _ t: Tensor<Float>, using random: Philox) -> Float {
    bound.value(z, t, using: random)
  }

  func valueAndGradient(
    _ z: Tensor<Float>, _ t: Tensor<Float>, includingTarget: Bool, using random: Philox
  ) -> (value: Float, dZ: Tensor<Float>, dT: Tensor<Float>?) {
    bound.valueAndGradient(z, t, includingTarget: includingTarget, using: random)
  }

  /// The critic's parameters under `critic/`, Adam's moments under `inner/`, and its steps.
  var state: [String: Tensor<Float>] {
    var state: [String: Tensor<Float>] = [:]
    for (name, value) in bound.state { state["critic/\(name)"] = value }
    let inner = optimiser.state
    for (name, value) in inner.tensors { state["inner/\(name)"] = value }
    state["steps"] = Tensor([Float(inner.stepCount)])
    return state
  }

  mutating func restore(_ state: [String: Tensor<Float>]) throws(ParameterError) {
    func part(_ prefix: String) -> [String: Tensor<Float>] {
      var part: [String: Tensor<Float>] = [:]
      for (name, value) in state where name.hasPrefix(prefix) {
        part[String(name.dropFirst(prefix.count))] = value
      }
      return part
    }
    guard let count = state["steps"] else {
      throw .missing(name: "steps", found: state.keys.sorted())
    }
    try bound.restore(part("critic/"))
    try optimiser.restore(
      OptimizerState(stepCount: Int(count.scalar), tensors: part("inner/")))
  }
}
