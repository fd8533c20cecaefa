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
  public func value(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>) -> Scalar {
    let (p, q) = (project(z, self.z, keepsTape: false), project(t, self.t, keepsTape: false))
    return meanProduct(p, q).magnitude
  }

  /// The standardised projections `P`, `Q` of a batch, `[n, 1]` each: the two functions whose correlation the value is.
  public func functions(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>)
    -> (h: Tensor<Scalar>, g: Tensor<Scalar>)
  {
    let rows = z.shape[0]
    return (
      project(z, self.z, keepsTape: false).standardized.reshaped(to: [rows, 1]),
      project(t, self.t, keepsTape: false).standardized.reshaped(to: [rows, 1])
    )
  }

  /// The value and its gradient with respect to `z`, and to `t` if asked for.
  ///
  /// `δ = sign(r)/(n s_p) (Q − c P)`, `E = δ (w¹ + 2 w² A + 3 w³ A²)(1 − A²)`, `G = E Θ`, and
  /// `dZ = 1/s (G − mean G − Ẑ ⟨G, Ẑ⟩/(n−1))` column by column, with `c = n r/(n−1)` (spec §4). A value of exactly zero has
  /// gradient zero.
  public func valueAndGradient(
    _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, includingTarget: Bool = false
  ) -> (value: Scalar, dZ: Tensor<Scalar>, dT: Tensor<Scalar>?) {
    let p = project(z, self.z, keepsTape: true)
    let q = project(t, self.t, keepsTape: includingTarget)
    let r = meanProduct(p, q)
    let dZ = backward(self.z, p, against: q, r)
    let dT = includingTarget ? backward(self.t, q, against: p, r) : nil
    return (r.magnitude, dZ, dT)
  }

  /// What one side's projection leaves for the backward pass.
  private struct Projection: Sendable {
    var moments: ColumnMoments<Scalar>
    /// Standardised projection, `[n]`; zero where it does not vary.
    var standardized: Tensor<Scalar>
    /// `1/s_p`.
    var inverseDeviation: Scalar
    /// By block of rows: standardised columns and `A`.
    var tape: [(x: Tensor<Scalar>, a: Tensor<Scalar>)]
  }

  private static func blocks(_ rows: Int) -> RowBlocks { RowBlocks(rows: rows, size: 128) }

  private func project(_ x: Tensor<Scalar>, _ side: Side, keepsTape: Bool) -> Projection {
    require(
      x.rank == 2 && x.shape[1] == side.directions.shape[1] && x.shape[0] >= 2,
      "SliceObjective: wants at least 2 rows of \(side.directions.shape[1]) columns, got \(x.shape)"
    )
    let rows = x.shape[0]
    let slices = side.directions.shape[0]
    let moments = ColumnMoments(of: x)
    let blocks = Self.blocks(rows)
    let parts = parallelMap(over: blocks.count) { block in
      let standardized = moments(x.rows(blocks.range(block)))
      var u = matmul(standardized, side.directions, transposeB: true)
      let count = u.shape[0]
      let p = Tensor<Scalar>(shape: [count]) { p in
        side.weights.withUnsafeBufferPointer { w in
          u.withUnsafeMutableBufferPointer { u in
            for row in 0..<count {
              p[row] = Scalar.sliceForward(
                u.baseAddress! + row * slices, w.baseAddress!, w.baseAddress! + slices,
                w.baseAddress! + 2 * slices, slices)
            }
          }
        }
      }
      return (p: p, tape: keepsTape ? (x: standardized, a: u) : nil)
    }
    let p = Tensor.concatenate(parts.map(\.p), along: 0).reshaped(to: [rows, 1])
    let spread = ColumnMoments(of: p)
    return Projection(
      moments: moments,
      standardized: spread(p).reshaped(to: [rows]),
      inverseDeviation: spread.inverseDeviation.scalars[0], tape: parts.compactMap(\.tape))
  }

  private func meanProduct(_ p: Projection, _ q: Projection) -> Scalar {
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

  private func backward(
    _ side: Side, _ p: Projection, against q: Projection, _ r: Scalar
  ) -> Tensor<Scalar> {
    let rows = p.standardized.count
    let columns = side.directions.shape[1]
    let slices = side.directions.shape[0]
    let n = Scalar(rows)
    let sign: Scalar = r == 0 ? 0 : (r > 0 ? 1 : -1)
    // δ = sign/(n s_p) (Q − c P), with c = n r/(n − 1).
    let delta =
      (q.standardized - p.standardized * (n * r / (n - 1))) * (sign / n * p.inverseDeviation)
    let blocks = Self.blocks(rows)
    let parts = parallelMap(over: blocks.count) { block in
      let range = blocks.range(block)
      let (x, a) = p.tape[block]
      let e = Tensor<Scalar>(shape: a.shape) { e in
        a.withUnsafeBufferPointer { a in
          side.weights.withUnsafeBufferPointer { w in
            delta.withUnsafeBufferPointer { delta in
              for (place, row) in range.enumerated() {
                Scalar.sliceBackward(
                  a.baseAddress! + place * slices, delta[row], w.baseAddress!,
                  w.baseAddress! + slices, w.baseAddress! + 2 * slices,
                  e.baseAddress! + place * slices, slices)
              }
            }
          }
        }
      }
      let g = matmul(e, side.directions)
      return (g: g, sum: g.sum(along: 0), dot: (g * x).sum(along: 0))
    }
    var (sum, dot) = (parts[0].sum, parts[0].dot)
    for part in parts.dropFirst() {
      sum += part.sum
      dot += part.dot
    }
    let (meanG, slope) = (sum * (1 / n), dot * (1 / (n - 1)))
    let finished = parallelMap(over: blocks.count) { block in
      (parts[block].g - meanG - p.tape[block].x * slope) * p.moments.inverseDeviation
    }
    return Tensor.concatenate(finished, along: 0).reshaped(to: [rows, columns])
  }
}
