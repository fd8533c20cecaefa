import TensorCore

/// A rule that moves parameters against their gradient: a value that holds what it remembers of each parameter.
public protocol Optimizer<Scalar>: Sendable {
  /// The type of the parameters' elements.
  associatedtype Scalar: TensorScalar

  /// The factor of a step; schedules change it between steps.
  var learningRate: Double { get set }

  /// The number of steps done, and what is remembered of each parameter: everything that a checkpoint needs.
  var state: OptimizerState<Scalar> { get }

  /// Takes one step: changes the model's parameters in place.
  ///
  /// Every call must pass a model with the same parameters.
  mutating func update<Model: Parameterized>(_ model: inout Model, with gradient: Model.Gradient)
  where Model.Scalar == Scalar

  /// Continues from a saved state.
  ///
  /// - Throws: ``ParameterError`` if the tensors are not of this optimiser's kind.
  mutating func restore(_ state: OptimizerState<Scalar>) throws(ParameterError)
}

/// What an optimiser remembers, as named tensors: `firstMoment/encoder.0.weight`.
public struct OptimizerState<Scalar: TensorScalar>: Sendable, Equatable {
  /// The number of steps done.
  public var stepCount: Int
  /// The tensors by `kind/parameter`.
  public var tensors: [String: Tensor<Scalar>]

  /// A state of these parts.
  public init(stepCount: Int, tensors: [String: Tensor<Scalar>]) {
    self.stepCount = stepCount
    self.tensors = tensors
  }
}

/// One remembered tensor for each parameter of a model, such as its first moment.
struct Moments<Scalar: TensorScalar>: Sendable {
  /// The name of what is remembered: the part of a state's names before the slash.
  let kind: String
  private(set) var names: [String] = []
  var tensors: [Tensor<Scalar>] = []

  init(_ kind: String) { self.kind = kind }

  /// Puts the tensors in the order of the model's list, with zeros at the first step.
  mutating func align<Model: Parameterized>(_ parameters: [Parameter<Model>], of model: Model)
  where Model.Scalar == Scalar {
    if names.count == parameters.count && zip(names, parameters).allSatisfy({ $0 == $1.name }) {
      return
    }
    let wanted = parameters.map(\.name)
    if names.isEmpty {
      tensors = parameters.map { .zeros($0.value(in: model).shape) }
    } else {
      // A restored state: its order is that of a dictionary.
      require(
        names.sorted() == wanted.sorted(),
        "Optimizer.update: the state is of the parameters \(names.sorted()), the model has \(wanted)"
      )
      let byName = Dictionary(uniqueKeysWithValues: zip(names, tensors))
      tensors = wanted.map { byName[$0]! }
      for (parameter, tensor) in zip(parameters, tensors) {
        let shape = parameter.value(in: model).shape
        require(
          tensor.shape == shape,
          "Optimizer.update: \(kind) of \(parameter.name) must be \(shape), got \(tensor.shape)")
      }
    }
    names = wanted
  }

  /// Writes the tensors into a state.
  func export(into state: inout OptimizerState<Scalar>) {
    for (name, tensor) in zip(names, tensors) { state.tensors["\(kind)/\(name)"] = tensor }
  }

  /// Takes this kind's tensors from a state.
  mutating func restore(from state: OptimizerState<Scalar>) {
    let prefix = kind + "/"
    let own = state.tensors.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }
    names = own.map { String($0.key.dropFirst(prefix.count)) }
    tensors = own.map(\.value)
  }
}

extension OptimizerState {
  /// Throws unless the tensors are of the given kinds, each for the same parameters (none before the first step).
  func check(kinds: [String]) throws(ParameterError) {
    let names = Set(tensors.keys.map { String($0.drop { $0 != "/" }.dropFirst()) }).sorted()
    let wanted = kinds.flatMap { kind in names.map { "\(kind)/\($0)" } }
    for name in wanted where tensors[name] == nil {
      throw .missing(name: name, found: tensors.keys.sorted())
    }
    for name in tensors.keys.sorted() where !wanted.contains(name) {
      throw .unexpected(name: name, expected: wanted.isEmpty ? ["none"] : wanted)
    }
    for name in names {
      let shape = tensors["\(kinds[0])/\(name)"]!.shape
      for kind in kinds.dropFirst() {
        let other = tensors["\(kind)/\(name)"]!.shape
        if other != shape { throw .shape(name: "\(kind)/\(name)", expected: shape, found: other) }
      }
    }
    if stepCount > 0 && tensors.isEmpty && !kinds.isEmpty {
      throw .missing(name: "\(kinds[0])/…", found: [])
    }
  }
}
