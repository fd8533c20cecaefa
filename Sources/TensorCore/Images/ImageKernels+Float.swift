import CKernels

// The requirements are documented at `ImageKernels`.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Float: ImageKernels {
  public static func elu(
    _ x: UnsafePointer<Float>, alpha: Float, rate: Float, _ y: UnsafeMutablePointer<Float>,
    _ count: Int
  ) { ck_elu(x, alpha, rate, y, count) }

  public static func eluBackward(
    _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, alpha: Float, rate: Float,
    _ dx: UnsafeMutablePointer<Float>, _ count: Int
  ) { ck_elu_backward(y, dy, alpha, rate, dx, count) }

  public static func mish(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int
  ) { ck_mish(x, y, count) }

  public static func mishBackward(
    _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    _ count: Int
  ) { ck_mish_backward(x, dy, dx, count) }

  public static func channelSums(
    _ x: UnsafePointer<Float>, rows: Int, channels: Int, into sums: UnsafeMutablePointer<Double>
  ) { ck_channel_sums(x, rows, channels, sums) }

  public static func channelSquares(
    _ x: UnsafePointer<Float>, about mean: UnsafePointer<Float>, rows: Int, channels: Int,
    into squares: UnsafeMutablePointer<Double>
  ) { ck_channel_squares(x, mean, rows, channels, squares) }

  public static func channelProducts(
    _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>, about mean: UnsafePointer<Float>,
    rows: Int, channels: Int, into sums: UnsafeMutablePointer<Double>,
    _ products: UnsafeMutablePointer<Double>
  ) { ck_channel_products(dy, x, mean, rows, channels, sums, products) }

  public static func channelAffine(
    _ x: UnsafePointer<Float>, mean: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, rows: Int, channels: Int
  ) { ck_channel_affine(x, mean, scale, shift, y, rows, channels) }

  public static func channelCombine(
    _ dy: UnsafePointer<Float>, _ a: UnsafePointer<Float>, _ x: UnsafePointer<Float>,
    mean: UnsafePointer<Float>, _ b: UnsafePointer<Float>, shift: UnsafePointer<Float>,
    elu: (alpha: Float, rate: Float)?, _ dx: UnsafeMutablePointer<Float>, rows: Int, channels: Int
  ) {
    ck_channel_combine(
      dy, a, x, mean, b, shift, elu == nil ? 0 : 1, elu?.alpha ?? 0, elu?.rate ?? 0, dx, rows,
      channels)
  }

  public static func maxPool(
    _ x: UnsafePointer<Float>, pairs: Int, columns: Int, channels: Int,
    _ y: UnsafeMutablePointer<Float>
  ) { ck_max_pool(x, pairs, columns, channels, y) }

  public static func maxPoolBackward(
    _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, pairs: Int, columns: Int, channels: Int,
    _ dx: UnsafeMutablePointer<Float>
  ) { ck_max_pool_backward(x, dy, pairs, columns, channels, dx) }

  public static func packWeights(
    _ w: UnsafePointer<Float>, rows: Int, columns: Int, rowStride: Int, columnStride: Int,
    into packed: UnsafeMutablePointer<Float>, firstRow: Int, depth: Int
  ) { ck_pack_weights(w, rows, columns, rowStride, columnStride, packed, firstRow, depth) }

  public static func convolve(
    _ grid: PatchGrid, _ x: UnsafePointer<Float>, packed: UnsafePointer<Float>, packedDepth: Int,
    bias: UnsafePointer<Float>?, elu: (alpha: Float, rate: Float)?,
    _ y: UnsafeMutablePointer<Float>
  ) {
    var grid = ck_patch_grid(grid)
    ck_convolve(
      &grid, x, packed, packedDepth, bias, elu == nil ? 0 : 1, elu?.alpha ?? 0, elu?.rate ?? 0, 0,
      y)
  }

  public static func addConvolution(
    _ grid: PatchGrid, _ x: UnsafePointer<Float>, packed: UnsafePointer<Float>, packedDepth: Int,
    _ y: UnsafeMutablePointer<Float>
  ) {
    var grid = ck_patch_grid(grid)
    ck_convolve(&grid, x, packed, packedDepth, nil, 0, 0, 0, 1, y)
  }

  public static func convolveWeights(
    _ grid: PatchGrid, _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
    _ dw: UnsafeMutablePointer<Float>
  ) {
    require(
      grid.outputs % PatchGrid.panel == 0,
      "convolveWeights: wants a multiple of \(PatchGrid.panel) outputs, got \(grid.outputs)")
    var grid = ck_patch_grid(grid)
    ck_convolve_weights(&grid, x, dy, dw)
  }
}

extension ck_patch_grid {
  fileprivate init(_ grid: PatchGrid) {
    self.init(
      images: grid.images, rows: grid.rows, columns: grid.columns, segments: grid.segments,
      length: grid.length, patch_image: grid.patchImage, patch_row: grid.patchRow,
      patch_column: grid.patchColumn, patch_segment: grid.patchSegment,
      output_image: grid.outputImage, output_row: grid.outputRow, output_column: grid.outputColumn,
      outputs: grid.outputs)
  }
}
