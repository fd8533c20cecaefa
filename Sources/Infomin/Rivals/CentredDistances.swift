import TensorCore

/// The two distance matrices of an independence test, centred once, so that a permutation costs one pass over them.
///
/// The rows of `U(A)` sum to zero without the diagonal, so that `⟨U(A), U(B_π)⟩ = Σ_{i≠j} U(A)_ij B_π(i)π(j)/(n(n−3))`: of a
/// permutation, only the sum over pairs is left, and half of it by symmetry. In single precision, with the sums of rows added
/// in double. Both arrays are in their ``DistanceUnit``.
struct CentredDistances: Sendable {
  private let rows: Int
  /// `U(A)` `[n, n]`, its diagonal unused.
  private let centred: Tensor<Float>
  /// `B` `[n, n]`.
  private let target: Tensor<Float>
  /// `1/(n(n−3) √(V_z V_t))`, 0 where an array does not vary.
  private let scale: Double

  init(_ z: Tensor<Float>, _ t: Tensor<Float>) {
    let (a, b) = (
      DistanceCorrelation<Float>.Distances(z), DistanceCorrelation<Float>.Distances(t)
    )
    rows = z.shape[0]
    centred = Self.centre(a)
    target = b.matrix
    let identity = Array(0..<rows)
    let vz = Self.pairSum(centred, a.matrix, identity)
    let vt = Self.pairSum(Self.centre(b), b.matrix, identity)
    scale = vz > 0 && vt > 0 ? 1 / (vz * vt).squareRoot() : 0
  }

  /// `V_zt/√(V_z V_t)` with the rows of `T` in the given order.
  func correlation(_ order: [Int]) -> Double {
    min(Self.pairSum(centred, target, order) * scale, 1)
  }

  /// `A_ij − shift_i − shift_j`.
  private static func centre(_ distances: DistanceCorrelation<Float>.Distances) -> Tensor<Float> {
    let shift = distances.shift
    return distances.matrix - shift.reshaped(to: [shift.count, 1]) - shift
  }

  /// `Σ_{j<i} U_ij B_π(i)π(j)`.
  private static func pairSum(_ u: Tensor<Float>, _ b: Tensor<Float>, _ order: [Int]) -> Double {
    let n = order.count
    let order = order.map(Int32.init)
    return u.withUnsafeBufferPointer { u in
      b.withUnsafeBufferPointer { b in
        order.withUnsafeBufferPointer { order in
          let places = order.baseAddress!
          var total = 0.0
          for i in 1..<n {
            let own = u.baseAddress! + i * n
            let other = b.baseAddress! + Int(places[i]) * n
            // Four sums: one alone would wait for each addition.
            var (s0, s1, s2, s3): (Float, Float, Float, Float) = (0, 0, 0, 0)
            var j = 0
            while j + 4 <= i {
              s0 += own[j] * other[Int(places[j])]
              s1 += own[j + 1] * other[Int(places[j + 1])]
              s2 += own[j + 2] * other[Int(places[j + 2])]
              s3 += own[j + 3] * other[Int(places[j + 3])]
              j += 4
            }
            while j < i {
              s0 += own[j] * other[Int(places[j])]
              j += 1
            }
            total += Double((s0 + s1) + (s2 + s3))
          }
          return total
        }
      }
    }
  }
}
