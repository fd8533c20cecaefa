import Layers
import TensorCore

/// The dependence of `Z` and `T` as seen by fixed slices and polynomial weights: what an encoder minimises.
///
/// With standardised columns (unbiased moments of the batch itself), `A = tanh(Ẑ Θᵀ)`, `p = A w¹ + A² w² + A³ w³`, the same for
/// `T` giving `q`, and both standardised, the value is `|1/n Σ Pᵢ Qᵢ|`: the magnitude of their correlation times (n−1)/n
/// (Chen et al. 2022; spec §3.3). Scale and sign of the weights do not matter.
///
/// The slices and weights are constants of this objective: they come from a solved maximisation, and no gradient flows
/// through the solve. This is the min-step of the paper's algorithm 2.
public struct SliceObjective<Scalar: TensorScalar>: Sendable {
  /// One side's slices and weights.
  public struct Side: Sendable {
    /// Directions, `[slices, columns]`.
    public let directions: Tensor<Scalar>
    /// Weights of the powers 1, 2, 3 of tanh(slice), `[3, slices]`.
    public let weights: Tensor<Scalar>

    /// Slices with their weights.
    public init(directions: Tensor<Scalar>, weights: Tensor<Scalar>) {
      require(
        directions.rank == 2 && weights.shape == [3, directions.shape[0]],
        "SliceObjective.Side: directions [S, columns] want weights [3, S], got \(directions.shape) and \(weights.shape)"
      )
      self.directions = directions
      self.weights = weights
    }
  }

  /// The slices of `Z`.
  public let z: Side
  /// The slices of `T`.
  public let t: Side

  /// An objective from the slices of both arrays.
  public init(z: Side, t: Side) {
    self.z = z
    self.t = t
  }

  /// The value on a batch `z` `[n, D]`, `t` `[n, d]`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func value(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>) -> Scalar {
    value(z, t, rows: 0..<z.shape[0])
  }

  /// The value on a range of rows of `z` and `t`.
  func value(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, rows: Range<Int>) -> Scalar {
    require(
      z.shape[0] == t.shape[0],
      "SliceObjective: z and t must have as many rows, got \(z.shape[0]) and \(t.shape[0])")
    let p = SliceProjection(of: z, rows: rows, self.z, keepsTape: false)
    let q = SliceProjection(of: t, rows: rows, self.t, keepsTape: false)
    return min(meanProduct(p, q).magnitude, 1)
  }

  /// The standardised projections `P`, `Q` of a batch, `[n, 1]` each: the two functions whose correlation the value is.
  public func functions(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>)
    -> (h: Tensor<Scalar>, g: Tensor<Scalar>)
  {
    let rows = 0..<z.shape[0]
    func function(_ x: Tensor<Scalar>, _ side: Side) -> Tensor<Scalar> {
      SliceProjection(of: x, rows: rows, side, keepsTape: false).standardized
    }
    return (function(z, self.z), function(t, self.t))
  }

  /// The value and its gradient with respect to `z`, and to `t` if asked for.
  ///
  /// `δ = sign(r)/(n s_p) (Q − c P)`, `E = δ (w¹ + 2 w² A + 3 w³ A²)(1 − A²)`, `G = E Θ`, and
  /// `dZ = 1/s (G − mean G − Ẑ ⟨G, Ẑ⟩/(n−1))` column by column, with `c = n r/(n−1)` (spec §4). A value of exactly zero has
  /// gradient zero.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func valueAndGradient(
    _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, includingTarget: Bool = false
  ) -> (value: Scalar, dZ: Tensor<Scalar>, dT: Tensor<Scalar>?) {
    let rows = 0..<z.shape[0]
    let p = SliceProjection(of: z, rows: rows, self.z, keepsTape: true)
    let q = SliceProjection(of: t, rows: rows, self.t, keepsTape: includingTarget)
    let r = meanProduct(p, q)
    let dZ = backward(self.z, p, against: q, r)
    let dT = includingTarget ? backward(self.t, q, against: p, r) : nil
    return (min(r.magnitude, 1), dZ, dT)
  }

  private func meanProduct(_ p: SliceProjection<Scalar>, _ q: SliceProjection<Scalar>) -> Scalar {
    let n = p.standardized.count
    require(
      n == q.standardized.count,
      "SliceObjective: z and t must have as many rows, got \(n) and \(q.standardized.count)")
    return p.standardized.withUnsafeBufferPointer { p in
      q.standardized.withUnsafeBufferPointer { q in
        Scalar.dot(p.baseAddress!, q.baseAddress!, n) / Scalar(n)
      }
    }
  }

  /// `δ = sign(r)/(n s_p) (Q − c P)`, with `c = n r/(n − 1)`, taken back through `p`.
  private func backward(
    _ side: Side, _ p: SliceProjection<Scalar>, against q: SliceProjection<Scalar>, _ r: Scalar
  ) -> Tensor<Scalar> {
    let n = Scalar(p.standardized.count)
    let sign: Scalar = r == 0 ? 0 : (r > 0 ? 1 : -1)
    var delta = q.standardized
    delta.add(p.standardized, times: -(n * r / (n - 1)))
    delta *= sign / n * p.inverseDeviation
    return p.backward(delta, side)
  }
}
