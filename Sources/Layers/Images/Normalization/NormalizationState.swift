import TensorCore

/// What moves beside the parameters while a model with batch normalisation is trained: named lists of running statistics.
///
/// A model's state names its lists; how a checkpoint stores them follows.
public protocol NormalizationState: Sendable, Equatable {
  /// The type of the statistics' elements.
  associatedtype Scalar: TensorScalar
  /// The lists, each with the first part of its tensors' names.
  static var parts: [(name: String, path: WritableKeyPath<Self, [BatchNorm<Scalar>.State]>)] { get }
}

extension NormalizationState {
  /// The statistics as a checkpoint stores them: `encoder.0.mean`, `encoder.0.variance`, …
  public var namedTensors: [(name: String, value: Tensor<Scalar>)] {
    Self.parts.flatMap { name, path in
      self[keyPath: path].enumerated().flatMap { index, state in
        [("\(name).\(index).mean", state.mean), ("\(name).\(index).variance", state.variance)]
      }
    }
  }

  /// Replaces all statistics by the tensors of the same names.
  ///
  /// - Throws: ``ParameterError`` if one is missing, has another shape, or belongs to no statistic; nothing is then changed.
  public mutating func setTensors(to tensors: [String: Tensor<Scalar>]) throws(ParameterError) {
    let expected = namedTensors
    for (name, value) in expected {
      guard let tensor = tensors[name] else {
        throw .missing(name: name, found: tensors.keys.sorted())
      }
      if tensor.shape != value.shape {
        throw .shape(name: name, expected: value.shape, found: tensor.shape)
      }
    }
    let names = expected.map(\.name)
    if let extra = tensors.keys.sorted().first(where: { !names.contains($0) }) {
      throw .unexpected(name: extra, expected: names)
    }
    for (name, path) in Self.parts {
      for index in self[keyPath: path].indices {
        self[keyPath: path][index] = .init(
          mean: tensors["\(name).\(index).mean"]!, variance: tensors["\(name).\(index).variance"]!)
      }
    }
  }
}
