import TensorCore

/// Mini-batches of the rows of arrays, in a new order for each epoch.
///
/// The order of an epoch is a function of the random stream's key and the epoch alone, so that a resumed run sees the
/// batches of an uninterrupted one.
public struct ArrayBatches: Sendable {
  /// What becomes of rows that do not fill a batch.
  public enum Remainder: String, Sendable, Codable, CaseIterable {
    /// They make a smaller last batch.
    case keep
    /// They are left out of this epoch.
    case drop
    /// ⌊rows / batch⌋ batches (at least one) take all rows, each ⌈rows / batches⌉ long but the last, as PyTorch's `chunk`
    /// divides them.
    case spread
  }

  /// The number of rows.
  public let rowCount: Int
  /// The number of rows of a batch.
  public let batch: Int
  /// What becomes of rows that do not fill a batch.
  public let remainder: Remainder
  /// The stream whose children order the epochs; `nil` keeps the rows in order.
  public let random: Philox?

  /// Batches of `batch` rows.
  ///
  /// - Requires: `rowCount` and `batch` of at least 1; with ``Remainder/drop``, at least one whole batch.
  public init(rowCount: Int, batch: Int, remainder: Remainder = .keep, shuffledBy random: Philox?) {
    require(
      rowCount >= 1 && batch >= 1,
      "ArrayBatches: rows and batch must be at least 1, got \(rowCount) and \(batch)")
    require(
      remainder != .drop || batch <= rowCount,
      "ArrayBatches: dropping the remainder of \(rowCount) rows in batches of \(batch) leaves none")
    self.rowCount = rowCount
    self.batch = batch
    self.remainder = remainder
    self.random = random
  }

  /// The places in an epoch's order that each batch takes.
  private var ranges: [Range<Int>] {
    var size = batch
    if remainder == .spread {
      let batches = max(1, rowCount / batch)
      size = (rowCount + batches - 1) / batches
    }
    return stride(from: 0, to: rowCount, by: size).compactMap { start in
      if remainder == .drop && start + size > rowCount { return nil }
      return start..<min(start + size, rowCount)
    }
  }

  /// The number of batches of an epoch.
  public var batchCount: Int { ranges.count }

  /// The rows in the order of an epoch, drawn from `random.stream("shuffle", epoch)`.
  public func order(epoch: Int) -> [Int] {
    guard var stream = random?.stream("shuffle", epoch) else { return Array(0..<rowCount) }
    return stream.permutation(rowCount)
  }

  /// The rows of each batch of an epoch.
  public func indices(epoch: Int) -> [[Int]] {
    let order = order(epoch: epoch)
    return ranges.map { Array(order[$0]) }
  }
}
