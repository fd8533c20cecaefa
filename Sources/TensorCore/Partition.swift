/// `total` items cut into neighbouring ranges of nearly equal size: range `i` of `count` is `total·i/count ..< total·(i+1)/count`.
///
/// The cut depends on the two numbers alone, never on the threads: what is summed range by range has the same bits everywhere.
public struct Partition: RandomAccessCollection, Sendable, Hashable {
  /// How many items there are.
  public let total: Int
  /// How many ranges.
  public let endIndex: Int

  /// A cut into `count` ranges; some are empty if there are fewer items.
  public init(of total: Int, into count: Int) {
    require(
      total >= 0 && count >= (total == 0 ? 0 : 1),
      "Partition: wants items and ranges that are not negative, and a range for items, got \(total) and \(count)"
    )
    self.total = total
    endIndex = count
  }

  /// The cut into the fewest ranges of at most `size` items.
  public init(of total: Int, atMost size: Int) {
    require(size >= 1, "Partition: wants ranges of at least 1 item, got \(size)")
    self.init(of: total, into: (total + size - 1) / size)
  }

  /// 0.
  public var startIndex: Int { 0 }

  /// The items of a range.
  @inlinable public subscript(index: Int) -> Range<Int> {
    total * index / endIndex..<total * (index + 1) / endIndex
  }
}
