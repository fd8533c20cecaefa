import Foundation

/// A linear map of each axis of a square image: resizing by cubic splines, smoothing by a Gaussian, or both.
///
/// `Y = clip(A X Aᵀ)` for an image X of `[from, from]` and weights A of `[to, from]`; a resize is clipped to the range of
/// what it resizes. Borders are mirrored at the outermost pixel's centre.
///
/// Source: the definitions of scikit-image's `pyramid_expand` and `pyramid_reduce` with splines of order 3.
struct Resampling: Sendable {
  let from: Int
  let to: Int
  private let weights: [Double]
  /// The first and the last source of each place whose weight matters.
  private let ranges: [Range<Int>]

  /// Weights `[to, from]`, row by row.
  private init(from: Int, to: Int, weights: [Double]) {
    (self.from, self.to, self.weights) = (from, to, weights)
    ranges = (0..<to).map { place in
      let used = (0..<from).filter { abs(weights[place * from + $0]) > 1e-12 }
      return (used.first ?? 0)..<((used.last ?? -1) + 1)
    }
  }

  /// Resizing so that edges fall on edges: place o of the result takes x = (o + ½) from / to − ½ of the cubic spline that
  /// passes through the image's values.
  init(resizing from: Int, to: Int) {
    // The spline's coefficients c solve (c[i−1] + 4 c[i] + c[i+1]) / 6 = f[i], mirrored: elimination for each unit vector.
    var coefficients = [Double](repeating: 0, count: from * from)
    for unit in 0..<from {
      var (diagonal, right) = (
        [Double](repeating: 4, count: from), [Double](repeating: 0, count: from)
      )
      right[unit] = 6
      var above = [Double](repeating: 1, count: from)
      above[0] = 2
      for i in 1..<from {
        let factor = (i == from - 1 ? 2 : 1) / diagonal[i - 1]
        diagonal[i] -= factor * above[i - 1]
        right[i] -= factor * right[i - 1]
      }
      for i in stride(from: from - 1, through: 0, by: -1) {
        let next = i + 1 < from ? above[i] * right[i + 1] : 0
        right[i] = (right[i] - next) / diagonal[i]
        coefficients[i * from + unit] = right[i]
      }
    }
    var weights = [Double](repeating: 0, count: to * from)
    for place in 0..<to {
      let x = (Double(place) + 0.5) * Double(from) / Double(to) - 0.5
      for knot in Int(x.rounded(.down)) - 1...Int(x.rounded(.down)) + 2 {
        let t = abs(x - Double(knot))
        let value =
          t < 1 ? (4 - 6 * t * t + 3 * t * t * t) / 6 : t < 2 ? (2 - t) * (2 - t) * (2 - t) / 6 : 0
        let source = Self.mirrored(knot, from)
        for i in 0..<from { weights[place * from + i] += value * coefficients[source * from + i] }
      }
    }
    self.init(from: from, to: to, weights: weights)
  }

  /// Smoothing by a Gaussian that is cut off at four deviations.
  init(smoothing count: Int, deviation: Double) {
    let reach = Int(4 * deviation + 0.5)
    let kernel = (-reach...reach).map { exp(-0.5 * Double($0 * $0) / (deviation * deviation)) }
    let total = kernel.reduce(0, +)
    var weights = [Double](repeating: 0, count: count * count)
    for place in 0..<count {
      for (step, value) in zip(-reach...reach, kernel) {
        weights[place * count + Self.mirrored(place + step, count)] += value / total
      }
    }
    self.init(from: count, to: count, weights: weights)
  }

  /// The map of both axes of `[from, from]`.
  func applied(to image: [Double]) -> [Double] {
    // The first axis becomes the second, so that after two times both are mapped and in order.
    half(half(image, lines: from), lines: to)
  }

  /// The map and a clip to the range of what is mapped.
  func clipped(_ image: [Double]) -> [Double] {
    let (low, high) = (image.min() ?? 0, image.max() ?? 0)
    return applied(to: image).map { min(max($0, low), high) }
  }

  /// Maps the first axis of `[from, lines]` and exchanges the two: `[lines, to]`.
  private func half(_ image: [Double], lines: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: to * lines) { out, count in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: lines) { sums in
        image.withUnsafeBufferPointer { image in
          for place in 0..<to {
            sums.initialize(repeating: 0)
            for i in ranges[place] {
              let weight = weights[place * from + i]
              for line in 0..<lines { sums[line] += weight * image[i * lines + line] }
            }
            for line in 0..<lines { out[line * to + place] = sums[line] }
          }
        }
      }
      count = to * lines
    }
  }

  /// A place beyond the borders, mirrored at the outermost places.
  private static func mirrored(_ place: Int, _ count: Int) -> Int {
    if count == 1 { return 0 }
    let period = 2 * (count - 1)
    let folded = ((place % period) + period) % period
    return folded < count ? folded : period - folded
  }
}
