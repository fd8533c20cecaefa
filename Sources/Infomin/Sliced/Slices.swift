import RealModule
import TensorCore

/// How the directions of the slices are drawn.
public enum SliceMode: String, Codable, Sendable, CaseIterable {
  /// Uniform on the unit sphere, independent of each other (Chen et al. 2022, as published and coded).
  case sphere
  /// Uniform on the sphere, and orthogonal to each other within each group of as many slices as there are columns.
  case orthogonal
  /// Standard normal entries, not normalised: lengths vary about √columns.
  case gaussian
}

/// Directions that turn an array of several columns into one-dimensional views.
public enum Slices {
  /// `count` directions for `dimension` columns, as the rows of a `[count, dimension]` matrix.
  ///
  /// In one dimension the unit sphere is {−1, +1}.
  public static func draw<Scalar: TensorScalar>(
    _ count: Int, dimension: Int, mode: SliceMode = .sphere, using random: Philox
  ) throws(LinearAlgebraError) -> Tensor<Scalar> {
    require(
      count >= 1 && dimension >= 1,
      "Slices.draw: wants at least one slice and one column, got \(count) and \(dimension)")
    var random = random
    // In double precision, so that a float32 run has the rounded slices of a float64 run.
    var directions: Tensor<Double> = random.normal(shape: [count, dimension])
    switch mode {
    case .gaussian: break
    case .sphere: normalizeRows(&directions)
    case .orthogonal:
      var groups: [Tensor<Double>] = []
      for start in stride(from: 0, to: count, by: dimension) {
        // The rows of a square Gaussian matrix, orthonormalised with a non-negative diagonal of R, are uniform
        // on the orthogonal group (Mezzadri 2007); a last group that is smaller takes the first rows of one.
        var square: Tensor<Double> = random.normal(shape: [dimension, dimension])
        square = try qr(square).q.transposed
        groups.append(square.rows(0..<min(dimension, count - start)))
      }
      directions = Tensor.concatenate(groups, along: 0)
    }
    return directions.converted(to: Scalar.self)
  }

  private static func normalizeRows(_ x: inout Tensor<Double>) {
    let columns = x.shape[1]
    let rows = x.shape[0]
    x.withUnsafeMutableBufferPointer { x in
      for row in 0..<rows {
        var squares = 0.0
        for j in 0..<columns { squares += x[row * columns + j] * x[row * columns + j] }
        // A row of zeros has probability zero; it would stay a slice without a direction.
        let inverse = squares > 0 ? 1 / squares.squareRoot() : 0
        for j in 0..<columns { x[row * columns + j] *= inverse }
      }
    }
  }
}
