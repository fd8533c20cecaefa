import Infomin
import TensorCore

/// One max-step of the sliced estimator on random data of a given shape: draw slices, solve on the first 80 % of the rows
/// (which gives their value too), evaluate the objective on the rest. The names are those of `infomin_numpy.py`.
struct SolveCase {
  /// `n`, `D`, `S`.
  let rows, columns, slices: Int
  /// What `T` is.
  let target: Target

  enum Target {
    case normal(columns: Int)
    case oneHot(classes: Int)
  }

  static let all = [
    SolveCase(rows: 500, columns: 80, slices: 100, target: .normal(columns: 1)),
    SolveCase(rows: 500, columns: 80, slices: 200, target: .normal(columns: 1)),
    SolveCase(rows: 20_000, columns: 80, slices: 100, target: .normal(columns: 1)),
    SolveCase(rows: 10_000, columns: 256, slices: 250, target: .oneHot(classes: 3)),
    SolveCase(rows: 10_000, columns: 256, slices: 250, target: .oneHot(classes: 2)),
    SolveCase(rows: 5256, columns: 128, slices: 100, target: .normal(columns: 128)),
  ]

  var name: String {
    let text =
      switch target {
      case .normal(let columns): "d\(columns)"
      case .oneHot(let classes): "onehot\(classes)"
      }
    return "solve-n\(rows)-D\(columns)-\(text)-S\(slices)"
  }

  var benchmark: BenchmarkCase {
    BenchmarkCase(name, operations: operations, peer: .script("infomin_numpy.py")) {
      timed(SlicedDependence(sliceCount: slices))
    }
  }

  /// The same solve on a processor without tiles, and by the direct form.
  var otherForms: [BenchmarkCase] {
    var forms: [BenchmarkCase] = []
    if LevelInstructions.best == .tiles {
      forms.append(
        BenchmarkCase("\(name)/without tiles", operations: operations) {
          let solve = timed(SlicedDependence(sliceCount: slices))
          return { try LevelInstructions.$chosen.withValue(.vectors) { try solve() } }
        })
    }
    forms.append(
      BenchmarkCase("\(name)/direct", operations: operations) {
        timed(SlicedDependence(sliceCount: slices, usesIteration: false))
      })
    return forms
  }

  private func timed(_ estimator: SlicedDependence<Float>) -> () throws -> Void {
    let (z, t) = data
    var draw = 0
    return {
      draw += 1
      _ = try estimator.fit(z, t, using: Philox(seed: 0).stream("bench", draw))
    }
  }

  /// `Z` of which one column follows `T`², as in the peer.
  var data: (z: Tensor<Float>, t: Tensor<Float>) {
    var random = Philox(seed: 0).stream("solve")
    var z: Tensor<Float> = random.normal(shape: [rows, columns])
    let t: Tensor<Float>
    switch target {
    case .normal(let columns): t = random.normal(shape: [rows, columns])
    case .oneHot(let classes):
      t = .oneHot((0..<rows).map { _ in random.next(below: classes) }, classCount: classes)
    }
    for row in 0..<rows { z[row, 0] += t[row, 0] * t[row, 0] }
    return (z, t)
  }

  /// The operations of the products and factors that the solve cannot do without: with `f` rows of the fit, `p` features of
  /// `Z` and `q` of `T` in its smallest coordinates, slices `2 f D S`, half of `FᵀF` (or of `F Fᵀ` where `f < p`), `FᵀG`, one
  /// Cholesky factor a side, the triangular solve, and the slices of the held-out rows.
  var operations: Double {
    let (n, f) = (Double(rows), Double(rows * 8 / 10))
    let (d, s) = (Double(columns), Double(slices))
    let p = 3 * s
    let q: Double
    var target = 0.0
    switch self.target {
    case .normal(columns: 1): q = 3
    case .oneHot(let classes): q = Double(classes)
    case .normal(let columns):
      q = p
      target = 2 * n * Double(columns) * s + f * q * q + q * q * q / 3
    }
    let order = min(f, p)
    let factor = f * p * order + order * order * order / 3
    let pair =
      f < p ? 2 * order * order * q + 2 * f * p : 2 * f * p * q + p * p * q + p * q * min(p, q)
    return 2 * n * d * s + target + factor + pair
  }
}
