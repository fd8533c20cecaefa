import TensorCore

/// One trainable tensor of a model: its name, and where it and its gradient are.
///
/// The list of these (``Parameterized/parameters-swift.property``) is what optimisers, checkpoints, summaries and gradient
/// checks read. A parameter is changed in place, in the model's own memory, so that an optimiser's step copies nothing.
public struct Parameter<Model: Parameterized>: Sendable {
  /// The type of its elements.
  public typealias Scalar = Model.Scalar

  /// The name, unique in the model, parts joined by dots: `encoder.0.weight`.
  public let name: String

  private let read: @Sendable (Model) -> Tensor<Scalar>?
  private let modify: @Sendable (inout Model, (inout Tensor<Scalar>) -> Void) -> Void
  private let readGradient: @Sendable (Model.Gradient) -> Tensor<Scalar>?
  private let modifyGradient:
    @Sendable (inout Model.Gradient, (inout Tensor<Scalar>) -> Void) -> Void

  /// The parameter at a stored property, whose gradient is at another.
  public init(
    _ name: String, _ value: any WritableKeyPath<Model, Tensor<Scalar>> & Sendable,
    _ gradient: any WritableKeyPath<Model.Gradient, Tensor<Scalar>> & Sendable
  ) {
    self.init(
      name, read: { $0[keyPath: value] }, modify: { $1(&$0[keyPath: value]) },
      readGradient: { $0[keyPath: gradient] }, modifyGradient: { $1(&$0[keyPath: gradient]) })
  }

  /// The parameter at a stored property that a model may lack (a layer without bias); its gradient is then absent as well.
  public init(
    _ name: String, _ value: any WritableKeyPath<Model, Tensor<Scalar>?> & Sendable,
    _ gradient: any WritableKeyPath<Model.Gradient, Tensor<Scalar>?> & Sendable
  ) {
    self.init(
      name, read: { $0[keyPath: value] }, modify: { $1(&$0[keyPath: value]!) },
      readGradient: { $0[keyPath: gradient] }, modifyGradient: { $1(&$0[keyPath: gradient]!) })
  }

  /// A parameter found by functions, for places that no key path reaches without a copy, such as an array's elements.
  ///
  /// `modify` and `modifyGradient` must hand the stored tensor itself to the function they are given.
  public init(
    _ name: String, read: @escaping @Sendable (Model) -> Tensor<Scalar>?,
    modify: @escaping @Sendable (inout Model, (inout Tensor<Scalar>) -> Void) -> Void,
    readGradient: @escaping @Sendable (Model.Gradient) -> Tensor<Scalar>?,
    modifyGradient:
      @escaping @Sendable (inout Model.Gradient, (inout Tensor<Scalar>) -> Void) -> Void
  ) {
    self.name = name
    self.read = read
    self.modify = modify
    self.readGradient = readGradient
    self.modifyGradient = modifyGradient
  }

  /// The parameters of a part of a model, as parameters of the whole, named `name.` + their own name.
  public static func list<Part: Parameterized>(
    _ name: String, of part: Part, _ value: any WritableKeyPath<Model, Part> & Sendable,
    _ gradient: any WritableKeyPath<Model.Gradient, Part.Gradient> & Sendable
  ) -> [Parameter] where Part.Scalar == Scalar {
    part.parameters.map { inner in
      Parameter(
        "\(name).\(inner.name)", read: { inner.read($0[keyPath: value]) },
        modify: { inner.modify(&$0[keyPath: value], $1) },
        readGradient: { inner.readGradient($0[keyPath: gradient]) },
        modifyGradient: { inner.modifyGradient(&$0[keyPath: gradient], $1) })
    }
  }

  /// Whether the model has this parameter.
  public func isPresent(in model: Model) -> Bool { read(model) != nil }

  /// Its value in a model that has it.
  public func value(in model: Model) -> Tensor<Scalar> {
    guard let value = read(model) else { halt("Parameter \(name): the model has none") }
    return value
  }

  /// Its gradient in the gradient of a model that has it.
  public func gradient(in gradient: Model.Gradient) -> Tensor<Scalar> {
    guard let value = readGradient(gradient) else {
      halt("Parameter \(name): the gradient has none, though the model has the parameter")
    }
    return value
  }

  /// Changes it in place in a model that has it.
  public func update(_ model: inout Model, _ body: (inout Tensor<Scalar>) -> Void) {
    modify(&model, body)
  }

  /// Changes its gradient in place.
  public func updateGradient(
    _ gradient: inout Model.Gradient, _ body: (inout Tensor<Scalar>) -> Void
  ) { modifyGradient(&gradient, body) }
}
