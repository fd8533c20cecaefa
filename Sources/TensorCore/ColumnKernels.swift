import CKernels

/// What ``TensorScalar`` does with the columns of row-major matrices at an address: sums over rows, and standardising.
///
/// `Float` runs C kernels, `Double` the plain loops below, their twins.
public protocol ColumnKernels: BinaryFloatingPoint {
  /// `sums[j] = Σ x[r, j]` over the rows in order.
  static func columnSums(
    _ x: UnsafePointer<Self>, _ sums: UnsafeMutablePointer<Self>, rows: Int, columns: Int)
  /// `sums[j] = Σ (x[r, j] − mean[j])²`.
  static func columnSquares(
    _ x: UnsafePointer<Self>, mean: UnsafePointer<Self>, _ sums: UnsafeMutablePointer<Self>,
    rows: Int, columns: Int)
  /// `sums[j] = Σ x[r, j] y[r, j]`.
  static func columnProducts(
    _ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>, _ sums: UnsafeMutablePointer<Self>,
    rows: Int, columns: Int)
  /// `y[r, j] = (x[r, j] − mean[j]) factor[j]`; `x` and `y` may be the same memory.
  static func standardizeRows(
    _ x: UnsafePointer<Self>, mean: UnsafePointer<Self>, factor: UnsafePointer<Self>,
    _ y: UnsafeMutablePointer<Self>, rows: Int, columns: Int)
  /// `dx[r, j] = (dy[r, j] − mean[j] − y[r, j] slope[j]) factor[j]`; `dx` may be the memory of `dy`.
  static func standardizeRowsBackward(
    _ dy: UnsafePointer<Self>, _ y: UnsafePointer<Self>, mean: UnsafePointer<Self>,
    slope: UnsafePointer<Self>, factor: UnsafePointer<Self>, _ dx: UnsafeMutablePointer<Self>,
    rows: Int, columns: Int)
}

// The requirements are documented above.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Float: ColumnKernels {
  public static func columnSums(
    _ x: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) { ck_column_sums(x, sums, rows, columns) }

  public static func columnSquares(
    _ x: UnsafePointer<Float>, mean: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int
  ) { ck_column_squares(x, mean, sums, rows, columns) }

  public static func columnProducts(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int
  ) { ck_column_products(x, y, sums, rows, columns) }

  public static func standardizeRows(
    _ x: UnsafePointer<Float>, mean: UnsafePointer<Float>, factor: UnsafePointer<Float>,
    _ y: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) { ck_standardize_rows(x, mean, factor, y, rows, columns) }

  public static func standardizeRowsBackward(
    _ dy: UnsafePointer<Float>, _ y: UnsafePointer<Float>, mean: UnsafePointer<Float>,
    slope: UnsafePointer<Float>, factor: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int
  ) { ck_standardize_rows_backward(dy, y, mean, slope, factor, dx, rows, columns) }
}

// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Double: ColumnKernels {
  public static func columnSums(
    _ x: UnsafePointer<Double>, _ sums: UnsafeMutablePointer<Double>, rows: Int, columns: Int
  ) {
    sums.update(repeating: 0, count: columns)
    for r in 0..<rows { for j in 0..<columns { sums[j] += x[r * columns + j] } }
  }

  public static func columnSquares(
    _ x: UnsafePointer<Double>, mean: UnsafePointer<Double>, _ sums: UnsafeMutablePointer<Double>,
    rows: Int, columns: Int
  ) {
    sums.update(repeating: 0, count: columns)
    for r in 0..<rows {
      for j in 0..<columns {
        let centred = x[r * columns + j] - mean[j]
        sums[j] += centred * centred
      }
    }
  }

  public static func columnProducts(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ sums: UnsafeMutablePointer<Double>,
    rows: Int, columns: Int
  ) {
    sums.update(repeating: 0, count: columns)
    for r in 0..<rows {
      for j in 0..<columns { sums[j] += x[r * columns + j] * y[r * columns + j] }
    }
  }

  public static func standardizeRows(
    _ x: UnsafePointer<Double>, mean: UnsafePointer<Double>, factor: UnsafePointer<Double>,
    _ y: UnsafeMutablePointer<Double>, rows: Int, columns: Int
  ) {
    for r in 0..<rows {
      for j in 0..<columns { y[r * columns + j] = (x[r * columns + j] - mean[j]) * factor[j] }
    }
  }

  public static func standardizeRowsBackward(
    _ dy: UnsafePointer<Double>, _ y: UnsafePointer<Double>, mean: UnsafePointer<Double>,
    slope: UnsafePointer<Double>, factor: UnsafePointer<Double>,
    _ dx: UnsafeMutablePointer<Double>, rows: Int, columns: Int
  ) {
    for r in 0..<rows {
      for j in 0..<columns {
        let k = r * columns + j
        dx[k] = (dy[k] - mean[j] - y[k] * slope[j]) * factor[j]
      }
    }
  }
}
