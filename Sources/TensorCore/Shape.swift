/// The extents of a tensor, outermost axis first: `[batch, height, width, channels]`.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The extent of each axis.
  public let dimensions: [Int]
  /// The number of elements: the product of the extents, 1 for a shape without axes.
  public let count: Int

  /// The shape with the given extents, none of them negative.
  public init(_ dimensions: [Int]) {
    require(
      dimensions.allSatisfy { $0 >= 0 }, "Shape: extents must not be negative, got \(dimensions)")
    self.dimensions = dimensions
    var count = 1
    for extent in dimensions {
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      if overflows { SystemMemory.exhausted(bytes: nil, for: "a tensor of shape \(dimensions)") }
      count = product
    }
    self.count = count
  }

  /// The shape with the given extents.
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The number of axes.
  public var rank: Int { dimensions.count }

  /// The extent of an axis.
  public subscript(axis: Int) -> Int { dimensions[axis] }

  /// The number of elements between neighbours along each axis, in row-major order.
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * dimensions[axis + 1]
    }
    return strides
  }

  /// The shape without an axis.
  public func removing(axis: Int) -> Shape {
    var rest = dimensions
    rest.remove(at: axis)
    return Shape(rest)
  }

  /// The shape with the extent of one axis replaced.
  public func replacing(axis: Int, with extent: Int) -> Shape {
    var changed = dimensions
    changed[axis] = extent
    return Shape(changed)
  }

  /// The shape that both broadcast to by NumPy's rule (extents are aligned at the right; 1 stretches), or `nil`.
  public static func broadcast(_ a: Shape, _ b: Shape) -> Shape? {
    if a == b { return a }
    let rank = max(a.rank, b.rank)
    var result = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let x = axis < rank - a.rank ? 1 : a[axis - (rank - a.rank)]
      let y = axis < rank - b.rank ? 1 : b[axis - (rank - b.rank)]
      guard x == y || x == 1 || y == 1 else { return nil }
      result[axis] = x == 1 ? y : x
    }
    return Shape(result)
  }

  /// The product of the extents in a range of axes.
  func extent(of axes: Range<Int>) -> Int { dimensions[axes].reduce(1, *) }

  /// The extents in brackets: `[2, 3]`.
  public var description: String {
    "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
  }
}
