extension Tensor {
  /// The sum of all elements, in a fixed order.
  public func sum() -> Scalar {
    count == 0 ? 0 : Scalar.sum(storage.elements.baseAddress!, count)
  }
  /// The mean of all elements.
  public func mean() -> Scalar { sum() / Scalar(count) }
  /// The largest element, NaN if there is one; the tensor must not be empty.
  public func max() -> Scalar {
    require(count > 0, "Tensor.max: shape \(shape) has no elements")
    return Scalar.maximum(storage.elements.baseAddress!, count)
  }
  /// The smallest element, NaN if there is one; the tensor must not be empty.
  public func min() -> Scalar { -(-self).max() }

  /// The sum along an axis.
  public func sum(along axis: Int, keepingAxis: Bool = false) -> Tensor {
    let axis = resolved(axis: axis)
    let (outer, extent, inner) = split(at: axis)
    let result = Tensor(shape: shape.removing(axis: axis)) { out in
      withUnsafeBufferPointer { x in
        guard outer * inner > 0 else { return }
        guard extent > 0 else { return out.update(repeating: 0) }
        if inner == 1 {
          for o in 0..<outer { out[o] = Scalar.sum(x.baseAddress! + o * extent, extent) }
        } else {
          for o in 0..<outer {
            PairwiseRows.sums(
              x.baseAddress! + o * extent * inner, rows: extent, columns: inner,
              into: out.baseAddress! + o * inner)
          }
        }
      }
    }
    return keepingAxis ? result.reshaped(to: shape.replacing(axis: axis, with: 1)) : result
  }

  /// The mean along an axis.
  public func mean(along axis: Int, keepingAxis: Bool = false) -> Tensor {
    sum(along: axis, keepingAxis: keepingAxis) * (1 / Scalar(shape[resolved(axis: axis)]))
  }

  /// The variance along an axis: `Σ (x − mean)² / (n − correction)`; 1 gives the unbiased estimate.
  public func variance(along axis: Int, correction: Int = 1, keepingAxis: Bool = false) -> Tensor {
    let n = shape[resolved(axis: axis)]
    let centred = self - mean(along: axis, keepingAxis: true)
    return (centred * centred).sum(along: axis, keepingAxis: keepingAxis)
      * (1 / Scalar(n - correction))
  }

  /// The largest element along an axis, NaN if there is one.
  public func max(along axis: Int, keepingAxis: Bool = false) -> Tensor {
    fold(along: axis, keepingAxis: keepingAxis) { a, b in a.isNaN || a > b ? a : b }
  }
  /// The smallest element along an axis, NaN if there is one.
  public func min(along axis: Int, keepingAxis: Bool = false) -> Tensor {
    fold(along: axis, keepingAxis: keepingAxis) { a, b in a.isNaN || a < b ? a : b }
  }

  /// The place of the largest element along the last axis, the first among equals, row by row.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func argmax() -> [Int] {
    require(rank >= 1 && shape[rank - 1] > 0, "Tensor.argmax: last axis of \(shape) is empty")
    let columns = shape[rank - 1]
    return (0..<count / columns).map { r in
      var best = 0
      for j in 1..<Swift.max(columns, 1)
      where storage.elements[r * columns + j] > storage.elements[r * columns + best] { best = j }
      return best
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func fold(along axis: Int, keepingAxis: Bool, _ choose: (Scalar, Scalar) -> Scalar)
    -> Tensor
  {
    let axis = resolved(axis: axis)
    let (outer, extent, inner) = split(at: axis)
    require(extent > 0, "Tensor: axis \(axis) of \(shape) is empty")
    let target =
      keepingAxis ? shape.replacing(axis: axis, with: 1) : shape.removing(axis: axis)
    return Tensor(shape: target) { out in
      withUnsafeBufferPointer { x in
        for o in 0..<outer {
          for i in 0..<inner {
            var best = x[o * extent * inner + i]
            for e in 1..<extent { best = choose(best, x[(o * extent + e) * inner + i]) }
            out[o * inner + i] = best
          }
        }
      }
    }
  }

  private func split(at axis: Int) -> (outer: Int, extent: Int, inner: Int) {
    (shape.extent(of: 0..<axis), shape[axis], shape.extent(of: axis + 1..<rank))
  }
}
