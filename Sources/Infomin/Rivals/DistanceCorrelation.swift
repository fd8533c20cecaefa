import Layers
import TensorCore

/// Distance correlation of two arrays (Székely, Rizzo, Bakirov 2007), in two centrings.
///
/// With `A_ij = |z_i − z_j|`, `B_ij = |t_i − t_j|`, `U(A)_ij = A_ij − A_i·/(n−2) − A_·j/(n−2) + A_··/((n−1)(n−2))` and
/// `⟨X, Y⟩ = Σ X_ij Y_ij/(n(n−3))`: `J = √V_zt/(V_z V_t)^¼`, `V_zt = ⟨U(A), U(B)⟩` (spec §6.2).
///
/// `J` is in 0…1, and 0 for an array that does not vary. It is the same in any common unit of an array's columns: see
/// ``DistanceUnit``. A unit for each column changes the distances, and so the measure.
public struct DistanceCorrelation<Scalar: TensorScalar>: DependenceEstimator {
  /// What happens on the diagonal of a centred matrix.
  public enum Centring: String, Codable, Sendable, CaseIterable {
    /// The diagonal is kept, as in the authors' code: `V_zt` is biased upward by about mean(A) mean(B)/n, a floor of 0.22
    /// for independent normal data with n = 500 and D = 80.
    case official
    /// The diagonal is zero (Székely and Rizzo 2014): `V_zt` is unbiased and may be negative; then `J` and its gradient
    /// are 0.
    case unbiased
  }

  /// The centring.
  public let centring: Centring

  /// The estimator with a centring.
  public init(_ centring: Centring = .official) { self.centring = centring }

  /// Reports the value on all rows, of which it wants at least 4. There is nothing to fit.
  public func fit(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox)
    throws(InfominError) -> FitReport
  {
    guard z.shape[0] >= 4 else {
      throw .tooFewRows(estimator: "DistanceCorrelation", expected: 4, found: z.shape[0])
    }
    let warning = try ColumnMoments.warning(z, t, estimator: "DistanceCorrelation")
    // The matrices are n × n; the training loop calls this with all rows, and needs no value there.
    return FitReport(inSample: .nan, warning: warning)
  }

  /// `J`.
  public func value(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox) -> Scalar {
    Centred(DistanceUnit(z).x, DistanceUnit(t).x, centring).value
  }

  /// `J` and its gradients.
  ///
  /// `K = (J/(2 V_zt) U(B) − J/(2 V_z) U(A))/(n(n−3))`, `dJ/dA = U(K)` since `U` is self-adjoint on symmetric matrices, and
  /// `dJ/dz_i = 2 Σ_j (dJ/dA)_ij (z_i − z_j)/A_ij`, terms with `A_ij = 0` left out.
  public func valueAndGradient(
    _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, includingTarget: Bool, using random: Philox
  ) -> (value: Scalar, dZ: Tensor<Scalar>, dT: Tensor<Scalar>?) {
    let (zUnit, tUnit) = (DistanceUnit(z), DistanceUnit(t))
    let centred = Centred(zUnit.x, tUnit.x, centring)
    return (
      centred.value, zUnit.backward(centred.gradient(zUnit.x, of: \.a, \.vz, against: \.b)),
      includingTarget
        ? tUnit.backward(centred.gradient(tUnit.x, of: \.b, \.vt, against: \.a)) : nil
    )
  }

  /// Distances of one array, and what centring subtracts.
  struct Distances: Sendable {
    /// `[n, n]`
    let matrix: Tensor<Scalar>
    /// `A_i·/(n−2) − A_··/(2 (n−1)(n−2))`, so that `U(A)_ij = A_ij − shift_i − shift_j`. `[n]`
    let shift: Tensor<Scalar>

    init(_ x: Tensor<Scalar>) {
      let (n, columns) = (x.shape[0], x.shape[1])
      var sums = Tensor<Scalar>.zeros([n])
      var matrix = columns == 1 ? Tensor.zeros([n, n]) : matmul(x, x, transposeB: true)
      sums.withUnsafeMutableBufferPointer { sums in
        matrix.withUnsafeMutableBufferPointer { m in
          x.withUnsafeBufferPointer { x in
            if columns == 1 {
              for i in 0..<n {
                let row = m.baseAddress! + i * n
                Scalar.scaleShift(x.baseAddress!, 1, -x[i], row, n)
                for j in 0..<n { row[j] = row[j].magnitude }
                sums[i] = Scalar.sum(row, n)
              }
            } else {
              let squares = (0..<n).map { m[$0 * n + $0] }
              for i in 0..<n {
                let row = m.baseAddress! + i * n
                _ = squares.withUnsafeBufferPointer {
                  Scalar.distanceRow(squares[i], $0.baseAddress!, row, row, n)
                }
                row[i] = 0
                sums[i] = Scalar.sum(row, n)
              }
            }
          }
        }
      }
      let count = Scalar(n)
      let total = sums.sum()
      shift = sums * (1 / (count - 2)) - total / (2 * (count - 1) * (count - 2))
      self.matrix = matrix
    }
  }

  private struct Centred: Sendable {
    let a, b: Distances
    let vzt, vz, vt: Scalar
    let value: Scalar
    let centring: Centring

    init(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, _ centring: Centring) {
      let n = z.shape[0]
      require(
        z.rank == 2 && t.rank == 2 && n == t.shape[0] && n >= 4,
        "DistanceCorrelation: wants z and t of as many rows, at least 4, got \(z.shape) and \(t.shape)"
      )
      self.centring = centring
      let (a, b) = (Distances(z), Distances(t))
      (self.a, self.b) = (a, b)
      let rows = parallelMap(over: n) { i in
        a.matrix.withUnsafeBufferPointer { am in
          b.matrix.withUnsafeBufferPointer { bm in
            a.shift.withUnsafeBufferPointer { sa in
              b.shift.withUnsafeBufferPointer { sb in
                var sums = Scalar.centredProductsRow(
                  am.baseAddress! + i * n, bm.baseAddress! + i * n, alpha: sa[i], beta: sb[i],
                  sa.baseAddress!, sb.baseAddress!, n)
                if centring == .unbiased {
                  let (u, v) = (-2 * sa[i], -2 * sb[i])
                  sums.uv -= u * v
                  sums.uu -= u * u
                  sums.vv -= v * v
                }
                return sums
              }
            }
          }
        }
      }
      let scale = 1 / (Scalar(n) * Scalar(n - 3))
      vzt = Tensor(rows.map(\.uv)).sum() * scale
      vz = Tensor(rows.map(\.uu)).sum() * scale
      vt = Tensor(rows.map(\.vv)).sum() * scale
      let product = vz * vt
      value =
        vzt > 0 && product > 0 ? min((vzt / product.squareRoot()).squareRoot(), 1) : 0
    }

    func gradient(
      _ x: Tensor<Scalar>, of own: KeyPath<Centred, Distances>,
      _ variance: KeyPath<Centred, Scalar>,
      against other: KeyPath<Centred, Distances>
    ) -> Tensor<Scalar> {
      guard value > 0 else { return .zeros(x.shape) }
      let n = x.shape[0]
      let (a, b) = (self[keyPath: own], self[keyPath: other])
      let scale = 1 / (Scalar(n) * Scalar(n - 3))
      let c1 = value / (2 * vzt) * scale
      let c2 = value / (2 * self[keyPath: variance]) * scale
      // Row sums of K. Σ_j U(A)_ij = A_i· − n shift_i − Σ shift, less the diagonal −2 shift_i where that is zeroed.
      func rowSums(_ d: Distances) -> Tensor<Scalar> {
        let count = Scalar(n)
        let sums = d.matrix.sum(along: 1) - d.shift * count - d.shift.sum()
        return centring == .unbiased ? sums + d.shift * 2 : sums
      }
      let kSums = rowSums(b) * c1 - rowSums(a) * c2
      let count = Scalar(n)
      let kappa =
        kSums * (1 / (count - 2)) - kSums.sum() / (2 * (count - 1) * (count - 2))
      // H_ij = U(K)_ij / A_ij, 0 on the diagonal where A is 0: so the diagonal of K needs no zeroing here.
      let blocks = RowBlocks(rows: n, size: 64)
      let parts = parallelMap(over: blocks.count) { block in
        let range = blocks.range(block)
        var sums = [Scalar](repeating: 0, count: range.count)
        let h = Tensor<Scalar>(shape: [range.count, n]) { h in
          a.matrix.withUnsafeBufferPointer { am in
            b.matrix.withUnsafeBufferPointer { bm in
              a.shift.withUnsafeBufferPointer { sa in
                b.shift.withUnsafeBufferPointer { sb in
                  kappa.withUnsafeBufferPointer { kappa in
                    for (place, i) in range.enumerated() {
                      sums[place] = Scalar.distanceGradientRow(
                        am.baseAddress! + i * n, bm.baseAddress! + i * n, alpha: sa[i],
                        beta: sb[i], kappa: kappa[i], sa.baseAddress!, sb.baseAddress!,
                        kappa.baseAddress!, c1: c1, c2: c2, h.baseAddress! + place * n, n)
                    }
                  }
                }
              }
            }
          }
        }
        let own = x.rows(range) * Tensor(shape: [range.count, 1], scalars: sums)
        return (own - matmul(h, x)) * 2
      }
      return Tensor.concatenate(parts, along: 0)
    }
  }
}
