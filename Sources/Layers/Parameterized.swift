import TensorCore

/// The gradient of a number with respect to the parameters of a model; gradients of shards are added.
public protocol ParameterGradient<Scalar>: Sendable {
  /// The type of its elements.
  associatedtype Scalar: TensorScalar
  /// Adds the gradient of another part of the batch.
  static func += (total: inout Self, gradient: Self)
  /// Multiplies every element.
  static func *= (gradient: inout Self, factor: Scalar)
}

/// The gradient of what has no parameters.
public struct NoGradient<Scalar: TensorScalar>: ParameterGradient, Equatable {
  /// The only value.
  public init() {}
  /// Does nothing.
  public static func += (total: inout NoGradient, gradient: NoGradient) {}
  /// Does nothing.
  public static func *= (gradient: inout NoGradient, factor: Scalar) {}
}

/// A value with trainable parameters: a layer, or a model made of layers.
///
/// A type whose parameters are the same for all values writes the static list; one whose list depends on the value (a
/// network of any depth, a model made of such) writes the instance property. All else reads the instance property.
///
/// ```swift
/// struct FairModel: Parameterized {
///   var encoder, predictor: MLP<Float>
///   struct Gradient: ParameterGradient {
///     typealias Scalar = Float
///     var encoder, predictor: MLP<Float>.Gradient
///     static func += (total: inout Gradient, gradient: Gradient) { … }
///     static func *= (gradient: inout Gradient, factor: Float) { … }
///   }
///   var parameters: [Parameter<Self>] {
///     Parameter.list("encoder", of: encoder, \.encoder, \.encoder)
///       + Parameter.list("predictor", of: predictor, \.predictor, \.predictor)
///   }
/// }
/// ```
public protocol Parameterized<Scalar>: Sendable {
  /// The type of the parameters' elements.
  associatedtype Scalar: TensorScalar
  /// The gradient with respect to the parameters, shaped like them.
  associatedtype Gradient: ParameterGradient where Gradient.Scalar == Scalar
  /// Every parameter that a value of this type can have; none unless the type says otherwise.
  static var parameters: [Parameter<Self>] { get }
  /// The parameters of this value, in a fixed order; those of the static list that it has, unless the type says otherwise.
  var parameters: [Parameter<Self>] { get }
}

extension Parameterized {
  /// No parameters.
  public static var parameters: [Parameter<Self>] { [] }
  /// The parameters of the static list that this value has.
  public var parameters: [Parameter<Self>] { Self.parameters.filter { $0.isPresent(in: self) } }

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
