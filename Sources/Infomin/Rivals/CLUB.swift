import Layers
import TensorCore

/// A conditional normal distribution of `T` given `Z`: two perceptrons, for the mean and the logarithm of the variance.
public struct ConditionalGaussian<Scalar: TensorScalar>: Parameterized {
  /// `μ(z)`: D → H leaky ReLU 0.2 → d.
  public var mean: MLP<Scalar>
  /// `l(z)`, in (−1, 1): D → H leaky ReLU 0.2 → d tanh.
  public var logVariance: MLP<Scalar>

  /// `mean.…` and `logVariance.…`.
  public static var parts: [Part<Self>] {
    [.part("mean", \.mean), .part("logVariance", \.logVariance)]
  }

  /// Networks with `hidden` units each.
  public init(inputs: Int, targets: Int, hidden: Int, random: Philox) {
    mean = MLP(
      widths: [inputs, hidden, targets], hidden: .leakyReLU(0.2), random: random.stream("mean"))
    logVariance = MLP(
      widths: [inputs, hidden, targets], hidden: .leakyReLU(0.2), output: .tanh,
      random: random.stream("logVariance"))
  }

  /// The distribution of given networks.
  public init(mean: MLP<Scalar>, logVariance: MLP<Scalar>) {
    self.mean = mean
    self.logVariance = logVariance
  }

  /// `mean_i Σ_k (−(μ_ik − t_ik)² exp(−l_ik) − l_ik)`: twice the log-likelihood without its constant, the inner objective.
  public func likelihood(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>) -> Scalar {
    let (mu, l) = (mean.prepared().sharded(z), logVariance.prepared().sharded(z))
    return -(square(mu - t) * exp(-l) + l).sum() / Scalar(z.shape[0])
  }

  /// The gradient of the negative ``likelihood(_:_:)`` with respect to the parameters.
  public func lossGradient(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>) -> Gradient {
    let meanPass = ShardedPass(mean.prepared(), z)
    let variancePass = ShardedPass(logVariance.prepared(), z)
    let difference = meanPass.y - t
    let precision = exp(-variancePass.y)
    let scale = 1 / Scalar(z.shape[0])
    let dMean = difference * precision * (2 * scale)
    let dLog = (1 - square(difference) * precision) * scale
    return Gradient(of: self) {
      $0.mean = meanPass.backward(dMean, needsInputGradient: false).gradient
      $0.logVariance = variancePass.backward(dLog, needsInputGradient: false).gradient
    }
  }
}

/// The variational contrastive log-ratio upper bound of mutual information (Cheng et al. 2020): "vCLUB" of the paper's tables.
///
/// `J = mean_i Σ_k (−(μ_ik − t_ik)² + mean_j (t_jk − μ_ik)²)/(2 exp l_ik)`, where the inner mean is
/// `var_k + (t̄_k − μ_ik)²` with the biased variance: O(n d) in place of the authors' n × n × d tensor (spec §6.3). It bounds
/// mutual information only where `q` is good, and may be negative.
///
/// Columns far out of an ordinary unit enter standardised: see ``CriticColumns``.
public struct CLUB<Scalar: TensorScalar>: DependenceEstimator, CriticEstimator {
  /// `q(t|z)`.
  public var conditional: ConditionalGaussian<Scalar>
  /// The inner loop.
  public let training: InnerTraining

  /// A bound with `hidden` units in each of the two networks (the authors' hidden size 200 means 100 each).
  public init(
    inputs: Int, targets: Int, hidden: Int = 100, training: InnerTraining = InnerTraining(),
    random: Philox
  ) {
    self.init(
      ConditionalGaussian(inputs: inputs, targets: targets, hidden: hidden, random: random),
      training: training)
  }

  /// A bound from a given distribution.
  public init(
    _ conditional: ConditionalGaussian<Scalar>, training: InnerTraining = InnerTraining()
  ) {
    self.conditional = conditional
    self.training = training
  }

  var critic: ConditionalGaussian<Scalar> {
    get { conditional }
    set { conditional = newValue }
  }

  /// Maximises the likelihood of `T` given `Z`.
  public mutating func fit(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox)
    throws(InfominError) -> FitReport
  {
    let warning = try inner {
      try training.train(
        &conditional, z, t, using: random, estimator: "CLUB",
        gradient: { model, z, t, _ in model.lossGradient(CriticColumns(z).y, CriticColumns(t).y) },
        loss: { model, z, t, _ in -model.likelihood(CriticColumns(z).y, CriticColumns(t).y) })
    }.warning
    let fitRows = Int(Double(z.shape[0]) * training.fitFraction)
    let rows = z.shape[0]
    return FitReport(
      inSample: Double(value(z.rows(0..<fitRows), t.rows(0..<fitRows), using: random)),
      heldOut: Double(value(z.rows(fitRows..<rows), t.rows(fitRows..<rows), using: random)),
      warning: warning)
  }

  /// `J`, in nats.
  public func value(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox) -> Scalar {
    let (z, t) = (CriticColumns(z).y, CriticColumns(t).y)
    let mu = conditional.mean.prepared().sharded(z)
    let l = conditional.logVariance.prepared().sharded(z)
    return summand(mu, l, t).sum() / Scalar(z.shape[0])
  }

  /// `J` and its gradients: `dJ/dμ_ik = exp(−l_ik)(t_ik − t̄_k)/n`, `dJ/dl_ik` = −(the summand)/n, then the networks; and
  /// `dJ/dt_jk = 1/n (mean_i exp(−l_ik)(t_jk − μ_ik) − exp(−l_jk)(t_jk − μ_jk))`.
  public func valueAndGradient(
    _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, includingTarget: Bool, using random: Philox
  ) -> (value: Scalar, dZ: Tensor<Scalar>, dT: Tensor<Scalar>?) {
    let scale = 1 / Scalar(z.shape[0])
    let (zColumns, tColumns) = (CriticColumns(z), CriticColumns(t))
    let (z, t) = (zColumns.y, tColumns.y)
    let meanPass = ShardedPass(conditional.mean.prepared(), z)
    let variancePass = ShardedPass(conditional.logVariance.prepared(), z)
    let (mu, l) = (meanPass.y, variancePass.y)
    let terms = summand(mu, l, t)
    let precision = exp(-l)
    let dMean = precision * (t - t.mean(along: 0)) * scale
    let dZ =
      meanPass.inputGradient(dMean) + variancePass.inputGradient(terms * -scale)
    var dT: Tensor<Scalar>?
    if includingTarget {
      let product = (precision * mu).mean(along: 0)
      dT = tColumns.backward(
        (t * precision.mean(along: 0) - product - precision * (t - mu)) * scale)
    }
    return (terms.sum() * scale, zColumns.backward(dZ), dT)
  }

  private func summand(_ mu: Tensor<Scalar>, _ l: Tensor<Scalar>, _ t: Tensor<Scalar>)
    -> Tensor<Scalar>
  {
    require(
      t.shape == mu.shape, "CLUB: t must be \(mu.shape) as the networks give it, got \(t.shape)")
    let inner = t.variance(along: 0, correction: 0) + square(t.mean(along: 0) - mu)
    return (inner - square(mu - t)) * exp(-l) * 0.5
  }
}
