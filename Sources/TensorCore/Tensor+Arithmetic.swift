extension Tensor {
  /// `a ∘ b` with broadcasting.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func combine(_ operation: ArithmeticOperation, _ a: Tensor, _ b: Tensor) -> Tensor {
    guard let shape = Shape.broadcast(a.shape, b.shape) else {
      halt("Tensor: shapes \(a.shape) and \(b.shape) do not broadcast")
    }
    if a.shape == b.shape {
      return Tensor(shape: shape) { out in
        guard out.count > 0 else { return }
        Scalar.combine(
          operation, a.storage.elements.baseAddress!, b.storage.elements.baseAddress!,
          out.baseAddress!, out.count)
      }
    }
    guard shape.count > 0 else { return Tensor(shape: shape) { _ in } }
    // A run of the innermost axes on which each side is either contiguous or one repeated number.
    let width = shape.dimensions.last ?? 1
    let outer = shape.count / Swift.max(width, 1)
    let sa = broadcastStrides(a.shape, in: shape)
    let sb = broadcastStrides(b.shape, in: shape)
    let outerShape = Shape(Array(shape.dimensions.dropLast()))
    return Tensor(shape: shape) { out in
      let rowStorage = TensorStorage<Scalar>(uninitializedCount: width)
      let row = rowStorage.elements.baseAddress!
      let pa = a.storage.elements.baseAddress!
      let pb = b.storage.elements.baseAddress!
      var offsetsB = [Int](repeating: 0, count: outer)
      forEachOffset(outerShape, Array(sb.dropLast())) { offsetsB[$0] = $1 }
      forEachOffset(outerShape, Array(sa.dropLast())) { place, offset in
        let target = out.baseAddress! + place * width
        var x = UnsafePointer(pa + offset)
        var y = UnsafePointer(pb + offsetsB[place])
        if width > 1 && sa.last! == 0 {
          row.update(repeating: x[0], count: width)
          x = UnsafePointer(row)
        } else if width > 1 && sb.last! == 0 {
          row.update(repeating: y[0], count: width)
          y = UnsafePointer(row)
        }
        Scalar.combine(operation, x, y, target, width)
      }
      withExtendedLifetime(rowStorage) {}
    }
  }

  private static func broadcastStrides(_ shape: Shape, in target: Shape) -> [Int] {
    let missing = target.rank - shape.rank
    let strides = shape.strides
    return (0..<target.rank).map { axis in
      axis < missing || shape[axis - missing] == 1 ? 0 : strides[axis - missing]
    }
  }

  /// This tensor stretched to `shape` by NumPy's rule.
  public func broadcast(to shape: Shape) -> Tensor {
    require(
      Shape.broadcast(self.shape, shape) == shape,
      "Tensor.broadcast: \(self.shape) does not stretch to \(shape)")
    return Tensor(shape: shape, repeating: 0) + self
  }

  /// The adjoint of broadcasting: sums over the axes along which `shape` was stretched to this tensor's shape.
  public func summed(to shape: Shape) -> Tensor {
    require(
      Shape.broadcast(self.shape, shape) == self.shape,
      "Tensor.summed: \(self.shape) was not broadcast from \(shape)")
    var result = self
    while result.rank > shape.rank { result = result.sum(along: 0) }
    for axis in 0..<shape.rank where shape[axis] == 1 && result.shape[axis] != 1 {
      result = result.sum(along: axis, keepingAxis: true)
    }
    return result
  }

  private func scaled(_ a: Scalar, plus b: Scalar) -> Tensor {
    Tensor(shape: shape) { out in
      guard out.count > 0 else { return }
      Scalar.scaleShift(storage.elements.baseAddress!, a, b, out.baseAddress!, out.count)
    }
  }

  /// Elementwise sum with broadcasting.
  public static func + (a: Tensor, b: Tensor) -> Tensor { combine(.add, a, b) }
  /// Elementwise difference with broadcasting.
  public static func - (a: Tensor, b: Tensor) -> Tensor { combine(.subtract, a, b) }
  /// Elementwise product with broadcasting.
  public static func * (a: Tensor, b: Tensor) -> Tensor { combine(.multiply, a, b) }
  /// Elementwise quotient with broadcasting.
  public static func / (a: Tensor, b: Tensor) -> Tensor { combine(.divide, a, b) }

  /// Adds a number to each element.
  public static func + (a: Tensor, b: Scalar) -> Tensor { a.scaled(1, plus: b) }
  /// Adds a number to each element.
  public static func + (a: Scalar, b: Tensor) -> Tensor { b.scaled(1, plus: a) }
  /// Subtracts a number from each element.
  public static func - (a: Tensor, b: Scalar) -> Tensor { a.scaled(1, plus: -b) }
  /// Subtracts each element from a number.
  public static func - (a: Scalar, b: Tensor) -> Tensor { b.scaled(-1, plus: a) }
  /// Multiplies each element by a number.
  public static func * (a: Tensor, b: Scalar) -> Tensor { a.scaled(b, plus: 0) }
  /// Multiplies each element by a number.
  public static func * (a: Scalar, b: Tensor) -> Tensor { b.scaled(a, plus: 0) }
  /// Divides each element by a number.
  public static func / (a: Tensor, b: Scalar) -> Tensor { combine(.divide, a, Tensor(b)) }
  /// Divides a number by each element.
  public static func / (a: Scalar, b: Tensor) -> Tensor { combine(.divide, Tensor(a), b) }
  /// The negative of each element.
  public static prefix func - (a: Tensor) -> Tensor { a.scaled(-1, plus: 0) }

  /// Adds in place; `b` broadcasts to `a`.
  public static func += (a: inout Tensor, b: Tensor) {
    if a.shape == b.shape { a.add(b, times: 1) } else { a = combineInto(.add, a, b) }
  }
  /// Subtracts in place; `b` broadcasts to `a`.
  public static func -= (a: inout Tensor, b: Tensor) {
    if a.shape == b.shape { a.add(b, times: -1) } else { a = combineInto(.subtract, a, b) }
  }
  /// Multiplies in place; `b` broadcasts to `a`.
  public static func *= (a: inout Tensor, b: Tensor) { a = combineInto(.multiply, a, b) }
  /// Divides in place; `b` broadcasts to `a`.
  public static func /= (a: inout Tensor, b: Tensor) { a = combineInto(.divide, a, b) }

  private static func combineInto(_ operation: ArithmeticOperation, _ a: Tensor, _ b: Tensor)
    -> Tensor
  {
    let result = combine(operation, a, b)
    require(
      result.shape == a.shape, "Tensor: \(b.shape) does not broadcast into \(a.shape) in place")
    return result
  }

  /// Multiplies each element by a number, in place.
  public static func *= (a: inout Tensor, b: Scalar) {
    a.withUnsafeMutableBufferPointer {
      guard $0.count > 0 else { return }
      Scalar.scaleShift($0.baseAddress!, b, 0, $0.baseAddress!, $0.count)
    }
  }
  /// Adds a number to each element, in place.
  public static func += (a: inout Tensor, b: Scalar) {
    a.withUnsafeMutableBufferPointer {
      guard $0.count > 0 else { return }
      Scalar.scaleShift($0.baseAddress!, 1, b, $0.baseAddress!, $0.count)
    }
  }

  /// `self += factor · other`, both of one shape.
  public mutating func add(_ other: Tensor, times factor: Scalar) {
    require(
      shape == other.shape, "Tensor.add: shapes must be equal, got \(shape) and \(other.shape)")
    guard count > 0 else { return }
    withUnsafeMutableBufferPointer { target in
      other.withUnsafeBufferPointer {
        Scalar.axpy(factor, $0.baseAddress!, target.baseAddress!, target.count)
      }
    }
  }
}
