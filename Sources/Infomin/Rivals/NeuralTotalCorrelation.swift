import Layers
import RealModule
import TensorCore

/// The neural total correlation: a classifier tells pairs `(z_i, t_i)` from pairs of permuted rows.
///
/// `J = −½ (CE(c(Z, T), 0) + CE(c(Z_π, T_σ), 1))`, with two independent permutations `π`, `σ` (spec §6). It is −ln 2 where the
/// classifier knows nothing. The rival "Neural TC" of Chen et al. 2022.
///
/// Columns far out of an ordinary unit enter the classifier standardised: see ``CriticColumns``.
///
/// - Note: Nothing stops an encoder from pushing the cross-entropy *above* ln 2, which fools the critic and removes no
///   information (stored logs of the authors end at 0.71 and 0.87). ``clampsAtIndependence`` stops the gradient there.
public struct NeuralTotalCorrelation<Scalar: TensorScalar>: DependenceEstimator, CriticEstimator {
  /// The classifier, from `D + d` columns to two scores.
  public var network: MLP<Scalar>
  /// The inner loop.
  public let training: InnerTraining
  /// Whether values below −ln 2 count as −ln 2, with gradient zero; off in the authors' code.
  public let clampsAtIndependence: Bool

  /// A critic (D+d) → 100 ReLU → 100 leaky ReLU 0.01 → 2.
  public init(
    inputs: Int, targets: Int, hidden: Int = 100, training: InnerTraining = InnerTraining(),
    clampsAtIndependence: Bool = false, random: Philox
  ) {
    network = MLP(
      widths: [inputs + targets, hidden, hidden, 2],
      activations: [.relu, .leakyReLU(0.01), .identity], random: random)
    self.training = training
    self.clampsAtIndependence = clampsAtIndependence
  }

  var critic: MLP<Scalar> {
    get { network }
    set { network = newValue }
  }

  /// Trains the classifier.
  public mutating func fit(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox)
    throws(InfominError) -> FitReport
  {
    let (fit, heldOut, warning) = try inner {
      try training.train(
        &network, z, t, using: random, estimator: "NeuralTotalCorrelation",
        gradient: { network, z, t, random in
          var pass = Classified(network, z, t, permutations: Self.permutations(z.shape[0], random))
          return pass.backward(scale: 1, needsInput: false).network!
        },
        loss: { network, z, t, random in
          Classified(network, z, t, permutations: Self.permutations(z.shape[0], random))
            .crossEntropy
        })
    }
    return FitReport(inSample: -fit, heldOut: -heldOut, warning: warning)
  }

  /// `J` for the present classifier; the permutations come from `random`.
  public func value(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox) -> Scalar {
    let value = -Classified(
      network, z, t, permutations: Self.permutations(z.shape[0], random)
    ).crossEntropy
    return clampsAtIndependence ? max(value, -Scalar.log(2)) : value
  }

  /// `J` and its gradients; permuted rows' gradients go back to the rows that they came from.
  public func valueAndGradient(
    _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, includingTarget: Bool, using random: Philox
  ) -> (value: Scalar, dZ: Tensor<Scalar>, dT: Tensor<Scalar>?) {
    valueAndGradient(
      z, t, includingTarget: includingTarget,
      permutations: Self.permutations(z.shape[0], random))
  }

  /// The same for given permutations of the rows.
  public func valueAndGradient(
    _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, includingTarget: Bool,
    permutations: (z: [Int], t: [Int])
  ) -> (value: Scalar, dZ: Tensor<Scalar>, dT: Tensor<Scalar>?) {
    var pass = Classified(network, z, t, permutations: permutations)
    if clampsAtIndependence && pass.crossEntropy >= Scalar.log(2) {
      return (-Scalar.log(2), .zeros(z.shape), includingTarget ? .zeros(t.shape) : nil)
    }
    let (dZ, dT, _) = pass.backward(scale: -1, needsInput: true, needsNetwork: false)
    return (-pass.crossEntropy, dZ!, includingTarget ? dT : nil)
  }

  private static func permutations(_ rows: Int, _ random: Philox) -> (z: [Int], t: [Int]) {
    var (first, second) = (random.stream("permutation/z"), random.stream("permutation/t"))
    return (first.permutation(rows), second.permutation(rows))
  }

  /// The classifier on true and on permuted pairs, as one batch of 2 n rows.
  private struct Classified {
    let pass: ShardedPass<Scalar>
    let z, t: CriticColumns<Scalar>
    let columns: Int
    let rows: Int
    let permutations: (z: [Int], t: [Int])
    let probabilities: Tensor<Scalar>
    /// `½ (CE₀ + CE₁)`.
    let crossEntropy: Scalar

    init(
      _ network: MLP<Scalar>, _ z: Tensor<Scalar>, _ t: Tensor<Scalar>,
      permutations: (z: [Int], t: [Int])
    ) {
      (self.z, self.t) = (CriticColumns(z), CriticColumns(t))
      let (z, t) = (self.z.y, self.t.y)
      rows = z.shape[0]
      columns = z.shape[1]
      self.permutations = permutations
      let joint = Tensor.concatenate([z, t], along: 1)
      let product = Tensor.concatenate(
        [z.gather(rows: permutations.z), t.gather(rows: permutations.t)], along: 1)
      pass = ShardedPass(network.prepared(), Tensor.concatenate([joint, product], along: 0))
      let count = rows
      let logits = pass.y
      probabilities = softmax(logits)
      let normaliser = logSumExp(logits)
      let losses = Tensor<Scalar>(shape: [2 * count]) { out in
        logits.withUnsafeBufferPointer { y in
          normaliser.withUnsafeBufferPointer { l in
            for i in 0..<2 * count { out[i] = l[i] - y[2 * i + (i < count ? 0 : 1)] }
          }
        }
      }
      crossEntropy = losses.sum() / Scalar(2 * count)
    }

    /// Gradients of `scale · crossEntropy`.
    mutating func backward(scale: Scalar, needsInput: Bool, needsNetwork: Bool = true)
      -> (dZ: Tensor<Scalar>?, dT: Tensor<Scalar>?, network: MLP<Scalar>.Gradient?)
    {
      let count = rows
      var dy = probabilities
      dy.withUnsafeMutableBufferPointer { d in
        for i in 0..<2 * count { d[2 * i + (i < count ? 0 : 1)] -= 1 }
      }
      dy *= scale / Scalar(2 * count)
      guard needsInput else {
        return (nil, nil, pass.backward(dy, needsInputGradient: false).gradient)
      }
      let dx: Tensor<Scalar>
      var gradient: MLP<Scalar>.Gradient?
      if needsNetwork {
        let result = pass.backward(dy)
        dx = result.dx!
        gradient = result.gradient
      } else {
        dx = pass.inputGradient(dy)
      }
      let width = dx.shape[1]
      let (joint, product) = (dx.rows(0..<count), dx.rows(count..<2 * count))
      var dZ = joint.slice(0..<columns, along: 1)
      dZ.scatterAdd(product.slice(0..<columns, along: 1), toRows: permutations.z)
      var dT = joint.slice(columns..<width, along: 1)
      dT.scatterAdd(product.slice(columns..<width, along: 1), toRows: permutations.t)
      return (z.backward(dZ), t.backward(dT), gradient)
    }
  }
}
