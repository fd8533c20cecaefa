import TensorCore

/// The distinct rows of a matrix, if they are few.
struct DistinctRows<Scalar: TensorScalar>: Sendable {
  /// `[k, columns]`, in order of first appearance.
  let values: Tensor<Scalar>
  /// For each row, the place of its value.
  let labels: [Int]
  /// How often each value appears.
  let counts: [Int]

  /// `nil` if there are more than `limit` distinct rows.
  init?(_ x: Tensor<Scalar>, rows: Int, atMost limit: Int) {
    let columns = x.shape[1]
    var places: [Int] = []
    var labels = [Int](repeating: 0, count: rows)
    var counts: [Int] = []
    let few = x.withUnsafeBufferPointer { x -> Bool in
      for row in 0..<rows {
        let here = x.baseAddress! + row * columns
        // Few values: a linear search over them beats a hash of the row. A NaN row equals nothing and ends the search.
        let place = places.firstIndex { other in
          let there = x.baseAddress! + other * columns
          for j in 0..<columns where here[j] != there[j] { return false }
          return true
        }
        if let place {
          labels[row] = place
          counts[place] += 1
        } else {
          if places.count == limit { return false }
          labels[row] = places.count
          places.append(row)
          counts.append(1)
        }
      }
      return true
    }
    guard few else { return nil }
    self.values = x.gather(rows: places)
    self.labels = labels
    self.counts = counts
  }
}
