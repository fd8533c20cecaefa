/// An array of numbers with a shape, row-major and contiguous; a value with copy-on-write.
///
/// Arithmetic broadcasts by NumPy's rule. Operations that take an axis count it from 0 at the outside; a negative axis
/// counts from the end.
public struct Tensor<Scalar: TensorScalar>: Sendable {
  /// The extents.
  public let shape: Shape
  @usableFromInline var storage: TensorStorage<Scalar>

  @usableFromInline
  init(shape: Shape, storage: TensorStorage<Scalar>) {
    self.shape = shape
    self.storage = storage
  }

  /// A tensor whose elements `body` writes; the memory it gets is not initialised, and `body` must fill all of it.
  @inlinable
  public init(
    shape: Shape, initializingWith body: (UnsafeMutableBufferPointer<Scalar>) throws -> Void
  ) rethrows {
    self.init(shape: shape, storage: TensorStorage(uninitializedCount: shape.count, shape: shape))
    try body(storage.elements)
  }

  /// A tensor with every element equal to `value`.
  public init(shape: Shape, repeating value: Scalar = 0) {
    self.init(shape: shape) { elements in
      if value == 0 && value.sign == .plus {
        // As bytes: in unspecialised code a loop over elements would make a call for each.
        UnsafeMutableRawBufferPointer(elements).initializeMemory(as: UInt8.self, repeating: 0)
      } else {
        elements.initialize(repeating: value)
      }
    }
  }

  /// A tensor with the given elements in row-major order, as many as the shape has.
  public init(shape: Shape, scalars: [Scalar]) {
    require(
      scalars.count == shape.count,
      "Tensor: shape \(shape) needs \(shape.count) elements, got \(scalars.count)")
    self.init(shape: shape) { _ = $0.initialize(from: scalars) }
  }

  /// A vector.
  public init(_ scalars: [Scalar]) { self.init(shape: [scalars.count], scalars: scalars) }

  /// A matrix from its rows, all of one length.
  public init(_ rows: [[Scalar]]) {
    let columns = rows.first?.count ?? 0
    require(
      rows.allSatisfy { $0.count == columns },
      "Tensor: rows must have one length, got \(Set(rows.map(\.count)).sorted())")
    self.init(shape: [rows.count, columns], scalars: rows.flatMap { $0 })
  }

  /// A tensor without axes: one number.
  public init(_ scalar: Scalar) { self.init(shape: [], repeating: scalar) }

  /// The number of axes.
  public var rank: Int { shape.rank }
  /// The number of elements.
  public var count: Int { shape.count }
  /// The elements in row-major order.
  public var scalars: [Scalar] { Array(storage.elements) }

  /// The only element.
  public var scalar: Scalar {
    require(count == 1, "Tensor.scalar: wants one element, got shape \(shape)")
    return storage.elements[0]
  }

  /// Calls `body` with the elements.
  @inlinable
  public func withUnsafeBufferPointer<Result>(
    _ body: (UnsafeBufferPointer<Scalar>) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(storage) { try body(UnsafeBufferPointer(storage.elements)) }
  }

  /// Calls `body` with the elements to change, after making this value their only owner.
  @inlinable
  public mutating func withUnsafeMutableBufferPointer<Result>(
    _ body: (UnsafeMutableBufferPointer<Scalar>) throws -> Result
  ) rethrows -> Result {
    if !isKnownUniquelyReferenced(&storage) {
      let copy = TensorStorage<Scalar>(uninitializedCount: count, shape: shape)
      _ = copy.elements.initialize(from: storage.elements)
      storage = copy
    }
    return try withExtendedLifetime(storage) { try body(storage.elements) }
  }

  /// The place of `axis` in `0..<rank`, for negative axes too.
  func resolved(axis: Int, _ function: StaticString = #function) -> Int {
    let place = axis < 0 ? axis + rank : axis
    require(
      place >= 0 && place < rank, "\(function): axis \(axis) is not an axis of shape \(shape)")
    return place
  }
}

extension Tensor: Equatable {
  /// Whether shapes and all elements are equal (as numbers: NaN differs from itself, 0 equals −0).
  public static func == (a: Tensor, b: Tensor) -> Bool {
    a.shape == b.shape && a.storage.elements.elementsEqual(b.storage.elements)
  }
}

extension Tensor: CustomStringConvertible {
  /// The shape, and the elements of small tensors as nested lists.
  public var description: String {
    guard count <= 1000 else { return "Tensor<\(Scalar.typeName)> \(shape)" }
    func text(_ axis: Int, _ offset: Int) -> String {
      if axis == rank { return "\(storage.elements[offset])" }
      let stride = shape.strides[axis]
      let items = (0..<shape[axis]).map { text(axis + 1, offset + $0 * stride) }
      let separator = axis == rank - 1 ? ", " : ",\n" + String(repeating: " ", count: axis + 1)
      return "[" + items.joined(separator: separator) + "]"
    }
    return text(0, 0)
  }
}
