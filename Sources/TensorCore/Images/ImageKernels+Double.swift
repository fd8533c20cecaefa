// The requirements are documented at `ImageKernels`.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Double: ImageKernels {
  public static func elu(
    _ x: UnsafePointer<Double>, alpha: Double, rate: Double, _ y: UnsafeMutablePointer<Double>,
    _ count: Int
  ) { ReferenceImageKernels.elu(x, alpha: alpha, rate: rate, y, count) }

  public static func eluBackward(
    _ y: UnsafePointer<Double>, _ dy: UnsafePointer<Double>, alpha: Double, rate: Double,
    _ dx: UnsafeMutablePointer<Double>, _ count: Int
  ) { ReferenceImageKernels.eluBackward(y, dy, alpha: alpha, rate: rate, dx, count) }

  public static func mish(
    _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>, _ count: Int
  ) { ReferenceImageKernels.mish(x, y, count) }

  public static func mishBackward(
    _ x: UnsafePointer<Double>, _ dy: UnsafePointer<Double>, _ dx: UnsafeMutablePointer<Double>,
    _ count: Int
  ) { ReferenceImageKernels.mishBackward(x, dy, dx, count) }

  public static func channelSums(
    _ x: UnsafePointer<Double>, rows: Int, channels: Int, into sums: UnsafeMutablePointer<Double>
  ) { ReferenceImageKernels.channelSums(x, rows: rows, channels: channels, into: sums) }

  public static func channelSquares(
    _ x: UnsafePointer<Double>, about mean: UnsafePointer<Double>, rows: Int, channels: Int,
    into squares: UnsafeMutablePointer<Double>
  ) {
    ReferenceImageKernels.channelSquares(
      x, about: mean, rows: rows, channels: channels, into: squares)
  }

  public static func channelProducts(
    _ dy: UnsafePointer<Double>, _ x: UnsafePointer<Double>, about mean: UnsafePointer<Double>,
    rows: Int, channels: Int, into sums: UnsafeMutablePointer<Double>,
    _ products: UnsafeMutablePointer<Double>
  ) {
    ReferenceImageKernels.channelProducts(
      dy, x, about: mean, rows: rows, channels: channels, into: sums, products)
  }

  public static func channelAffine(
    _ x: UnsafePointer<Double>, mean: UnsafePointer<Double>, scale: UnsafePointer<Double>,
    shift: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>, rows: Int, channels: Int
  ) {
    ReferenceImageKernels.channelAffine(
      x, mean: mean, scale: scale, shift: shift, y, rows: rows, channels: channels)
  }

  public static func channelCombine(
    _ dy: UnsafePointer<Double>, _ a: UnsafePointer<Double>, _ x: UnsafePointer<Double>,
    mean: UnsafePointer<Double>, _ b: UnsafePointer<Double>, shift: UnsafePointer<Double>,
    elu: (alpha: Double, rate: Double)?, _ dx: UnsafeMutablePointer<Double>, rows: Int,
    channels: Int
  ) {
    ReferenceImageKernels.channelCombine(
      dy, a, x, mean: mean, b, shift: shift, elu: elu, dx, rows: rows, channels: channels)
  }

  public static func maxPool(
    _ x: UnsafePointer<Double>, pairs: Int, columns: Int, channels: Int,
    _ y: UnsafeMutablePointer<Double>
  ) {
    ReferenceImageKernels.maxPool(x, pairs: pairs, columns: columns, channels: channels, y)
  }

  public static func maxPoolBackward(
    _ x: UnsafePointer<Double>, _ dy: UnsafePointer<Double>, pairs: Int, columns: Int,
    channels: Int, _ dx: UnsafeMutablePointer<Double>
  ) {
    ReferenceImageKernels.maxPoolBackward(
      x, dy, pairs: pairs, columns: columns, channels: channels, dx)
  }

  public static func packWeights(
    _ w: UnsafePointer<Double>, rows: Int, columns: Int, rowStride: Int, columnStride: Int,
    into packed: UnsafeMutablePointer<Double>, firstRow: Int, depth: Int
  ) {
    ReferenceImageKernels.packWeights(
      w, rows: rows, columns: columns, rowStride: rowStride, columnStride: columnStride,
      into: packed, firstRow: firstRow, depth: depth)
  }

  public static func convolve(
    _ grid: PatchGrid, _ x: UnsafePointer<Double>, packed: UnsafePointer<Double>,
    packedDepth: Int, bias: UnsafePointer<Double>?, elu: (alpha: Double, rate: Double)?,
    _ y: UnsafeMutablePointer<Double>
  ) {
    ReferenceImageKernels.convolve(
      grid, x, packed: packed, packedDepth: packedDepth, bias: bias, elu: elu, y)
  }

  public static func addConvolution(
    _ grid: PatchGrid, _ x: UnsafePointer<Double>, packed: UnsafePointer<Double>,
    packedDepth: Int, _ y: UnsafeMutablePointer<Double>
  ) {
    ReferenceImageKernels.addConvolution(grid, x, packed: packed, packedDepth: packedDepth, y)
  }

  public static func convolveWeights(
    _ grid: PatchGrid, _ x: UnsafePointer<Double>, _ dy: UnsafePointer<Double>,
    _ dw: UnsafeMutablePointer<Double>
  ) { ReferenceImageKernels.convolveWeights(grid, x, dy, dw) }
}
