/// The row blocks that work on `rows` rows is split into: a function of the count alone, so that no result depends on
/// the number of threads.
struct RowBlocks: Sendable {
  let rows: Int
  let size: Int

  init(rows: Int, size: Int) {
    self.rows = rows
    self.size = size
  }

  var count: Int { (rows + size - 1) / size }
  func range(_ block: Int) -> Range<Int> { block * size..<min((block + 1) * size, rows) }
}
