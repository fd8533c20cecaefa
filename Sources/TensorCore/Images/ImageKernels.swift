/// The loops of the image layers, over arrays with channels innermost; a part of ``TensorScalar``.
///
/// `Float` runs the C kernels that choose their instruction set at run time, `Double` the plain Swift twins
/// (``ReferenceImageKernels``), which are also the kernels' test oracle.
public protocol ImageKernels {
  /// `y = x` where `x > 0`, else `alpha (exp(rate · x) − 1)`; `x` and `y` may be the same memory.
  static func elu(
    _ x: UnsafePointer<Self>, alpha: Self, rate: Self, _ y: UnsafeMutablePointer<Self>,
    _ count: Int)
  /// `dx = dy` where the output `y > 0`, else `rate (y + alpha) dy`; `dx` may be the memory of `y` or `dy`.
  static func eluBackward(
    _ y: UnsafePointer<Self>, _ dy: UnsafePointer<Self>, alpha: Self, rate: Self,
    _ dx: UnsafeMutablePointer<Self>, _ count: Int)
  /// `y = x tanh(softplus x)`; `x` and `y` may be the same memory.
  static func mish(_ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>, _ count: Int)
  /// `dx = dy (t + x (1 − t²) sigmoid x)` with `t = tanh(softplus x)`, from the input.
  static func mishBackward(
    _ x: UnsafePointer<Self>, _ dy: UnsafePointer<Self>, _ dx: UnsafeMutablePointer<Self>,
    _ count: Int)

  /// `sums[c] += Σ x[r, c]` over the rows, in an order that depends on the extents alone.
  static func channelSums(
    _ x: UnsafePointer<Self>, rows: Int, channels: Int, into sums: UnsafeMutablePointer<Double>)
  /// `squares[c] += Σ (x[r, c] − mean[c])²` over the rows.
  static func channelSquares(
    _ x: UnsafePointer<Self>, about mean: UnsafePointer<Self>, rows: Int, channels: Int,
    into squares: UnsafeMutablePointer<Double>)
  /// `sums[c] += Σ dy[r, c]` and `products[c] += Σ dy[r, c] (x[r, c] − mean[c])` over the rows.
  static func channelProducts(
    _ dy: UnsafePointer<Self>, _ x: UnsafePointer<Self>, about mean: UnsafePointer<Self>,
    rows: Int, channels: Int, into sums: UnsafeMutablePointer<Double>,
    _ products: UnsafeMutablePointer<Double>)
  /// `y[r, c] = (x[r, c] − mean[c]) scale[c] + shift[c]`; `x` and `y` may be the same memory.
  static func channelAffine(
    _ x: UnsafePointer<Self>, mean: UnsafePointer<Self>, scale: UnsafePointer<Self>,
    shift: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>, rows: Int, channels: Int)
  /// `dx[r, c] = a[c] dy[r, c] + b[c] (x[r, c] − mean[c]) + shift[c]`; `dx` may be the memory of `dy`.
  ///
  /// With `elu`, `x` is the output of ``elu(_:alpha:rate:_:_:)``, and the result is multiplied by the derivative there.
  static func channelCombine(
    _ dy: UnsafePointer<Self>, _ a: UnsafePointer<Self>, _ x: UnsafePointer<Self>,
    mean: UnsafePointer<Self>, _ b: UnsafePointer<Self>, shift: UnsafePointer<Self>,
    elu: (alpha: Self, rate: Self)?, _ dx: UnsafeMutablePointer<Self>, rows: Int, channels: Int)

  /// `y` is the largest of each 2 × 2 window, channel by channel, of `2 · pairs` rows of `columns` pixels; NaN is the largest.
  ///
  /// `y` has `pairs` rows of `columns/2` pixels: the last of an odd number of columns is left out.
  static func maxPool(
    _ x: UnsafePointer<Self>, pairs: Int, columns: Int, channels: Int,
    _ y: UnsafeMutablePointer<Self>)
  /// `dx = dy` where `x` is the first of the largest numbers of its window, else 0; see
  /// ``maxPool(_:pairs:columns:channels:_:)``.
  static func maxPoolBackward(
    _ x: UnsafePointer<Self>, _ dy: UnsafePointer<Self>, pairs: Int, columns: Int, channels: Int,
    _ dx: UnsafeMutablePointer<Self>)

  /// Lays the matrix `w[i rowStride + j columnStride]`, `rows × columns`, into panels of ``PatchGrid/panel`` columns.
  ///
  /// Panel `p` holds, row by row, its columns, zeros beyond the last one. Of the `depth` rows of a panel, these are those
  /// from `firstRow` on: the taps of a kernel are laid in one by one.
  static func packWeights(
    _ w: UnsafePointer<Self>, rows: Int, columns: Int, rowStride: Int, columnStride: Int,
    into packed: UnsafeMutablePointer<Self>, firstRow: Int, depth: Int)
  /// `y = f(patch · W + bias)` for each pixel of the grid, `W` packed; `f` is the identity, or ``elu(_:alpha:rate:_:_:)``.
  ///
  /// `packed` is the address of the first row of `W` in the first panel, `packedDepth` the rows of a panel: `W` may be a
  /// part of the rows that were packed together.
  static func convolve(
    _ grid: PatchGrid, _ x: UnsafePointer<Self>, packed: UnsafePointer<Self>, packedDepth: Int,
    bias: UnsafePointer<Self>?, elu: (alpha: Self, rate: Self)?, _ y: UnsafeMutablePointer<Self>)
  /// `y += patch · W` for each pixel of the grid; see
  /// ``convolve(_:_:packed:packedDepth:bias:elu:_:)``.
  static func addConvolution(
    _ grid: PatchGrid, _ x: UnsafePointer<Self>, packed: UnsafePointer<Self>, packedDepth: Int,
    _ y: UnsafeMutablePointer<Self>)
  /// `dw += Σ patchᵀ dy` over the pixels of the grid, `dw` of shape `[depth, outputs]`, `dy` placed as the grid's outputs.
  ///
  /// The number of outputs is a multiple of ``PatchGrid/panel``.
  static func convolveWeights(
    _ grid: PatchGrid, _ x: UnsafePointer<Self>, _ dy: UnsafePointer<Self>,
    _ dw: UnsafeMutablePointer<Self>)
}
