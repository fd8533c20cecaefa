extension Tensor {
  /// The element at the given place.
  public subscript(indices: Int...) -> Scalar {
    get { storage.elements[offset(of: indices)] }
    set {
      let place = offset(of: indices)
      withUnsafeMutableBufferPointer { $0[place] = newValue }
    }
  }

  private func offset(of indices: [Int]) -> Int {
    require(
      indices.count == rank && zip(indices, shape.dimensions).allSatisfy { $0 >= 0 && $0 < $1 },
      "Tensor: index \(indices) is outside shape \(shape)")
    return zip(indices, shape.strides).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The same elements under another shape of as many elements. No element moves.
  public func reshaped(to shape: Shape) -> Tensor {
    require(
      shape.count == count,
      "Tensor.reshaped: \(self.shape) has \(count) elements, \(shape) would need \(shape.count)")
    return Tensor(shape: shape, storage: storage)
  }

  /// The part `range` of the first axis.
  public func rows(_ range: Range<Int>) -> Tensor { slice(range, along: 0) }

  /// The part `range` of an axis.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func slice(_ range: Range<Int>, along axis: Int) -> Tensor {
    let axis = resolved(axis: axis)
    require(
      range.lowerBound >= 0 && range.upperBound <= shape[axis],
      "Tensor.slice: \(range) is outside axis \(axis) of shape \(shape)")
    if range.count == shape[axis] { return self }
    let outer = shape.extent(of: 0..<axis)
    let inner = shape.extent(of: axis + 1..<rank)
    return Tensor(shape: shape.replacing(axis: axis, with: range.count)) { output in
      withUnsafeBufferPointer { input in
        let run = range.count * inner
        guard run > 0 else { return }
        for o in 0..<outer {
          (output.baseAddress! + o * run).update(
            from: input.baseAddress! + (o * shape[axis] + range.lowerBound) * inner, count: run)
        }
      }
    }
  }

  /// The rows (first axis) at `indices`, in that order; an index may repeat.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func gather(rows indices: [Int]) -> Tensor {
    require(rank >= 1, "Tensor.gather: a tensor without axes has no rows")
    let inner = shape.extent(of: 1..<rank)
    return Tensor(shape: shape.replacing(axis: 0, with: indices.count)) { output in
      withUnsafeBufferPointer { input in
        for (row, index) in indices.enumerated() {
          require(
            index >= 0 && index < shape[0],
            "Tensor.gather: row \(index) is outside the \(shape[0]) rows of shape \(shape)")
          guard inner > 0 else { continue }
          (output.baseAddress! + row * inner).update(
            from: input.baseAddress! + index * inner, count: inner)
        }
      }
    }
  }

  /// Adds row `i` of `source` to row `indices[i]`, in order of `i`: the adjoint of ``gather(rows:)``.
  public mutating func scatterAdd(_ source: Tensor, toRows indices: [Int]) {
    require(
      rank >= 1 && source.shape == shape.replacing(axis: 0, with: indices.count),
      "Tensor.scatterAdd: into \(shape), \(indices.count) rows; got \(source.shape)")
    let inner = shape.extent(of: 1..<rank)
    let rowCount = shape[0]
    withUnsafeMutableBufferPointer { output in
      source.withUnsafeBufferPointer { input in
        for (row, index) in indices.enumerated() where inner > 0 {
          require(
            index >= 0 && index < rowCount,
            "Tensor.scatterAdd: row \(index) is outside 0..<\(rowCount)")
          Scalar.axpy(
            1, input.baseAddress! + row * inner, output.baseAddress! + index * inner, inner)
        }
      }
    }
  }

  /// Replaces the rows from `start` on with those of `source`.
  public mutating func replaceRows(from start: Int, with source: Tensor) {
    require(
      rank >= 1 && source.rank == rank && start >= 0 && start + source.shape[0] <= shape[0]
        && source.shape.dimensions.dropFirst() == shape.dimensions.dropFirst(),
      "Tensor.replaceRows: rows from \(start) of \(shape) cannot take \(source.shape)")
    guard source.count > 0 else { return }
    let inner = shape.extent(of: 1..<rank)
    withUnsafeMutableBufferPointer { output in
      source.withUnsafeBufferPointer {
        (output.baseAddress! + start * inner).update(from: $0.baseAddress!, count: source.count)
      }
    }
  }

  /// The tensors joined along an axis; the other extents must agree.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func concatenate(_ parts: [Tensor], along axis: Int = 0) -> Tensor {
    require(!parts.isEmpty, "Tensor.concatenate: wants at least one tensor")
    let first = parts[0]
    let axis = first.resolved(axis: axis)
    require(
      parts.allSatisfy { part in
        part.rank == first.rank
          && part.shape.removing(axis: axis) == first.shape.removing(axis: axis)
      },
      "Tensor.concatenate: extents other than axis \(axis) must agree, got \(parts.map(\.shape))")
    let total = parts.reduce(0) { $0 + $1.shape[axis] }
    let outer = first.shape.extent(of: 0..<axis)
    let inner = first.shape.extent(of: axis + 1..<first.rank)
    return Tensor(shape: first.shape.replacing(axis: axis, with: total)) { output in
      var start = 0
      for part in parts {
        let run = part.shape[axis] * inner
        part.withUnsafeBufferPointer { input in
          guard run > 0 else { return }
          for o in 0..<outer {
            (output.baseAddress! + o * total * inner + start).update(
              from: input.baseAddress! + o * run, count: run)
          }
        }
        start += run
      }
    }
  }

  /// The matrix with rows and columns exchanged.
  public var transposed: Tensor {
    require(rank == 2, "Tensor.transposed: wants a matrix, got shape \(shape); use permuted(_:)")
    return permuted([1, 0])
  }

  /// Exchanges rows and columns in place.
  public mutating func transpose() { self = transposed }

  /// The tensor whose axis `i` is axis `order[i]` of this one.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func permuted(_ order: [Int]) -> Tensor {
    require(
      order.sorted() == Array(0..<rank),
      "Tensor.permuted: \(order) is not an order of the axes of \(shape)")
    if order == Array(0..<rank) { return self }
    let target = Shape(order.map { shape[$0] })
    let strides = order.map { shape.strides[$0] }
    return Tensor(shape: target) { output in
      withUnsafeBufferPointer { input in
        forEachOffset(target, strides) { output[$0] = input[$1] }
      }
    }
  }
}

/// Calls `body(place, offset)` for the elements of `shape` in row-major order, `offset` following `strides`.
@inline(__always)
func forEachOffset(_ shape: Shape, _ strides: [Int], _ body: (Int, Int) -> Void) {
  guard shape.count > 0 else { return }
  guard let width = shape.dimensions.last else { return body(0, 0) }
  var index = [Int](repeating: 0, count: shape.rank)
  let step = strides[shape.rank - 1]
  var offset = 0
  var place = 0
  while place < shape.count {
    var o = offset
    for _ in 0..<width {
      body(place, o)
      place += 1
      o += step
    }
    var axis = shape.rank - 2
    while axis >= 0 {
      index[axis] += 1
      offset += strides[axis]
      if index[axis] < shape[axis] { break }
      offset -= strides[axis] * shape[axis]
      index[axis] = 0
      axis -= 1
    }
    if axis < 0 { break }
  }
}
