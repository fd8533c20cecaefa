import Infomin
import TensorCore

/// The min-step's objective, forward and backward, on fixed slices.
enum ObjectiveCase {
  static var all: [BenchmarkCase] { [500, 20_000].map { objective(rows: $0) } }

  private static func objective(rows: Int) -> BenchmarkCase {
    let (columns, slices) = (80, 100)
    // Slices forward, and back to the columns.
    let operations = 4 * Double(rows * columns * slices)
    return BenchmarkCase("objective-n\(rows)-D\(columns)-d1-S\(slices)", operations: operations) {
      let (z, t) = SolveCase(
        rows: rows, columns: columns, slices: slices, target: .normal(columns: 1)
      ).data
      let fit = try SlicedDependence<Float>(sliceCount: slices).fit(z, t, using: Philox(seed: 0))
      return { _ = fit.objective.valueAndGradient(z, t) }
    }
  }
}
