import RealModule
import TensorCore

/// How `T` depends on `Z` in the study of independence tests: each column of `T` on the same column of `Z`.
///
/// The protocol is our own: the authors published none. `ε` is standard normal; the noise is chosen so that power moves from
/// the level to one over the numbers of rows of the study.
public enum IndependenceFamily: String, Codable, Sendable, CaseIterable {
  /// `T = ε`.
  case independent
  /// `T = 0.2 Z + √0.96 ε`.
  case linear
  /// `T = 0.4 (Z² − 1)/√2 + √0.84 ε`: no correlation, but `E[T|Z]` varies.
  case quadratic
  /// `T = 0.5 √2 sin 2Z + √0.75 ε`: mostly beyond a straight line.
  case sine
  /// `Z = cos α + 0.3 ε₁`, `T = sin α + 0.3 ε₂`, `α` uniform: no correlation, and `E[T|Z] = 0`.
  case circle
  /// `T = Z ε`: no correlation, and `E[T|Z] = 0`; only the spread of `T` varies.
  case product

  /// `rows` independent rows of `Z` and `T` with `columns` columns each.
  func sample(rows: Int, columns: Int, using random: Philox)
    -> (z: Tensor<Float>, t: Tensor<Float>)
  {
    let shape: Shape = [rows, columns]
    var (draws, noises) = (random.stream("z"), random.stream("t"))
    let z: Tensor<Float> = draws.normal(shape: shape)
    let noise: Tensor<Float> = noises.normal(shape: shape)
    switch self {
    case .independent: return (z, noise)
    case .linear: return (z, z * 0.2 + noise * Float(0.96).squareRoot())
    case .quadratic:
      return (z, (square(z) - 1) * (0.4 / Float(2).squareRoot()) + noise * Float(0.84).squareRoot())
    case .sine:
      return (z, sin(z * 2) * (0.5 * Float(2).squareRoot()) + noise * Float(0.75).squareRoot())
    case .circle:
      var angles = random.stream("angle")
      let angle: Tensor<Float> = angles.uniform(shape: shape, in: -Float.pi..<Float.pi)
      return (cos(angle) + z * 0.3, sin(angle) + noise * 0.3)
    case .product: return (z, z * noise)
    }
  }
}

/// The statistics of the study.
public enum IndependenceStatistic: String, Codable, Sendable, CaseIterable {
  /// The sliced estimator, one function of all slices, held out.
  case sliceJoint = "slice-joint"
  /// The sliced estimator, the best pair of slices, held out.
  case slicePair = "slice-pair"
  /// Bias-corrected distance correlation.
  case distance
  /// The largest correlation of two columns.
  case pearson
  /// Neural Rényi, held out.
  case renyi

  /// The name in tables.
  public var label: String {
    switch self {
    case .sliceJoint: "SLICE joint"
    case .slicePair: "SLICE pair"
    case .distance: "DC"
    case .pearson: "PEARSON max"
    case .renyi: "RENYI"
    }
  }
}
