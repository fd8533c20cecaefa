/// The rows of a product that one task works out; a constant, so that the split does not depend on the thread count.
private let productTileRows = 256

/// The matrix product `op(a) op(b)`, where `op` transposes if asked to.
///
/// `op(a)` is `[m, k]`, `op(b)` is `[k, n]`, the result `[m, n]`. Tall products are split by rows over the threads.
public func matmul<S>(
  _ a: Tensor<S>, _ b: Tensor<S>, transposeA: Bool = false, transposeB: Bool = false
) -> Tensor<S> {
  require(
    a.rank == 2 && b.rank == 2, "matmul: wants two matrices, got \(a.shape) and \(b.shape)")
  let (m, k) = transposeA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
  let (inner, n) = transposeB ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
  require(
    k == inner,
    "matmul: inner extents differ: \(a.shape)\(transposeA ? "ᵀ" : "") by \(b.shape)\(transposeB ? "ᵀ" : "")"
  )
  let (lda, ldb) = (a.shape[1], b.shape[1])
  return Tensor(shape: [m, n]) { c in
    guard m > 0 && n > 0 else { return }
    guard k > 0 else { return c.update(repeating: 0) }
    let (pa, pb, pc) = (
      Pointer(a.storage.elements.baseAddress!), Pointer(b.storage.elements.baseAddress!),
      Pointer(c.baseAddress!)
    )
    let tiles = (m + productTileRows - 1) / productTileRows
    parallel(over: tiles) { tile in
      let row = tile * productTileRows
      S.gemm(
        transposeA: transposeA, transposeB: transposeB, m: min(productTileRows, m - row), n: n,
        k: k, alpha: 1, pa.address + (transposeA ? row : row * lda), lda: lda, pb.address,
        ldb: ldb, beta: 0, pc.address + row * n, ldc: n)
    }
  }
}

/// The products of matrices of equal batch shape: `[…, m, k]` by `[…, k, n]` gives `[…, m, n]`.
public func batchedMatmul<S>(
  _ a: Tensor<S>, _ b: Tensor<S>, transposeA: Bool = false, transposeB: Bool = false
) -> Tensor<S> {
  require(
    a.rank == b.rank && a.rank >= 3
      && a.shape.dimensions.dropLast(2) == b.shape.dimensions.dropLast(2),
    "batchedMatmul: wants equal batch extents before the matrices, got \(a.shape) and \(b.shape)")
  let batch = a.shape.extent(of: 0..<a.rank - 2)
  let (ra, ca) = (a.shape[a.rank - 2], a.shape[a.rank - 1])
  let (rb, cb) = (b.shape[b.rank - 2], b.shape[b.rank - 1])
  let (m, k) = transposeA ? (ca, ra) : (ra, ca)
  let (inner, n) = transposeB ? (cb, rb) : (rb, cb)
  require(k == inner, "batchedMatmul: inner extents differ: \(a.shape) by \(b.shape)")
  let shape = Shape(a.shape.dimensions.dropLast(2) + [m, n])
  return Tensor(shape: shape) { c in
    guard c.count > 0 else { return }
    guard k > 0 else { return c.update(repeating: 0) }
    let (pa, pb, pc) = (
      Pointer(a.storage.elements.baseAddress!), Pointer(b.storage.elements.baseAddress!),
      Pointer(c.baseAddress!)
    )
    parallel(over: batch) { i in
      S.gemm(
        transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, alpha: 1,
        pa.address + i * ra * ca, lda: ca, pb.address + i * rb * cb, ldb: cb, beta: 0,
        pc.address + i * m * n, ldc: n)
    }
  }
}

/// `xᵀ x` (symmetric, `[n, n]` for `x` of shape `[rows, n]`), scaled by `factor`.
///
/// Rows are cut into blocks of 2,048, whose products are added in order, so that float32 sums stay short.
@specialized(where S == Float)
@specialized(where S == Double)
public func gram<S>(_ x: Tensor<S>, scaledBy factor: S = 1) -> Tensor<S> {
  require(x.rank == 2, "gram: wants a matrix, got shape \(x.shape)")
  let (rows, n) = (x.shape[0], x.shape[1])
  let blockRows = 2048
  let blocks = max((rows + blockRows - 1) / blockRows, 1)
  let partial = parallelMap(over: blocks) { block in
    let start = block * blockRows
    return Tensor<S>(shape: [n, n]) { c in
      guard n > 0 else { return }
      c.update(repeating: 0)
      let count = min(blockRows, rows - start)
      guard count > 0 else { return }
      S.syrk(
        n: n, k: count, alpha: factor, x.storage.elements.baseAddress! + start * n, lda: n,
        beta: 0, c.baseAddress!, ldc: n)
    }
  }
  var total = partial[0]
  for block in partial.dropFirst() { total += block }
  guard n > 0 else { return total }
  total.withUnsafeMutableBufferPointer { mirrorUpperTriangle($0.baseAddress!, order: n) }
  return total
}

/// `x xᵀ` (symmetric, `[rows, rows]`), scaled by `factor`: the products of all pairs of rows.
package func rowGram<S>(_ x: Tensor<S>, scaledBy factor: S = 1) -> Tensor<S> {
  require(x.rank == 2, "rowGram: wants a matrix, got shape \(x.shape)")
  let (rows, columns) = (x.shape[0], x.shape[1])
  return Tensor(shape: [rows, rows]) { c in
    guard rows > 0 else { return }
    guard columns > 0 else { return c.update(repeating: 0) }
    // Only the products from a tile's diagonal on are needed: little more than half the work of the full product.
    let tileRows = 64
    let tiles = (rows + tileRows - 1) / tileRows
    let (px, pc) = (Pointer(x.storage.elements.baseAddress!), Pointer(c.baseAddress!))
    parallel(over: tiles) { tile in
      let row = tile * tileRows
      S.gemm(
        transposeA: false, transposeB: true, m: min(tileRows, rows - row), n: rows - row,
        k: columns, alpha: factor, px.address + row * columns, lda: columns,
        px.address + row * columns, ldb: columns, beta: 0, pc.address + row * rows + row, ldc: rows)
    }
    mirrorUpperTriangle(c.baseAddress!, order: rows)
  }
}

/// Copies the upper triangle of a square matrix to the lower one, in tiles that stay in the cache.
@specialized(where S == Float)
@specialized(where S == Double)
package func mirrorUpperTriangle<S: TensorScalar>(_ c: UnsafeMutablePointer<S>, order n: Int) {
  let side = 32
  for top in stride(from: 0, to: n, by: side) {
    for left in stride(from: 0, through: top, by: side) {
      for i in top..<min(top + side, n) {
        for j in left..<min(left + side, i) { c[i * n + j] = c[j * n + i] }
      }
    }
  }
}

/// An address that threads may share because each writes its own part of what it points to.
struct Pointer<Pointee>: @unchecked Sendable {
  let address: UnsafeMutablePointer<Pointee>
  init(_ address: UnsafeMutablePointer<Pointee>) { self.address = address }
}
