import Layers
import TensorCore

/// An estimator whose inside is one trained critic: its state is the critic's parameters.
protocol CriticEstimator<Scalar>: DependenceEstimator {
  associatedtype Critic: Parameterized where Critic.Scalar == Scalar
  var critic: Critic { get set }
}

extension CriticEstimator {
  /// The critic's parameters.
  public var state: [String: Tensor<Scalar>] {
    Dictionary(uniqueKeysWithValues: critic.namedParameters.map { ($0.name, $0.value) })
  }

  /// Continues with a saved critic.
  public mutating func restore(_ state: [String: Tensor<Scalar>]) throws(ParameterError) {
    try critic.setParameters(to: state)
  }
}
