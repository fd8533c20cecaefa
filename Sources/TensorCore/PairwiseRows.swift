/// Sums over the rows of tall row-major matrices, pairwise over blocks of 64 rows, so that the rounding error in float32 stays
/// near that of 64 + log₂ n additions. The order depends on the number of rows alone.
package enum PairwiseRows {
  /// `out[j] = Σ x[r, j]`.
  package static func sums<Scalar: TensorScalar>(
    _ x: UnsafePointer<Scalar>, rows: Int, columns: Int, into out: UnsafeMutablePointer<Scalar>
  ) {
    // One column is one array, whose sum has lanes of its own.
    if columns == 1 { return out[0] = Scalar.sum(x, rows) }
    let x = SharedConstant(x)
    fold(rows: rows, columns: columns, into: out) { start, count, sums in
      Scalar.columnSums(x.address + start * columns, sums, rows: count, columns: columns)
    }
  }

  /// `out[j] = Σ (x[r, j] − mean[j])²`.
  package static func squares<Scalar: TensorScalar>(
    _ x: UnsafePointer<Scalar>, mean: UnsafePointer<Scalar>, rows: Int, columns: Int,
    into out: UnsafeMutablePointer<Scalar>
  ) {
    if columns == 1 {
      let centred = TensorStorage<Scalar>(uninitializedCount: rows)
      let y = centred.elements.baseAddress!
      Scalar.scaleShift(x, 1, -mean[0], y, rows)
      out[0] = Scalar.dot(y, y, rows)
      return withExtendedLifetime(centred) {}
    }
    let (x, mean) = (SharedConstant(x), SharedConstant(mean))
    fold(rows: rows, columns: columns, into: out) { start, count, sums in
      Scalar.columnSquares(
        x.address + start * columns, mean: mean.address, sums, rows: count, columns: columns)
    }
  }

  /// `out[j] = Σ x[r, j] y[r, j]`.
  package static func products<Scalar: TensorScalar>(
    _ x: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>, rows: Int, columns: Int,
    into out: UnsafeMutablePointer<Scalar>
  ) {
    if columns == 1 { return out[0] = Scalar.dot(x, y, rows) }
    let (x, y) = (SharedConstant(x), SharedConstant(y))
    fold(rows: rows, columns: columns, into: out) { start, count, sums in
      Scalar.columnProducts(
        x.address + start * columns, y.address + start * columns, sums, rows: count,
        columns: columns)
    }
  }

  /// The sum of what `block` gives for each block of rows, by a binary counter of partial sums: row `k` of it holds 2^k
  /// blocks, the last row the newest block.
  ///
  /// Threads share whole subtrees, so that their number changes no bit.
  private static func fold<Scalar: TensorScalar>(
    rows: Int, columns: Int, into out: UnsafeMutablePointer<Scalar>,
    _ block: @Sendable (Int, Int, UnsafeMutablePointer<Scalar>) -> Void
  ) {
    let blocks = (rows + 63) / 64
    let subtree = 16
    guard Parallelism.threads > 1 && !Parallelism.isNested && blocks > subtree else {
      return foldTree(blocks: blocks, columns: columns, into: out) { index, sums in
        block(64 * index, min(64, rows - 64 * index), sums)
      }
    }
    let subtrees = (blocks + subtree - 1) / subtree
    let memory = TensorStorage<Scalar>(uninitializedCount: subtrees * columns)
    let tops = SharedAddress(memory.elements.baseAddress!)
    parallel(over: subtrees) { tree in
      let first = tree * subtree
      foldTree(
        blocks: min(subtree, blocks - first), columns: columns, into: tops.address + tree * columns
      ) { index, sums in
        let start = 64 * (first + index)
        block(start, min(64, rows - start), sums)
      }
    }
    foldTree(blocks: subtrees, columns: columns, into: out) { index, sums in
      sums.update(from: tops.address + index * columns, count: columns)
    }
    withExtendedLifetime(memory) {}
  }

  private static func foldTree<Scalar: TensorScalar>(
    blocks: Int, columns: Int, into out: UnsafeMutablePointer<Scalar>,
    _ block: (Int, UnsafeMutablePointer<Scalar>) -> Void
  ) {
    if blocks == 1 { return block(0, out) }
    let levels = Int.bitWidth - blocks.leadingZeroBitCount
    let counter = TensorStorage<Scalar>(uninitializedCount: (levels + 1) * columns)
    let partial = counter.elements.baseAddress!
    let newest = partial + levels * columns
    for index in 0..<blocks {
      block(index, newest)
      var level = 0
      while index >> level & 1 == 1 {
        Scalar.axpy(1, partial + level * columns, newest, columns)
        level += 1
      }
      (partial + level * columns).update(from: newest, count: columns)
    }
    // The lowest filled level first, then the others in order.
    let lowest = blocks.trailingZeroBitCount
    out.update(from: partial + lowest * columns, count: columns)
    for level in lowest + 1..<max(levels, lowest + 1) where blocks >> level & 1 == 1 {
      Scalar.axpy(1, partial + level * columns, out, columns)
    }
    withExtendedLifetime(counter) {}
  }
}
