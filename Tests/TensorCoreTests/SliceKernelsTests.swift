import TensorCore
import TestSupport
import Testing

/// The kernels of slices: their powers, and products with them, against plain loops.
@Suite struct SliceKernelsTests {
  @Test(arguments: [(1, 0), (1, 1), (2, 7), (3, 16), (4, 33), (5, 70), (1, 5000)])
  func slicesAgreeWithTheirTwins(rows: Int, slices: Int) {
    let count = rows * slices
    var (u, p) = (Pair(count, "u"), Pair(rows, "p"))
    let (w1, w2, w3) = (Pair(slices, "w1"), Pair(slices, "w2"), Pair(slices, "w3"))
    Float.sliceForward(
      &u.single, w1.single, w2.single, w3.single, &p.single, rows: rows, slices: slices)
    Double.sliceForward(
      &u.double, w1.double, w2.double, w3.double, &p.double, rows: rows, slices: slices)
    u.expectEqual(3e-7, "tanh of the slices")
    p.expectEqual(1e-5 * Double(slices + 1).squareRoot(), "functions of the slices")
    var e = Pair(count, "e")
    let delta = Pair(rows, "delta")
    Float.sliceBackward(
      u.single, delta.single, w1.single, w2.single, w3.single, &e.single, rows: rows,
      slices: slices)
    Double.sliceBackward(
      u.double, delta.double, w1.double, w2.double, w3.double, &e.double, rows: rows,
      slices: slices)
    e.expectEqual(1e-5, "gradient of the slices")
    // The backward pass is the derivative of the forward pass.
    for k in 0..<min(count, 5) {
      let step = 1e-5
      func value(_ shift: Double) -> Double {
        var moved = Pair(count, "u").double
        moved[k] += shift
        var p = [Double](repeating: 0, count: rows)
        Double.sliceForward(
          &moved, w1.double, w2.double, w3.double, &p, rows: rows, slices: slices)
        return p[k / slices] * delta.double[k / slices]
      }
      let slope = (value(step) - value(-step)) / (2 * step)
      #expect(abs(slope - e.double[k]) < 1e-7 * max(1, abs(slope)) * Double(max(count, 10)))
    }
    // Rows of features lie further apart than they are long; what is between them stays.
    let stride = 3 * slices + 2
    var f = Pair(rows * stride, "f")
    let before = f.single
    u = Pair(count, "u")
    Float.sliceFeatures(
      &u.single, shift: 0.4, &f.single, rows: rows, slices: slices, stride: stride)
    Double.sliceFeatures(
      &u.double, shift: 0.4, &f.double, rows: rows, slices: slices, stride: stride)
    f.expectEqual(1e-6, "features of the slices")
    for row in 0..<rows {
      for place in row * stride + 3 * slices..<(row + 1) * stride {
        #expect(f.single[place] == before[place])
      }
    }
  }

  @Test(arguments: [(1, 1, 1), (3, 16, 2), (4, 35, 3), (9, 17, 4), (21, 40, 5), (13, 64, 9)])
  func productsOfSlicesAgreeWithTheirTwins(rows: Int, slices: Int, vectors: Int) {
    let (a, p) = (Pair(rows * slices, "a"), Pair(rows * vectors, "p"))
    let (weights, constants) = (
      Pair(3 * slices * vectors, "weights"), Pair(vectors, "constants")
    )
    let bound = 2e-6 * Double(rows * slices)
    var (g, sums) = (Pair(3 * slices * vectors, "g"), Pair(vectors, "sums"))
    Float.sliceTransposed(
      a.single, shift: 0.4, p.single, &g.single, rows: rows, slices: slices, vectors: vectors)
    Double.sliceTransposed(
      a.double, shift: 0.4, p.double, &g.double, rows: rows, slices: slices, vectors: vectors)
    g.expectEqual(bound, "products with the features' columns")
    Float.sliceNormal(
      a.single, shift: 0.4, weights: weights.single, constants: constants.single, &g.single,
      sums: &sums.single, rows: rows, slices: slices, vectors: vectors)
    Double.sliceNormal(
      a.double, shift: 0.4, weights: weights.double, constants: constants.double, &g.double,
      sums: &sums.double, rows: rows, slices: slices, vectors: vectors)
    g.expectEqual(bound, "products with both")
    sums.expectEqual(bound, "sums")
  }

  /// What the twins compute, from whole matrices of features.
  @Test func productsOfSlicesAreThoseOfTheirFeatures() {
    let (rows, slices, vectors) = (7, 5, 2)
    let a: Tensor<Double> = normal([rows, slices], "a")
    let features = Tensor.concatenate([a, a * a - 0.4, a * a * a], along: 1)
    let weights: Tensor<Double> = normal([vectors, 3 * slices], "weights")
    let p =
      matmul(Tensor.concatenate([a, a * a, a * a * a], along: 1), weights, transposeB: true) - 0.3
    var (g, sums) = ([Double](repeating: 0, count: weights.count), [0.0, 0.0])
    Double.sliceNormal(
      a.scalars, shift: 0.4, weights: weights.scalars, constants: [0.3, 0.3], &g, sums: &sums,
      rows: rows, slices: slices, vectors: vectors)
    let expected = matmul(p, features, transposeA: true)
    #expect(zip(g, expected.scalars).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(zip(sums, p.sum(along: 0).scalars).allSatisfy { abs($0 - $1) < 1e-12 })
  }
}
