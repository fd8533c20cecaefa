import TensorCore

/// Batches of shuffled passes over rows, one pass after the other: which rows a step has is a function of its number alone, so
/// that a resumed run goes on as if it had never stopped.
struct ShuffledPasses: Sendable {
  /// Rows of a pass.
  let count: Int
  /// Rows of a step.
  let batchSize: Int
  private let random: Philox

  /// Passes over `count` rows; pass `p` is drawn from the child stream `shuffle`, `p` of `random`.
  init(count: Int, batchSize: Int, random: Philox) {
    require(
      count >= 1 && batchSize >= 1,
      "ShuffledPasses: wants at least one row and one of a batch, got \(count) and \(batchSize)")
    self.count = count
    self.batchSize = batchSize
    self.random = random
  }

  /// The rows of a step; a step may end one pass and begin the next.
  func rows(ofStep step: Int) -> [Int] {
    var (order, pass) = ([Int](), -1)
    return (step * batchSize..<(step + 1) * batchSize).map { draw in
      if draw / count != pass {
        pass = draw / count
        var shuffle = random.stream("shuffle", pass)
        order = shuffle.permutation(count)
      }
      return order[draw % count]
    }
  }
}
