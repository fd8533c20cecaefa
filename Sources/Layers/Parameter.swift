import TensorCore

/// One trainable tensor of a model: its name, and where it is.
///
/// The list of these (``Parameterized/parameters``) is what optimisers, checkpoints, sums of gradients and gradient checks read. A
/// parameter is changed in place, in the model's own memory, so that an optimiser's step copies nothing.
public struct Parameter<Model: Parameterized>: Sendable {
  /// The type of its elements.
  public typealias Scalar = Model.Scalar

  /// The name, unique in the model, parts joined by dots: `encoder.0.weight`.
  public let name: String

  fileprivate let read: @Sendable (Model) -> Tensor<Scalar>
  fileprivate let modify: @Sendable (inout Model, (inout Tensor<Scalar>) -> Void) -> Void

  /// Its value in a model.
  public func value(in model: Model) -> Tensor<Scalar> { read(model) }

  /// Its gradient in the gradient of a model.
  public func gradient(in gradient: Model.Gradient) -> Tensor<Scalar> { read(gradient.shaped) }

  /// Changes it in place in a model.
  public func update(_ model: inout Model, _ body: (inout Tensor<Scalar>) -> Void) {
    modify(&model, body)
  }

  /// Changes its gradient in place.
  public func updateGradient(
    _ gradient: inout Model.Gradient, _ body: (inout Tensor<Scalar>) -> Void
  ) { modify(&gradient.shaped, body) }
}

/// What a model is made of: a tensor, a model of its own, or a list of such; the entry of ``Parameterized/parts``.
public struct Part<Whole: Parameterized>: Sendable {
  /// The type of the tensors' elements.
  public typealias Scalar = Whole.Scalar

  /// The parameters that a value has in this part.
  let parameters: @Sendable (Whole) -> [Parameter<Whole>]

  func parameters(of whole: Whole) -> [Parameter<Whole>] { parameters(whole) }
}

extension Part {
  /// A stored tensor.
  public static func tensor(
    _ name: String, _ path: any WritableKeyPath<Whole, Tensor<Scalar>> & Sendable
  ) -> Part {
    tensor(name, read: { $0[keyPath: path] }, modify: { $1(&$0[keyPath: path]) })
  }

  /// A stored tensor that a value may lack, such as the bias of a layer.
  public static func tensor(
    _ name: String, _ path: any WritableKeyPath<Whole, Tensor<Scalar>?> & Sendable
  ) -> Part {
    let parameter = Parameter<Whole>(
      name: name, read: { $0[keyPath: path]! }, modify: { $1(&$0[keyPath: path]!) })
    return Part { $0[keyPath: path] == nil ? [] : [parameter] }
  }

  /// A tensor found by functions, for places that no key path reaches without a copy, such as a property with an observer.
  ///
  /// `modify` must hand the stored tensor itself to the function that it is given.
  public static func tensor(
    _ name: String, read: @escaping @Sendable (Whole) -> Tensor<Scalar>,
    modify: @escaping @Sendable (inout Whole, (inout Tensor<Scalar>) -> Void) -> Void
  ) -> Part {
    let parameter = Parameter<Whole>(name: name, read: read, modify: modify)
    return Part { _ in [parameter] }
  }

  /// A stored model of its own; its parameters are named `name.` + their own name.
  public static func part<Inner: Parameterized>(
    _ name: String, _ path: any WritableKeyPath<Whole, Inner> & Sendable
  ) -> Part where Inner.Scalar == Scalar {
    Part { whole in
      whole[keyPath: path].parameters.map { inner in
        Parameter(
          name: "\(name).\(inner.name)", read: { inner.read($0[keyPath: path]) },
          modify: { inner.modify(&$0[keyPath: path], $1) })
      }
    }
  }

  /// A model of its own that a value may lack.
  public static func part<Inner: Parameterized>(
    _ name: String, _ path: any WritableKeyPath<Whole, Inner?> & Sendable
  ) -> Part where Inner.Scalar == Scalar {
    Part { whole in
      (whole[keyPath: path]?.parameters ?? []).map { inner in
        Parameter(
          name: "\(name).\(inner.name)", read: { inner.read($0[keyPath: path]!) },
          modify: { inner.modify(&$0[keyPath: path]!, $1) })
      }
    }
  }

  /// A list of models; the parameters of that at `index` are named `name.index.` + their own name.
  public static func list<Inner: Parameterized>(
    _ name: String, _ path: any WritableKeyPath<Whole, [Inner]> & Sendable
  ) -> Part where Inner.Scalar == Scalar { list(prefix: name + ".", path) }

  /// The same for the list that is all of a model, or its main part: the names begin with the index.
  public static func list<Inner: Parameterized>(
    _ path: any WritableKeyPath<Whole, [Inner]> & Sendable
  ) -> Part where Inner.Scalar == Scalar { list(prefix: "", path) }

  private static func list<Inner: Parameterized>(
    prefix: String, _ path: any WritableKeyPath<Whole, [Inner]> & Sendable
  ) -> Part where Inner.Scalar == Scalar {
    Part { whole in
      whole[keyPath: path].enumerated().flatMap { index, part in
        part.parameters.map { inner in
          Parameter(
            name: "\(prefix)\(index).\(inner.name)",
            read: { inner.read($0[keyPath: path][index]) },
            modify: { inner.modify(&$0[keyPath: path][index], $1) })
        }
      }
    }
  }
}
