import Layers
import TensorCore

/// A measure of the dependence of two arrays that an encoder can minimise.
///
/// The max-step ``fit(_:_:using:)`` adapts whatever the measure has inside (slices and weights, a critic) to the rows given;
/// the min-step takes ``valueAndGradient(_:_:includingTarget:using:)`` with the inside held fixed. `z` is `[n, D]` and `t`
/// `[n, d]` everywhere; larger values mean more dependence.
public protocol DependenceEstimator<Scalar>: Sendable {
  /// The type of the arrays' elements.
  associatedtype Scalar: TensorScalar

  /// The max-step. Measures without an inner optimisation do nothing and report their value.
  mutating func fit(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox)
    throws(InfominError) -> FitReport

  /// The measure on a batch, with the inside held fixed.
  func value(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox) -> Scalar

  /// The measure and its gradient with respect to `z`, and to `t` if asked for.
  func valueAndGradient(
    _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, includingTarget: Bool, using random: Philox
  ) -> (value: Scalar, dZ: Tensor<Scalar>, dT: Tensor<Scalar>?)

  /// What is kept from one max-step to the next, by name: a critic's parameters. What a checkpoint stores.
  var state: [String: Tensor<Scalar>] { get }

  /// Continues from a saved ``state``.
  mutating func restore(_ state: [String: Tensor<Scalar>]) throws(ParameterError)
}

extension DependenceEstimator {
  /// Nothing: the measure has no inner optimisation, or makes a new one at each max-step.
  public var state: [String: Tensor<Scalar>] { [:] }

  /// Wants nothing.
  public mutating func restore(_ state: [String: Tensor<Scalar>]) throws(ParameterError) {
    if let name = state.keys.sorted().first { throw .unexpected(name: name, expected: []) }
  }
}

/// What a max-step reports.
public struct FitReport: Sendable, Equatable {
  /// The measure on the rows that were fitted.
  public var inSample: Double
  /// The measure on the rows that were held out, `nil` without any.
  public var heldOut: Double?
  /// What a user should know of this fit, such as too few rows for its weights.
  public var warning: String?

  /// A report.
  public init(inSample: Double, heldOut: Double? = nil, warning: String? = nil) {
    self.inSample = inSample
    self.heldOut = heldOut
    self.warning = warning
  }
}

/// No dependence term: the value and its gradient are zero.
public struct NoDependence<Scalar: TensorScalar>: DependenceEstimator {
  /// The term that is not there.
  public init() {}

  /// Does nothing.
  public func fit(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox) -> FitReport {
    FitReport(inSample: 0, heldOut: 0)
  }

  /// Zero.
  public func value(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox) -> Scalar { 0 }

  /// Zero, and zero gradients.
  public func valueAndGradient(
    _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, includingTarget: Bool, using random: Philox
  ) -> (value: Scalar, dZ: Tensor<Scalar>, dT: Tensor<Scalar>?) {
    (0, .zeros(z.shape), includingTarget ? .zeros(t.shape) : nil)
  }
}

/// The sliced estimator as a dependence term: draws fresh slices and solves for their weights at each max-step.
public struct SlicedTerm<Scalar: TensorScalar>: DependenceEstimator {
  /// The estimator and its options.
  public let estimator: SlicedDependence<Scalar>
  /// The slices and weights of the last max-step; a min-step before the first is an error.
  public private(set) var objective: SliceObjective<Scalar>?

  /// A term that has not been fitted.
  public init(_ estimator: SlicedDependence<Scalar> = SlicedDependence()) {
    self.estimator = estimator
  }

  /// A term with the slices and weights of an earlier fit, as a checkpoint restores it.
  public init(_ estimator: SlicedDependence<Scalar>, objective: SliceObjective<Scalar>?) {
    self.estimator = estimator
    self.objective = objective
  }

  /// Draws slices and solves for their weights.
  public mutating func fit(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox)
    throws(InfominError) -> FitReport
  {
    let fit = try estimator.fit(z, t, using: random)
    objective = fit.objective
    return FitReport(
      inSample: Double(fit.inSample), heldOut: fit.heldOut.map { Double($0) }, warning: fit.warning)
  }

  /// The objective of the last fit.
  public func value(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, using random: Philox) -> Scalar {
    fitted.value(z, t)
  }

  /// The objective of the last fit and its gradients.
  public func valueAndGradient(
    _ z: Tensor<Scalar>, _ t: Tensor<Scalar>, includingTarget: Bool, using random: Philox
  ) -> (value: Scalar, dZ: Tensor<Scalar>, dT: Tensor<Scalar>?) {
    fitted.valueAndGradient(z, t, includingTarget: includingTarget)
  }

  /// The slices and weights of the last max-step: `z.directions`, `z.weights`, `t.directions`, `t.weights`; none before it.
  public var state: [String: Tensor<Scalar>] {
    guard let objective else { return [:] }
    return [
      "z.directions": objective.z.directions, "z.weights": objective.z.weights,
      "t.directions": objective.t.directions, "t.weights": objective.t.weights,
    ]
  }

  /// Continues with saved slices, or before any.
  public mutating func restore(_ state: [String: Tensor<Scalar>]) throws(ParameterError) {
    guard !state.isEmpty else {
      objective = nil
      return
    }
    let names = ["z.directions", "z.weights", "t.directions", "t.weights"]
    if let extra = state.keys.sorted().first(where: { !names.contains($0) }) {
      throw .unexpected(name: extra, expected: names)
    }
    func side(_ name: String) throws(ParameterError) -> SliceObjective<Scalar>.Side {
      guard let directions = state["\(name).directions"] else {
        throw .missing(name: "\(name).directions", found: state.keys.sorted())
      }
      guard let weights = state["\(name).weights"] else {
        throw .missing(name: "\(name).weights", found: state.keys.sorted())
      }
      guard directions.rank == 2 else {
        throw .shape(
          name: "\(name).directions", expected: [weights.count / 3, 1], found: directions.shape)
      }
      guard weights.shape == [3, directions.shape[0]] else {
        throw .shape(
          name: "\(name).weights", expected: [3, directions.shape[0]], found: weights.shape)
      }
      return .init(directions: directions, weights: weights)
    }
    objective = SliceObjective(z: try side("z"), t: try side("t"))
  }

  private var fitted: SliceObjective<Scalar> {
    guard let objective else {
      halt("SlicedTerm: a min-step needs slices; call fit(_:_:using:) first")
    }
    return objective
  }
}
