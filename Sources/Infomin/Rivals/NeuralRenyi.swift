import Layers
import TensorCore

/// The one-sided neural maximal correlation: `J = mean_k |1/n Σ_i ĥ_k(Ẑ_i) T̂_ik|`, hats standing for standardised columns.
///
/// `h` is a perceptron on the standardised `Z`. The second function is the identity, so that the supremum over `h` is the
/// correlation ratio √(1 − E Var(T|Z)/Var T): blind to dependence with constant E[T|Z]. As a rival estimator it is
/// "neural Rényi" of Chen et al. 2022; as a utility, and as the metric ρ*, it is what their tables report.
///
/// - Note: The authors' class multiplies all features but the last hidden layer by zero; this is the effective network, with
///   the initial range of the live output weights that their fan-in gives (spec §6.1).
public struct RenyiObjective<Scalar: TensorScalar>: Sendable {
  /// What an evaluation may give.
  public struct Result: Sendable {
    /// `J`, in 0…1.
    public var value: Scalar
    /// The gradient of the network's parameters.
    public var network: MLP<Scalar>.Gradient?
    /// The gradient with respect to `Z`.
    public var dZ: Tensor<Scalar>?
    /// The gradient with respect to `T`.
    public var dT: Tensor<Scalar>?
  }

  /// A perceptron from `inputs` columns over hidden layers to `outputs`, leaky ReLU 0.01 between, no output bias.
  public static func network(
    inputs: Int, hidden: [Int], outputs: Int, random: Philox
  ) -> MLP<Scalar> {
    let widths = [inputs] + hidden + [outputs]
    var layers: [Dense<Scalar>] = []
    for index in 0..<widths.count - 1 {
      let isLast = index == widths.count - 2
      // The live output weights start in the range of the authors' wide layer: its fan-in is H·L + 4 D.
      let fanIn = isLast ? widths[index] * hidden.count + 4 * inputs : widths[index]
      layers.append(
        Dense(
          inputs: widths[index], outputs: widths[index + 1], bias: !isLast, fanIn: fanIn,
          random: random.stream("layer", index)))
    }
    return MLP(
      layers: layers,
      activations: Array(repeating: .leakyReLU(0.01), count: hidden.count) + [.identity])
  }

  /// `J` on `z` `[n, D]`, `t` `[n, d]`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func value(_ network: MLP<Scalar>, _ z: Tensor<Scalar>, _ t: Tensor<Scalar>)
    -> Scalar
  {
    let h = Standardized(network.prepared().sharded(Standardized(z).y)).y
    let target = Standardized(t).y
    return min(abs((h * target).mean(along: 0)).mean(), 1)
  }

  /// `J` and the gradients asked for.
  ///
  /// With `r_k = 1/n Σ ĥ_k T̂_k`, `c_k = n r_k/(n−1)`: `dJ/dh_ik = sign(r_k)/(d n s_k)(T̂_ik − c_k ĥ_ik)`, then the network's
  /// backward pass, then that of standardising `Z` (spec §6.5).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func evaluate(
    _ network: MLP<Scalar>, _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, wanting wanted: RenyiGradients
  ) -> Result {
    let (rows, targets) = (z.shape[0], t.shape[1])
    require(
      rows == t.shape[0] && network.widths.last == targets,
      "RenyiObjective: z \(z.shape) and t \(t.shape) want as many rows, and a network with \(targets) outputs"
    )
    let standardZ = Standardized(z)
    let pass = ShardedPass(network.prepared(), standardZ.y)
    let (h, target) = (Standardized(pass.y), Standardized(t))
    let r = (h.y * target.y).mean(along: 0)
    let scale = 1 / (Scalar(rows) * Scalar(targets))
    let sign = r.map { $0 > 0 ? scale : $0 < 0 ? -scale : 0 }
    var result = Result(value: min(abs(r).mean(), 1))
    if wanted.contains(.t) { result.dT = target.backward(h.y * sign) }
    guard wanted.contains(.network) || wanted.contains(.z) else { return result }
    let dh = h.backward(target.y * sign)
    if wanted.contains(.network) {
      let (dx, gradient) = pass.backward(dh, needsInputGradient: wanted.contains(.z))
      result.network = gradient
      result.dZ = dx.map(standardZ.backward)
    } else {
      result.dZ = standardZ.backward(pass.inputGradient(dh))
    }
    return result
  }
}

/// Which gradients ``RenyiObjective`` works out.
public struct RenyiGradients: OptionSet, Sendable {
  /// The bits.
  public let rawValue: Int
  /// The set of these bits.
  public init(rawValue: Int) { self.rawValue = rawValue }
  /// Those of the network's parameters.
  public static let network = RenyiGradients(rawValue: 1)
  /// `dZ`.
  public static let z = RenyiGradients(rawValue: 2)
  /// `dT`.
  public static let t = RenyiGradients(rawValue: 4)
}

/// Neural Rényi as a dependence term: its network follows the encoder by a few passes at each max-step.
public struct NeuralRenyi<Scalar: TensorScalar>: DependenceEstimator, CriticEstimator {
  /// `h`.
  public var network: MLP<Scalar>
  /// The inner loop.
  public let training: InnerTraining

  /// A critic for `inputs` columns of `Z` and `targets` of `T`; the authors use 128 hidden units for fairness, 256 for images.
  public init(
    inputs: Int, targets: Int, hidden: [Int] = [128], training: InnerTraining = InnerTraining(),
    random: Philox
  ) {
    network = RenyiObjective.network(
      inputs: inputs, hidden: hidden, outputs: targets, random: random)
    self.training = training
  }

  var critic: MLP<Scalar> {
    get { network }
    set { network = newValue }
  }

  /// Trains `h` to correlate with `T`.
  public mutating func fit(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox)
    throws(InfominError) -> FitReport
  {
    let (fit, heldOut, warning) = try inner {
      try training.train(
        &network, z, t, using: random, estimator: "NeuralRenyi",
        gradient: { network, z, t, _ in
          var gradient = RenyiObjective.evaluate(network, z, t, wanting: .network).network!
          gradient *= -1
          return gradient
        },
        loss: { network, z, t, _ in -RenyiObjective.value(network, z, t) })
    }
    return FitReport(inSample: -fit, heldOut: -heldOut, warning: warning)
  }

  /// `J` for the present network.
  public func value(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox) -> Scalar {
    RenyiObjective.value(network, z, t)
  }

  /// `J` and its gradients for the present network.
  public func valueAndGradient(
    _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, includingTarget: Bool, using random: Philox
  ) -> (value: Scalar, dZ: Tensor<Scalar>, dT: Tensor<Scalar>?) {
    let result = RenyiObjective.evaluate(
      network, z, t, wanting: includingTarget ? [.z, .t] : .z)
    return (result.value, result.dZ!, result.dT)
  }
}

/// Runs an inner loop whose only errors are the estimator's.
func inner<Result>(_ body: () throws -> Result) throws(InfominError) -> Result {
  do { return try body() } catch let error as InfominError { throw error } catch {
    halt("InnerTraining: unexpected error \(error)")
  }
}
