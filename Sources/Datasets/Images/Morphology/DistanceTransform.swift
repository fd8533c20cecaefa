/// The exact Euclidean distance of each ink pixel to the nearest ground pixel.
///
/// The squares are found in two passes: along columns by counting, then along rows as the lower envelope of parabolas
/// `(x − q)² + f(q)`, in time proportional to the pixels.
///
/// Source: Felzenszwalb and Huttenlocher 2012, "Distance transforms of sampled functions".
enum DistanceTransform {
  /// What stands for infinity: above every square within an image, and small enough to add to one.
  static let far = 1 << 24

  /// Squared distances, row by row; 0 at ground pixels, ``far`` or more where there is no ground at all.
  static func squared(_ image: BinaryImage) -> [Int] {
    let (height, width) = (image.height, image.width)
    var squares = [Int](repeating: far, count: height * width)
    // Columns: the nearest ground above and below.
    for column in 0..<width {
      var steps = far
      for row in 0..<height {
        steps = image.pixels[row * width + column] ? min(steps + 1, far) : 0
        squares[row * width + column] = steps
      }
      steps = far
      for row in stride(from: height - 1, through: 0, by: -1) {
        steps = image.pixels[row * width + column] ? min(steps + 1, far) : 0
        let nearest = min(squares[row * width + column], steps)
        squares[row * width + column] = nearest < far ? nearest * nearest : far
      }
    }
    var line = [Int](repeating: 0, count: width)
    var envelope = Envelope(count: width)
    for row in 0..<height {
      for column in 0..<width { line[column] = squares[row * width + column] }
      // A row without ink has nothing to measure.
      if line.allSatisfy({ $0 == 0 }) { continue }
      envelope.lower(line) { column, value in squares[row * width + column] = value }
    }
    return squares
  }

  /// The parabolas that are lowest somewhere, from left to right.
  private struct Envelope {
    var places: [Int]
    /// From where on each of them is lowest.
    var starts: [Double]

    init(count: Int) {
      places = Array(repeating: 0, count: count)
      starts = Array(repeating: 0, count: count + 1)
    }

    /// Gives `min over q of (x − q)² + f(q)` for each x.
    mutating func lower(_ f: [Int], _ give: (Int, Int) -> Void) {
      var last = 0
      places[0] = 0
      starts[0] = -.infinity
      starts[1] = .infinity
      for q in 1..<max(f.count, 1) {
        var start = crossing(f, places[last], q)
        while start <= starts[last] {
          last -= 1
          start = crossing(f, places[last], q)
        }
        last += 1
        places[last] = q
        starts[last] = start
        starts[last + 1] = .infinity
      }
      var k = 0
      for x in 0..<f.count {
        while starts[k + 1] < Double(x) { k += 1 }
        let q = places[k]
        give(x, (x - q) * (x - q) + f[q])
      }
    }

    /// Where the parabola of `q` comes below that of `p`, which is left of it.
    private func crossing(_ f: [Int], _ p: Int, _ q: Int) -> Double {
      Double(f[q] + q * q - f[p] - p * p) / Double(2 * (q - p))
    }
  }
}
