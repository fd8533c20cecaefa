/// How attention over stored keys is cut into tasks.
///
/// The rows of a task are those of all heads of queries that share a key-value head, so that keys and values are read once
/// for all of them; row `i · group + g` is query `i` of the group's head `g`. The keys are cut into chunks where there are
/// few rows. Nothing here depends on the number of threads, so that no result does.
struct DecodePlan: Sendable {
  /// A run of blocks for some rows of one key-value head.
  struct Task: Sendable, Equatable {
    /// The entry of the batch, the key-value head, the rows, and the blocks.
    let batch, head: Int
    let rows: Range<Int>
    let blocks: Range<Int>
    /// Where the rows of this task begin among the partial results.
    let place: Int
  }

  /// The tasks of some rows of one head, whose partial results are merged in this order.
  struct Group: Sendable, Equatable {
    let batch, head: Int
    let rows: Range<Int>
    let tasks: Range<Int>
  }

  /// Rows of a task: so many outputs stay in the second-level cache beside a block. A multiple of 6.
  static let rowBlock = 96
  /// Tasks to aim at, so that the last one to end keeps no other thread waiting for long.
  static let taskTarget = 128

  private(set) var tasks: [Task] = []
  private(set) var groups: [Group] = []
  /// Rows of partial results.
  private(set) var partialRows = 0

  /// - Parameters:
  ///   - lengths: the stored tokens of each entry of the batch, its queries' own among them.
  ///   - queries: the queries of each head; they are the last tokens of their sequence.
  ///   - group: heads of queries a key-value head.
  init(lengths: [Int], heads: Int, group: Int, queries: Int) {
    let rows = queries * group
    /// The blocks that the last query of some rows sees.
    func blocks(_ batch: Int, before end: Int) -> Int {
      let last = (end - 1) / group
      return KeyValueBlockLayout.blocks(holding: max(0, lengths[batch] - queries + last + 1))
    }
    let starts = stride(from: 0, to: rows, by: Self.rowBlock)
    var total = 0
    for batch in lengths.indices {
      for start in starts {
        total += heads * blocks(batch, before: min(start + Self.rowBlock, rows))
      }
    }
    // At least two blocks a chunk: a task has a price of its own.
    let chunk = max(2, (total + Self.taskTarget - 1) / Self.taskTarget)
    for batch in lengths.indices {
      for head in 0..<heads {
        // Late rows see most keys; the longest tasks come first.
        for start in starts.reversed() {
          let own = start..<min(start + Self.rowBlock, rows)
          let count = blocks(batch, before: own.upperBound)
          let first = tasks.count
          for block in stride(from: 0, to: count, by: chunk) {
            tasks.append(
              Task(
                batch: batch, head: head, rows: own,
                blocks: block..<min(block + chunk, count), place: partialRows))
            partialRows += own.count
          }
          groups.append(
            Group(batch: batch, head: head, rows: own, tasks: first..<tasks.count))
        }
      }
    }
  }
}
