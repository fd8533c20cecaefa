import RealModule

/// The cubic functions of slices.
extension ReferenceKernels {
  /// Twin of ``TensorScalar/sliceForward(_:_:_:_:_:rows:slices:)``.
  @inlinable @inline(__always)
  public static func sliceForward<S: Real & BinaryFloatingPoint>(
    _ u: UnsafeMutablePointer<S>, _ w1: UnsafePointer<S>, _ w2: UnsafePointer<S>,
    _ w3: UnsafePointer<S>, _ p: UnsafeMutablePointer<S>, rows: Int, slices: Int
  ) {
    for r in 0..<rows {
      var sum: S = 0
      for k in 0..<slices {
        let a = S.tanh(u[r * slices + k])
        u[r * slices + k] = a
        sum += ((w3[k] * a + w2[k]) * a + w1[k]) * a
      }
      p[r] = sum
    }
  }

  /// Twin of ``TensorScalar/sliceBackward(_:_:_:_:_:_:rows:slices:)``.
  @inlinable @inline(__always)
  public static func sliceBackward<S: BinaryFloatingPoint>(
    _ a: UnsafePointer<S>, _ delta: UnsafePointer<S>, _ w1: UnsafePointer<S>,
    _ w2: UnsafePointer<S>, _ w3: UnsafePointer<S>, _ e: UnsafeMutablePointer<S>, rows: Int,
    slices: Int
  ) {
    for r in 0..<rows {
      for k in 0..<slices {
        let v = a[r * slices + k]
        let slope = ((3 * w3[k] * v + 2 * w2[k]) * v + w1[k]) * (1 - v * v)
        e[r * slices + k] = delta[r] * slope
      }
    }
  }

  /// Twin of ``TensorScalar/sliceFeatures(_:shift:_:rows:slices:stride:)``.
  @inlinable @inline(__always)
  public static func sliceFeatures<S: Real & BinaryFloatingPoint>(
    _ u: UnsafeMutablePointer<S>, shift: S, _ f: UnsafeMutablePointer<S>, rows: Int, slices: Int,
    stride: Int
  ) {
    for r in 0..<rows {
      for k in 0..<slices {
        let a = S.tanh(u[r * slices + k])
        u[r * slices + k] = a
        let row = f + r * stride + k
        row[0] = a
        row[slices] = a * a - shift
        row[2 * slices] = a * a * a
      }
    }
  }
}
