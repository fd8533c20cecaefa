import TensorCore

/// A value with trainable parameters: a layer, or a model made of layers.
///
/// A type lists its parts once; the names of parameters, optimisers, checkpoints, gradients and their sums, and gradient checks all
/// follow from that list.
///
/// ```swift
/// struct FairModel: Parameterized {
///   typealias Scalar = Float
///   var encoder, predictor: MLP<Float>
///   static var parts: [Part<Self>] { [.part("encoder", \.encoder), .part("predictor", \.predictor)] }
/// }
/// ```
public protocol Parameterized<Scalar>: Sendable {
  /// The type of the parameters' elements.
  associatedtype Scalar: TensorScalar
  /// What the type is made of, in the order of its parameters; none unless the type says otherwise. It is asked once.
  static var parts: [Part<Self>] { get }
}

extension Parameterized {
  /// The gradient of a number with respect to the parameters, shaped like the value itself.
  public typealias Gradient = ParameterGradient<Self>

  /// No parameters.
  public static var parts: [Part<Self>] { [] }

  /// The parameters of this value, in the order of its parts.
  public var parameters: [Parameter<Self>] {
    PartLists.parts(of: Self.self).flatMap { $0.parameters(self) }
  }

  /// The parameters' names and values, in order.
  public var namedParameters: [(name: String, value: Tensor<Scalar>)] {
    parameters.map { ($0.name, $0.value(in: self)) }
  }

  /// The number of numbers in all parameters.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.value(in: self).count } }

  /// Calls `body` with each parameter's place in the list, its name, and the stored tensor itself to change.
  public mutating func updateParameters(_ body: (Int, String, inout Tensor<Scalar>) -> Void) {
    for (index, parameter) in parameters.enumerated() {
      parameter.update(&self) { body(index, parameter.name, &$0) }
    }
  }

  /// Replaces all parameters by the tensors of the same names.
  ///
  /// - Throws: ``ParameterError`` if one is missing, has another shape, or belongs to no parameter; nothing is then changed.
  public mutating func setParameters(
    to tensors: [String: Tensor<Scalar>]
  ) throws(ParameterError) {
    let parameters = self.parameters
    for parameter in parameters {
      guard let tensor = tensors[parameter.name] else {
        throw .missing(name: parameter.name, found: tensors.keys.sorted())
      }
      let expected = parameter.value(in: self).shape
      if tensor.shape != expected {
        throw .shape(name: parameter.name, expected: expected, found: tensor.shape)
      }
    }
    let names = Set(parameters.map(\.name))
    if let extra = tensors.keys.sorted().first(where: { !names.contains($0) }) {
      throw .unexpected(name: extra, expected: parameters.map(\.name))
    }
    updateParameters { $2 = tensors[$1]! }
  }
}

/// Named tensors that do not fit a model or an optimiser.
public enum ParameterError: Error, Equatable, CustomStringConvertible {
  /// A parameter has no tensor; `found` are the names that came.
  case missing(name: String, found: [String])
  /// A tensor belongs to no parameter; `expected` are the names wanted.
  case unexpected(name: String, expected: [String])
  /// A tensor has another shape than its parameter.
  case shape(name: String, expected: Shape, found: Shape)

  /// Where, what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .missing(let name, let found):
      "parameter \"\(name)\": no tensor of that name among \(found.isEmpty ? "none" : found.joined(separator: ", ")); "
        + "load a checkpoint of a model with the same layers"
    case .unexpected(let name, let expected):
      "tensor \"\(name)\": the model has no such parameter, only \(expected.joined(separator: ", ")); "
        + "load a checkpoint of a model with the same layers"
    case .shape(let name, let expected, let found):
      "parameter \"\(name)\": expected shape \(expected), found \(found); "
        + "load a checkpoint of a model with the same widths"
    }
  }
}
