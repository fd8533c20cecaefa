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

  /// Twin of ``TensorScalar/sliceTransposed(_:shift:_:_:rows:slices:vectors:)``.
  @inlinable @inline(__always)
  public static func sliceTransposed<S: BinaryFloatingPoint>(
    _ a: UnsafePointer<S>, shift: S, _ p: UnsafePointer<S>, _ g: UnsafeMutablePointer<S>,
    rows: Int, slices: Int, vectors: Int
  ) {
    g.update(repeating: 0, count: vectors * 3 * slices)
    for r in 0..<rows {
      for v in 0..<vectors {
        for k in 0..<slices {
          let (x, to) = (a[r * slices + k], g + 3 * v * slices + k)
          to[0] += p[r * vectors + v] * x
          to[slices] += p[r * vectors + v] * (x * x - shift)
          to[2 * slices] += p[r * vectors + v] * (x * x * x)
        }
      }
    }
  }

  /// Twin of ``TensorScalar/sliceNormal(_:shift:weights:constants:_:sums:rows:slices:vectors:)``.
  @inlinable @inline(__always)
  public static func sliceNormal<S: BinaryFloatingPoint>(
    _ a: UnsafePointer<S>, shift: S, weights: UnsafePointer<S>, constants: UnsafePointer<S>,
    _ g: UnsafeMutablePointer<S>, sums: UnsafeMutablePointer<S>, rows: Int, slices: Int,
    vectors: Int
  ) {
    var p = [S](repeating: 0, count: rows * vectors)
    sums.update(repeating: 0, count: vectors)
    for r in 0..<rows {
      for v in 0..<vectors {
        let w = weights + 3 * v * slices
        var value = -constants[v]
        for k in 0..<slices {
          let x = a[r * slices + k]
          value += ((w[2 * slices + k] * x + w[slices + k]) * x + w[k]) * x
        }
        p[r * vectors + v] = value
        sums[v] += value
      }
    }
    sliceTransposed(a, shift: shift, p, g, rows: rows, slices: slices, vectors: vectors)
  }

  /// Twin of ``TensorScalar/sliceLevels(_:shift:factors:_:stride:sums:rows:slices:)``.
  @inlinable @inline(__always)
  public static func sliceLevels<S: BinaryFloatingPoint>(
    _ a: UnsafePointer<S>, shift: S, factors: UnsafePointer<S>,
    _ levels: UnsafeMutablePointer<UInt8>, stride: Int, sums: UnsafeMutablePointer<Int32>,
    rows: Int, slices: Int
  ) {
    let width = (slices + 15) / 16 * 16
    for column in 0..<3 * width {
      let (power, k) = (column / width, column % width)
      sums[column] = 0
      for r in 0..<(rows + 63) / 64 * 64 {
        var level: Int32 = 0
        if r < rows && k < slices {
          let x = a[r * slices + k]
          let feature = power == 0 ? x : power == 1 ? x * x - shift : x * x * x
          level = Int32((feature * factors[power]).rounded(.toNearestOrEven))
        }
        sums[column] += level
        levels[((column / 16 * stride + r / 4) * 16 + column % 16) * 4 + r % 4] = UInt8(level + 128)
      }
    }
  }

  /// The products of levels that ``SliceLevels`` makes a strip of: `Σ level[r, 16 first + i] (level[r, j] + 128)` over `4 quads`
  /// rows, for 64 columns `i` and the columns `j` from `16 first` on.
  public static func levelProducts(
    _ levels: UnsafePointer<UInt8>, quads: Int, stride: Int, panels: Int, first: Int,
    _ products: UnsafeMutablePointer<Int32>
  ) {
    func byte(_ row: Int, _ column: Int) -> Int32 {
      Int32(levels[((column / 16 * stride + row / 4) * 16 + column % 16) * 4 + row % 4])
    }
    let width = 16 * panels
    for i in 0..<min(64, width - 16 * first) {
      for j in 16 * first..<width {
        products[i * width + j] = (0..<4 * quads).reduce(0) { sum, row in
          sum + (byte(row, 16 * first + i) - 128) * byte(row, j)
        }
      }
    }
  }
}
