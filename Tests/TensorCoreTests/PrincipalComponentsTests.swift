import TensorCore
import Testing

struct PrincipalComponentsTests {
  /// Rows of `mean + a u + b v + c w`, with `a`, `b`, `c` uncorrelated and of falling spread along orthonormal directions.
  private let directions: [[Double]] = [
    [2.0 / 7, 3.0 / 7, 6.0 / 7], [-3.0 / 7, 6.0 / 7, -2.0 / 7], [6.0 / 7, 2.0 / 7, -3.0 / 7],
  ]
  private let amounts: [[Double]] = [
    [4, -4, 4, -4], [1, 1, -1, -1], [0.25, -0.25, -0.25, 0.25],
  ]
  private var rows: Tensor<Double> {
    Tensor(
      shape: [4, 3],
      scalars: (0..<4).flatMap { row in
        (0..<3).map { column in
          (0..<3).reduce(10.0) { $0 + amounts[$1][row] * directions[$1][column] }
        }
      })
  }

  @Test func findsTheDirectionsOfLargestVariance() throws {
    let found = try PrincipalComponents(of: rows)
    // Signs: the entry of largest magnitude, the first among equals, is positive.
    for place in 0..<2 {
      let direction = (0..<3).map { found.directions[$0, place] }
      for (value, expected) in zip(direction, directions[place]) {
        #expect(abs(value - expected) < 1e-12)
      }
      for row in 0..<4 {
        #expect(abs(found.scores(rows)[row, place] - amounts[place][row]) < 1e-12)
      }
    }
    #expect(found.mean.scalars.allSatisfy { abs($0 - 10) < 1e-12 })
    #expect(abs(found.variances[0] - 64.0 / 3) < 1e-11)
    #expect(abs(found.variances[1] - 4.0 / 3) < 1e-12)
    #expect(abs(found.shares[0] - 64.0 / (64 + 4 + 0.25)) < 1e-12)
    #expect(try PrincipalComponents(of: rows, count: 3).shares.reduce(0, +) > 0.999_999)
  }

  /// Turning all rows around their mean turns scores round, not the picture's handedness by chance.
  @Test func signsDoNotDependOnTheOrderOfRows() throws {
    let found = try PrincipalComponents(of: rows)
    let reversed = try PrincipalComponents(of: rows.gather(rows: [3, 2, 1, 0]))
    for (a, b) in zip(found.directions.scalars, reversed.directions.scalars) {
      #expect(abs(a - b) < 1e-12)
    }
  }

  @Test func rowsThatAreAllAlikeHaveNoVariance() throws {
    let found = try PrincipalComponents(of: Tensor<Float>(shape: [5, 4], repeating: 2))
    #expect(found.variances.scalars == [0, 0] && found.shares == [0, 0])
    #expect(throws: LinearAlgebraError.self) {
      try PrincipalComponents(of: Tensor<Float>(shape: [5, 4], repeating: .nan))
    }
  }
}
