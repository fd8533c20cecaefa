import Synchronization
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
  typealias Change = (inout Tensor<Scalar>) -> Void
  typealias Join = (inout Tensor<Scalar>, Tensor<Scalar>) -> Void

  /// The parameters that a value has in this part.
  let parameters: @Sendable (Whole) -> [Parameter<Whole>]
  /// Changes every tensor of a value in this part, in place.
  let update: @Sendable (inout Whole, Change) -> Void
  /// Changes every tensor of a value by that of another, in place.
  let join: @Sendable (inout Whole, Whole, Join) -> Void
}

/// The lists of parts of the types that have been asked. A type has one list; making it for each gradient costs more than a small layer.
enum PartLists {
  private static let lists = Mutex<[ObjectIdentifier: any Sendable]>([:])

  static func parts<Model: Parameterized>(of type: Model.Type) -> [Part<Model>] {
    let key = ObjectIdentifier(type)
    if let known = lists.withLock({ $0[key] }) { return known as! [Part<Model>] }
    let parts = Model.parts
    lists.withLock { $0[key] = parts }
    return parts
  }
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
    return Part(
      parameters: { $0[keyPath: path] == nil ? [] : [parameter] },
      update: { whole, change in
        if whole[keyPath: path] != nil { change(&whole[keyPath: path]!) }
      },
      join: { whole, other, join in
        if let term = other[keyPath: path] { join(&whole[keyPath: path]!, term) }
      })
  }

  /// A tensor found by functions, for places that no key path reaches without a copy, such as a property with an observer.
  ///
  /// `modify` must hand the stored tensor itself to the function that it is given.
  public static func tensor(
    _ name: String, read: @escaping @Sendable (Whole) -> Tensor<Scalar>,
    modify: @escaping @Sendable (inout Whole, (inout Tensor<Scalar>) -> Void) -> Void
  ) -> Part {
    let parameter = Parameter<Whole>(name: name, read: read, modify: modify)
    return Part(
      parameters: { _ in [parameter] }, update: modify,
      join: { whole, other, join in
        let term = read(other)
        modify(&whole) { join(&$0, term) }
      })
  }

  /// A stored model of its own; its parameters are named `name.` + their own name.
  public static func part<Inner: Parameterized>(
    _ name: String, _ path: any WritableKeyPath<Whole, Inner> & Sendable
  ) -> Part where Inner.Scalar == Scalar {
    Part(
      parameters: { whole in
        whole[keyPath: path].parameters.map { inner in
          Parameter(
            name: "\(name).\(inner.name)", read: { inner.read($0[keyPath: path]) },
            modify: { inner.modify(&$0[keyPath: path], $1) })
        }
      },
      update: { $0[keyPath: path].updateTensors($1) },
      join: { $0[keyPath: path].joinTensors($1[keyPath: path], $2) })
  }

  /// A model of its own that a value may lack.
  public static func part<Inner: Parameterized>(
    _ name: String, _ path: any WritableKeyPath<Whole, Inner?> & Sendable
  ) -> Part where Inner.Scalar == Scalar {
    Part(
      parameters: { whole in
        (whole[keyPath: path]?.parameters ?? []).map { inner in
          Parameter(
            name: "\(name).\(inner.name)", read: { inner.read($0[keyPath: path]!) },
            modify: { inner.modify(&$0[keyPath: path]!, $1) })
        }
      },
      update: { $0[keyPath: path]?.updateTensors($1) },
      join: { whole, other, join in
        if let term = other[keyPath: path] { whole[keyPath: path]!.joinTensors(term, join) }
      })
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
    Part(
      parameters: { whole in
        whole[keyPath: path].enumerated().flatMap { index, part in
          part.parameters.map { inner in
            Parameter(
              name: "\(prefix)\(index).\(inner.name)",
              read: { inner.read($0[keyPath: path][index]) },
              modify: { inner.modify(&$0[keyPath: path][index], $1) })
          }
        }
      },
      update: { whole, change in
        for index in whole[keyPath: path].indices {
          whole[keyPath: path][index].updateTensors(change)
        }
      },
      join: { whole, other, join in
        for (index, term) in other[keyPath: path].enumerated() {
          whole[keyPath: path][index].joinTensors(term, join)
        }
      })
  }
}

extension Parameterized {
  /// Changes every tensor in place, in the order of the parts.
  mutating func updateTensors(_ change: (inout Tensor<Scalar>) -> Void) {
    for part in PartLists.parts(of: Self.self) { part.update(&self, change) }
  }

  /// Changes every tensor by that of another value of the same parts, in place.
  mutating func joinTensors(
    _ other: Self, _ join: (inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    for part in PartLists.parts(of: Self.self) { part.join(&self, other, join) }
  }
}
