import Layers
import TensorCore

/// The mean magnitude of the correlations of all pairs of columns: `J = 1/(D d) Σ |C_ab|`, `C = Ẑᵀ T̂/(n−1)`.
///
/// Blind to dependence without correlation. The rival "Pearson" of Chen et al. 2022.
public struct PearsonTerm<Scalar: TensorScalar>: DependenceEstimator {
  /// The term; it has nothing to fit.
  public init() {}

  /// Reports the value on all rows.
  public func fit(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox)
    throws(InfominError) -> FitReport
  {
    let warning = try ColumnMoments.warning(z, t, estimator: "PearsonTerm")
    return FitReport(inSample: Double(value(z, t, using: random)), warning: warning)
  }

  /// `J`.
  public func value(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox) -> Scalar {
    magnitude(abs(correlations(z, t).c))
  }

  /// `J` and `dJ/dz_ia = 1/(s_a (n−1) D d) Σ_b sign(C_ab)(T̂_ib − C_ab Ẑ_ia)` (spec §6.4), likewise for `T`.
  public func valueAndGradient(
    _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, includingTarget: Bool, using random: Philox
  ) -> (value: Scalar, dZ: Tensor<Scalar>, dT: Tensor<Scalar>?) {
    let (zh, th, c, zMoments, tMoments) = correlations(z, t)
    let sign = c.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
    let factor = 1 / (Scalar(z.shape[0] - 1) * Scalar(c.count))
    let magnitudes = abs(c)
    let dZ =
      (matmul(th, sign, transposeB: true) - zh * magnitudes.sum(along: 1))
      * (zMoments.inverseDeviation * factor)
    let dT =
      includingTarget
      ? (matmul(zh, sign) - th * magnitudes.sum(along: 0)) * (tMoments.inverseDeviation * factor)
      : nil
    return (magnitude(magnitudes), dZ, dT)
  }

  /// The mean, at most 1: rounding may leave a correlation of 1 above it.
  private func magnitude(_ magnitudes: Tensor<Scalar>) -> Scalar { min(magnitudes.mean(), 1) }

  private func correlations(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>) -> (
    zh: Tensor<Scalar>, th: Tensor<Scalar>, c: Tensor<Scalar>, ColumnMoments<Scalar>,
    ColumnMoments<Scalar>
  ) {
    let rows = z.shape[0]
    require(
      rows == t.shape[0],
      "PearsonTerm: z and t must have as many rows, got \(z.shape) and \(t.shape)")
    let (zMoments, tMoments) = (ColumnMoments(of: z), ColumnMoments(of: t))
    let zh = zMoments(z)
    let th = tMoments(t)
    let c = matmul(zh, th, transposeA: true) * (1 / Scalar(rows - 1))
    return (zh, th, c, zMoments, tMoments)
  }
}
