import Foundation
import TensorCore

/// A generator of tables whose dependence is known: T drives the features, the features drive Y.
///
/// With independent standard normal g, e_1, …, e_m and e_0, for each row
///
///     T    = meanT + sdT · g
///     u_j  = a_j g + √(1 − a_j²) e_j                      (linear loading)
///     u_j  = a_j (g² − 1)/√2 + √(1 − a_j²) e_j            (quadratic loading)
///     x_j  = mean_j + sd_j · u_j                          (a number)
///     x_j  = the count of i/k quantiles of N(0,1) below u_j, i = 1 … k−1   (a code of k levels, linear loading only)
///     s    = (Σ_j b_j u_j + σ e_0) / √Var
///     Y    = meanY + sdY · s, or 1 where s exceeds the quantile 1 − p of N(0,1) and −1 elsewhere
///
/// so that Y depends on T through the features alone. ``featureCorrelations`` and ``targetCorrelation`` follow in closed
/// form. Each variable draws from a stream of its own name.
public struct TwinModel: Sendable {
  /// How a feature depends on T.
  public enum Loading: Sendable, Hashable {
    /// In proportion to T: correlation `a` with T before coding.
    case linear(Double)
    /// In proportion to the square of T's deviation: correlation 0 with T, yet dependent.
    case quadratic(Double)
  }

  /// What a feature's values are.
  public enum Values: Sendable, Hashable {
    /// Numbers with this mean and standard deviation.
    case numbers(mean: Double, standardDeviation: Double)
    /// Equally likely codes 0…levels−1.
    case codes(levels: Int)
  }

  /// One feature.
  public struct Feature: Sendable, Hashable {
    /// The column's name.
    public var name: String
    /// How it depends on T.
    public var loading: Loading
    /// Its weight b in the score behind Y; 0 for quadratic loadings.
    public var weight: Double
    /// What its values are.
    public var values: Values

    /// A feature.
    ///
    /// - Requires: a loading in [−1, 1]; linear loading for codes and for a weight other than 0; at least 2 levels.
    public init(_ name: String, _ loading: Loading, weight: Double, _ values: Values) {
      switch loading {
      case .linear(let a):
        require(a.magnitude <= 1, "TwinModel: loading of \(name) must be in [-1, 1], got \(a)")
      case .quadratic(let a):
        require(a.magnitude <= 1, "TwinModel: loading of \(name) must be in [-1, 1], got \(a)")
        require(
          weight == 0, "TwinModel: \(name) is quadratic, so its weight must be 0, got \(weight)")
        if case .codes = values {
          require(false, "TwinModel: \(name) is a code, so its loading must be linear")
        }
      }
      if case .codes(let levels) = values {
        require(levels >= 2, "TwinModel: \(name) must have at least 2 levels, got \(levels)")
      }
      self.name = name
      self.loading = loading
      self.weight = weight
      self.values = values
    }
  }

  /// What Y's values are.
  public enum Target: Sendable, Hashable {
    /// 1 with this probability, else −1.
    case binary(positiveShare: Double)
    /// Numbers with this mean and standard deviation.
    case numbers(mean: Double, standardDeviation: Double)
  }

  /// The table's name.
  public var name: String
  /// The features, in the order of X's columns.
  public var features: [Feature]
  /// σ: the standard deviation of what drives Y beside the features.
  public var noise: Double
  /// Y's name.
  public var targetName: String
  /// Y's values.
  public var target: Target
  /// T's name.
  public var sensitiveName: String
  /// T's mean.
  public var sensitiveMean: Double
  /// T's standard deviation.
  public var sensitiveDeviation: Double

  /// A model; the properties of the same names say what each argument is.
  public init(
    name: String, features: [Feature], noise: Double, targetName: String, target: Target,
    sensitiveName: String, sensitiveMean: Double, sensitiveDeviation: Double
  ) {
    self.name = name
    self.features = features
    self.noise = noise
    self.targetName = targetName
    self.target = target
    self.sensitiveName = sensitiveName
    self.sensitiveMean = sensitiveMean
    self.sensitiveDeviation = sensitiveDeviation
  }

  /// The correlation of each feature with T in the population.
  ///
  /// `a` for a number with linear loading, 0 with quadratic; `a Σ_i φ(q_i) / √((k² − 1)/12)` for a code, with q_i the i/k
  /// quantiles and φ the normal density.
  public var featureCorrelations: [Double] {
    features.map { feature in
      guard case .linear(let a) = feature.loading else { return 0 }
      guard case .codes(let levels) = feature.values else { return a }
      let covariance = Self.thresholds(levels).map(Self.density).reduce(0, +)
      return a * covariance / (Double(levels * levels - 1) / 12).squareRoot()
    }
  }

  /// The correlation of the score behind Y with T in the population: `Σ b_j a_j / √Var`,
  /// `Var = (Σ b_j a_j)² + Σ b_j² (1 − a_j²) + σ²`.
  public var scoreCorrelation: Double { sharedWeight / scoreVariance.squareRoot() }

  /// The correlation of Y with T in the population: ``scoreCorrelation``, times `φ(q) / √(p (1 − p))` for a binary Y with
  /// positive share p and threshold q.
  public var targetCorrelation: Double {
    guard case .binary(let share) = target else { return scoreCorrelation }
    let factor = Self.density(Self.quantile(1 - share)) / (share * (1 - share)).squareRoot()
    return scoreCorrelation * factor
  }

  private var sharedWeight: Double {
    features.reduce(0) { sum, feature in
      guard case .linear(let a) = feature.loading else { return sum }
      return sum + feature.weight * a
    }
  }

  private var scoreVariance: Double {
    features.reduce(sharedWeight * sharedWeight + noise * noise) { sum, feature in
      guard case .linear(let a) = feature.loading else { return sum }
      return sum + feature.weight * feature.weight * (1 - a * a)
    }
  }

  /// Draws a table.
  ///
  /// - Parameters:
  ///   - rowCount: the number of rows, at least 2.
  ///   - random: where the draws come from; the same stream gives the same bits.
  /// - Throws: ``DatasetError/tooFewRows(path:expected:found:)`` below 2 rows, or if so few rows make Y constant
  ///   ``DatasetError/constantColumn(path:column:value:rows:)``.
  public func table(rowCount: Int, from random: Philox) throws(DatasetError) -> FairnessTable {
    guard rowCount >= 2 else {
      throw .tooFewRows(path: name, expected: "at least 2 rows", found: rowCount)
    }
    func normal(_ stream: Philox) -> [Double] {
      var stream = stream
      let values: Tensor<Double> = stream.normal(shape: [rowCount])
      return values.scalars
    }
    let g = normal(random.stream("sensitive"))
    var score = normal(random.stream("target")).map { noise * $0 }
    var columns: [(name: String, values: [Double])] = []
    for feature in features {
      var u = normal(random.stream("feature/" + feature.name))
      switch feature.loading {
      case .linear(let a):
        for i in 0..<rowCount { u[i] = a * g[i] + (1 - a * a).squareRoot() * u[i] }
      case .quadratic(let a):
        for i in 0..<rowCount {
          u[i] = a * (g[i] * g[i] - 1) / 2.0.squareRoot() + (1 - a * a).squareRoot() * u[i]
        }
      }
      for i in 0..<rowCount { score[i] += feature.weight * u[i] }
      switch feature.values {
      case .numbers(let mean, let deviation):
        columns.append((feature.name, u.map { mean + deviation * $0 }))
      case .codes(let levels):
        let thresholds = Self.thresholds(levels)
        columns.append(
          (feature.name, u.map { value in Double(thresholds.count { $0 < value }) }))
      }
    }
    let scale = scoreVariance.squareRoot()
    let y: [Double]
    switch target {
    case .numbers(let mean, let deviation): y = score.map { mean + deviation * $0 / scale }
    case .binary(let share):
      let threshold = Self.quantile(1 - share)
      y = score.map { $0 / scale > threshold ? 1 : -1 }
    }
    return try FairnessTable(
      name: name, features: columns, target: (targetName, y),
      sensitive: (sensitiveName, g.map { sensitiveMean + sensitiveDeviation * $0 }),
      provenance: "generated, not measured: \(rowCount) rows of the model \(name); population "
        + "correlation of Y and T \(Self.rounded(targetCorrelation))",
      isSynthetic: true)
  }

  private static func rounded(_ value: Double) -> String { String(format: "%.3f", value) }

  private static func density(_ q: Double) -> Double {
    Foundation.exp(-q * q / 2) / (2 * Double.pi).squareRoot()
  }

  private static func thresholds(_ levels: Int) -> [Double] {
    (1..<levels).map { quantile(Double($0) / Double(levels)) }
  }

  /// The quantile of the standard normal distribution, by bisection on the complementary error function.
  static func quantile(_ probability: Double) -> Double {
    require(
      probability > 0 && probability < 1,
      "TwinModel: a share must lie between 0 and 1, got \(probability)")
    var (low, high) = (-40.0, 40.0)
    while true {
      let middle = (low + high) / 2
      if middle == low || middle == high { return middle }
      if erfc(-middle / 2.0.squareRoot()) / 2 < probability { low = middle } else { high = middle }
    }
  }
}
