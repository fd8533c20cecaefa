import TensorCore

/// The gradient of a number with respect to the parameters of a model: a value with the model's own fields, which hold gradients.
///
/// A backward pass makes one of the gradients of its parts, and sets all of them: what it leaves out keeps the model's own numbers, which
/// a gradient check finds.
///
/// ```swift
/// Gradient(of: self) {
///   $0.weight = matmul(x, dy, transposeA: true)
///   $0.bias = dy.sum(along: 0)
/// }
/// ```
@dynamicMemberLookup
public struct ParameterGradient<Model: Parameterized>: Sendable {
  /// The type of its elements.
  public typealias Scalar = Model.Scalar

  /// The gradients, each at the place of its parameter. What is no parameter is as in the model.
  var shaped: Model

  /// A gradient that `fill` gives all parts of.
  public init(of model: Model, _ fill: (inout ParameterGradient) -> Void) {
    self.init(of: model)
    fill(&self)
  }

  /// The gradient of a model whose parts are to be set; complete for a model without parameters.
  public init(of model: Model) { shaped = model }

  /// The gradient that a model's own fields hold.
  init(shaped: Model) { self.shaped = shaped }

  /// A gradient of zeros, to which others are added.
  public static func zeros(of model: Model) -> ParameterGradient {
    var zeros = model
    zeros.updateTensors { $0 = .zeros($0.shape) }
    return ParameterGradient(shaped: zeros)
  }

  /// The gradient of a stored tensor.
  public subscript(dynamicMember path: WritableKeyPath<Model, Tensor<Scalar>>) -> Tensor<Scalar> {
    get { shaped[keyPath: path] }
    set { shaped[keyPath: path] = newValue }
  }

  /// The gradient of a tensor that a model may lack.
  public subscript(
    dynamicMember path: WritableKeyPath<Model, Tensor<Scalar>?>
  ) -> Tensor<Scalar>? {
    get { shaped[keyPath: path] }
    set { shaped[keyPath: path] = newValue }
  }

  /// The gradient of a part.
  public subscript<Inner: Parameterized>(
    dynamicMember path: WritableKeyPath<Model, Inner>
  ) -> ParameterGradient<Inner> where Inner.Scalar == Scalar {
    get { ParameterGradient<Inner>(shaped: shaped[keyPath: path]) }
    set { shaped[keyPath: path] = newValue.shaped }
  }

  /// The gradient of a part that a model may lack.
  public subscript<Inner: Parameterized>(
    dynamicMember path: WritableKeyPath<Model, Inner?>
  ) -> ParameterGradient<Inner>? where Inner.Scalar == Scalar {
    get { shaped[keyPath: path].map { ParameterGradient<Inner>(shaped: $0) } }
    set { shaped[keyPath: path] = newValue?.shaped }
  }

  /// The gradients of a list of parts.
  public subscript<Inner: Parameterized>(
    dynamicMember path: WritableKeyPath<Model, [Inner]>
  ) -> [ParameterGradient<Inner>] where Inner.Scalar == Scalar {
    get { shaped[keyPath: path].map { ParameterGradient<Inner>(shaped: $0) } }
    set { shaped[keyPath: path] = newValue.map(\.shaped) }
  }

  /// The parameters' names and gradients, in order.
  public var named: [(name: String, value: Tensor<Scalar>)] { shaped.namedParameters }

  /// Adds the gradient of another part of the batch, or of another loss.
  public static func += (total: inout ParameterGradient, gradient: ParameterGradient) {
    total.shaped.joinTensors(gradient.shaped) { $0 += $1 }
  }

  /// Multiplies every element.
  public static func *= (gradient: inout ParameterGradient, factor: Scalar) {
    gradient.shaped.updateTensors { $0 *= factor }
  }
}

/// All gradients of a model in one array, parameter after parameter: what is sent between processes.
public struct FlatGradient<Scalar: TensorScalar>: Sendable, Equatable {
  /// The parameters' names in order, with where each lies in ``elements``.
  public let ranges: [(name: String, range: Range<Int>)]
  /// The elements.
  public var elements: [Scalar]

  /// Lays a gradient out.
  public init<Model: Parameterized>(_ gradient: ParameterGradient<Model>)
  where Model.Scalar == Scalar {
    let named = gradient.named
    var ranges: [(name: String, range: Range<Int>)] = []
    var elements: [Scalar] = []
    elements.reserveCapacity(named.reduce(0) { $0 + $1.value.count })
    for (name, value) in named {
      let start = elements.count
      value.withUnsafeBufferPointer { elements.append(contentsOf: $0) }
      ranges.append((name, start..<elements.count))
    }
    self.ranges = ranges
    self.elements = elements
  }

  /// Puts the elements back into a gradient of the same model.
  public func write<Model: Parameterized>(into gradient: inout ParameterGradient<Model>)
  where Model.Scalar == Scalar {
    gradient.shaped.updateParameters { index, name, tensor in
      require(
        index < ranges.count && ranges[index].name == name
          && ranges[index].range.count == tensor.count,
        "FlatGradient.write: wants the gradient of the same model, got one with \(name) of \(tensor.count) elements"
      )
      let range = ranges[index].range
      tensor.withUnsafeMutableBufferPointer { target in
        for (offset, value) in elements[range].enumerated() { target[offset] = value }
      }
    }
  }

  /// Whether names, places and elements are equal.
  public static func == (a: FlatGradient, b: FlatGradient) -> Bool {
    a.elements == b.elements && a.ranges.count == b.ranges.count
      && zip(a.ranges, b.ranges).allSatisfy { $0.name == $1.name && $0.range == $1.range }
  }
}
