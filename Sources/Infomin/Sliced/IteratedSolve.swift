import Layers
import TensorCore

/// The max-step for a target of few coordinates, without the covariance of the features in floating point.
///
/// With `r` whitened coordinates of the target the first pair follows from `X = Σ₁₁⁻¹ C` for the `r` columns `C` of `Σ₁₂ W`:
/// `ρ²` and `b` are the first eigenpair of `Cᵀ X`, and `w₁ = X b/ρ`. The columns are solved by conjugate gradients, whose matrix is
/// `F_cᵀ (F_c x)/(n−1) + r x` on the features themselves, recomputed from the slices in each pass. The preconditioner is the
/// Cholesky factor of the features' covariance after they are rounded to bytes (``SliceLevels``): its products cost a quarter of
/// those in float32 or less. Each step then takes one to two digits of the error, for any data, as long as the ridge is well
/// above the square of the rounding (10⁻⁵).
///
/// Partial sums over blocks of rows are added in order in double precision: the number of threads changes no bit.
struct IteratedSolve<Scalar: TensorScalar>: Sendable {
  /// The error that is left, relative, in the norm of `Σ₁₁`: that of the function's values over the rows. It is below
  /// that of a direct solve whose products are summed in float32 (10⁻⁵ where features are nearly dependent); the
  /// correlation's error is its square.
  static var tolerance: Double { 1e-6 }
  /// Where so many steps have not been enough, a direct solve would have been faster.
  static var mostSteps: Int { 12 }
  /// The most coordinates of the target: every step costs a pass over the slices for four of them.
  static var mostCoordinates: Int { 6 }

  /// `tanh` of the slices, `[n, S]` with `S` a multiple of 16.
  private let a: Tensor<Scalar>
  /// How many of the slices are not padding.
  private let ownSlices: Int
  private let levels: SliceLevels
  private let levelSums: [Int]
  private let ridge: Double
  /// The means of the features, `[3 S]`, the squares less ``SliceFeatures/squareShift``.
  private let means: Tensor<Double>
  /// The covariance of the target's coordinates, `[q, q]`, and their cross-covariance with the features, `[q, 3 S]`.
  let secondCovariance, crossRows: Tensor<Double>

  private var rows: Int { a.shape[0] }
  private var slices: Int { a.shape[1] }
  private static func blocks(_ rows: Int) -> RowBlocks { RowBlocks(rows: rows, size: 256) }

  /// Whether this form is likely to be faster than the direct one.
  static func suits(rows: Int, slices: Int, target: TargetSide<Scalar>) -> Bool {
    Scalar.self == Float.self && LevelInstructions.chosen != .plain
      && target.featureCount <= mostCoordinates && rows <= SliceLevels.mostRows
      && rows >= max(2000, 6 * slices) && slices >= 64
  }

  /// The slices of the first rows of `z`, and what they have in common with the target.
  ///
  /// Slices that are zero fill up their number to a multiple of 16, so that rows are whole vectors; what they have in common
  /// with anything is zero.
  init(
    _ z: Tensor<Scalar>, rows: Int, moments: ColumnMoments<Scalar>, directions: Tensor<Scalar>,
    ridge: Double, target: TargetSide<Scalar>
  ) {
    let padding = (16 - directions.shape[0] % 16) % 16
    let directions = Tensor.concatenate(
      [directions, .zeros([padding, directions.shape[1]])], along: 0)
    let slices = directions.shape[0]
    ownSlices = slices - padding
    let coordinates = target.featureCount
    let levels = SliceLevels(rows: rows, slices: slices, shift: SliceFeatures.squareShift)
    let blocks = Self.blocks(rows)
    var parts: [Part] = []
    a = Tensor(shape: [rows, slices]) { a in
      let a = SharedAddress(a.baseAddress!)
      parts = parallelMap(over: blocks.count) { block in
        let range = blocks.range(block)
        let own = a.address + range.lowerBound * slices
        SliceFeatures.writeSlices(range, of: z, moments, directions, into: own)
        let sums = levels.write(own, first: range.lowerBound, rows: range.count)
        // The target's coordinates and a column of ones.
        let g = Tensor<Scalar>(shape: [range.count, coordinates + 1]) { g in
          target.write(range, into: g.baseAddress!, stride: coordinates + 1)
          for row in 0..<range.count { g[(row + 1) * (coordinates + 1) - 1] = 1 }
        }
        let cross = Tensor<Scalar>(shape: [coordinates + 1, 3 * slices]) { cross in
          g.withUnsafeBufferPointer { g in
            Scalar.sliceTransposed(
              own, shift: Scalar(SliceFeatures.squareShift), g.baseAddress!, cross.baseAddress!,
              rows: range.count, slices: slices, vectors: coordinates + 1)
          }
        }
        return Part(levelSums: sums, cross: cross, square: matmul(g, g, transposeA: true))
      }
    }
    var cross = Tensor<Double>.zeros([coordinates + 1, 3 * slices])
    var square = Tensor<Double>.zeros([coordinates + 1, coordinates + 1])
    var levelSums = [Int](repeating: 0, count: 3 * levels.width)
    for part in parts {
      cross.add(widening: part.cross)
      square.add(widening: part.square)
      for (place, sum) in part.levelSums.enumerated() { levelSums[place] += Int(sum) }
    }
    let n = Double(rows)
    let sums = square.slice(coordinates..<coordinates + 1, along: 1).slice(
      0..<coordinates, along: 0)
    let inner = square.slice(0..<coordinates, along: 0).slice(0..<coordinates, along: 1)
    means =
      cross.slice(coordinates..<coordinates + 1, along: 0).reshaped(to: [3 * slices]) * (1 / n)
    secondCovariance = (inner - matmul(sums, sums, transposeB: true) * (1 / n)) * (1 / (n - 1))
    crossRows = (cross.slice(0..<coordinates, along: 0) - sums * means) * (1 / (n - 1))
    self.levels = levels
    self.levelSums = levelSums
    self.ridge = ridge
  }

  /// What a block of rows adds.
  private struct Part: Sendable {
    let levelSums: [Int32]
    let cross, square: Tensor<Scalar>
  }

  /// The pair for `(Σ₁₂ W)ᵀ` `[r, 3 S]`, as ``WhitenedSide/topPair(_:)`` has it, or `nil` if the iteration has not converged.
  func topPair(_ right: Tensor<Double>) throws(LinearAlgebraError)
    -> (correlation: Double, first: Tensor<Double>, second: Tensor<Double>)?
  {
    // The whitening of distinct rows has a coordinate of which rounding alone is left.
    let squares = (right * right).sum(along: 1).scalars
    guard let largest = squares.max(), largest.isFinite else { return nil }
    let kept = squares.indices.filter { squares[$0] > 1e-20 * largest }
    guard !kept.isEmpty else { return (0, .zeros([3 * ownSlices]), .zeros([squares.count])) }
    let columns = right.gather(rows: kept)
    guard let x = solve(columns) else { return nil }
    let product = matmul(columns, x, transposeB: true)
    let (square, vector) = try topEigenpair((product + product.transposed) * 0.5)
    guard square > 0 else { return nil }
    let first = matmul(vector.reshaped(to: [1, kept.count]), x) * (1 / square.squareRoot())
    var second = Tensor<Double>.zeros([squares.count])
    for (place, row) in kept.enumerated() { second[row] = vector[place] }
    let own = first.reshaped(to: [3, slices]).slice(0..<ownSlices, along: 1)
    return (square.squareRoot(), own.reshaped(to: [3 * ownSlices]), second)
  }

  /// `Σ₁₁⁻¹` times each row, by preconditioned conjugate gradients that share their passes over the slices; `nil` where they do
  /// not converge.
  func solve(_ right: Tensor<Double>) -> Tensor<Double>? {
    guard let factor = preconditioner() else { return nil }
    var residual = right
    var x = Tensor<Double>.zeros(right.shape)
    var solved = apply(inverseOf: factor, residual)
    var direction = solved
    var norm = (residual * solved).sum(along: 1, keepingAxis: true)
    let start = norm
    for step in 0..<Self.mostSteps {
      let product = apply(direction, backwards: step % 2 == 1)
      // A system that is solved to the last digit stays as it is.
      let length = (direction * product).sum(along: 1, keepingAxis: true).zipped(norm) {
        curvature, norm in norm == 0 ? 0 : norm / curvature
      }
      guard length.scalars.allSatisfy({ $0.isFinite && $0 >= 0 }) else { return nil }
      x += direction * length
      residual -= product * length
      solved = apply(inverseOf: factor, residual)
      let next = (residual * solved).sum(along: 1, keepingAxis: true)
      let left = next / start
      guard left.scalars.allSatisfy({ $0.isFinite && $0 >= 0 }) else { return nil }
      if left.max() <= Self.tolerance * Self.tolerance { return x }
      direction =
        solved + direction * next.zipped(norm) { next, norm in norm == 0 ? 0 : next / norm }
      norm = next
    }
    return nil
  }

  /// The Cholesky factor of the rounded features' covariance with its ridge, `nil` where it is not positive in float32.
  private func preconditioner() -> Tensor<Float>? {
    var covariance = levels.covariance(sums: levelSums)
    covariance.addToDiagonal(Float(ridge), upTo: 3 * slices)
    do { try factorLeadingBlock(&covariance, order: 3 * slices) } catch { return nil }
    return covariance
  }

  private func apply(inverseOf factor: Tensor<Float>, _ x: Tensor<Double>) -> Tensor<Double> {
    let order = factor.shape[0]
    let rows = parallelMap(over: x.shape[0]) { row in
      var y = x.rows(row..<row + 1).converted(to: Float.self)
      y.withUnsafeMutableBufferPointer { y in
        factor.withUnsafeBufferPointer { factor in
          for transpose in [true, false] {
            MatrixVector.solveUpper(
              factor.baseAddress!, order: order, stride: order, transpose: transpose,
              y.baseAddress!)
          }
        }
      }
      return y.converted(to: Double.self)
    }
    return Tensor.concatenate(rows, along: 0)
  }

  /// `F_cᵀ (F_c x)/(n−1) + r x` for each row `x`.
  ///
  /// Every other pass goes backwards through the blocks of rows: it begins with those that the caches still hold.
  private func apply(_ x: Tensor<Double>, backwards: Bool) -> Tensor<Double> {
    let (rows, slices, vectors) = (rows, slices, x.shape[0])
    let shift = SliceFeatures.squareShift
    // F_c x = F x − m·x, with squares that are not shifted on the left and shifted ones in m.
    let squares = x.slice(slices..<2 * slices, along: 1).sum(along: 1)
    let constants = ((x * means).sum(along: 1) + squares * shift).converted(to: Scalar.self)
    let weights = x.converted(to: Scalar.self)
    let blocks = Self.blocks(rows)
    let parts = parallelMap(over: blocks.count) { place in
      let range = blocks.range(backwards ? blocks.count - 1 - place : place)
      // The products, and after them the sums of F_c x.
      return Tensor<Scalar>(shape: [vectors * 3 * slices + vectors]) { g in
        a.withUnsafeBufferPointer { a in
          weights.withUnsafeBufferPointer { weights in
            constants.withUnsafeBufferPointer { constants in
              Scalar.sliceNormal(
                a.baseAddress! + range.lowerBound * slices, shift: Scalar(shift),
                weights: weights.baseAddress!, constants: constants.baseAddress!, g.baseAddress!,
                sums: g.baseAddress! + vectors * 3 * slices, rows: range.count, slices: slices,
                vectors: vectors)
            }
          }
        }
      }
    }
    var total = Tensor<Double>.zeros([vectors * 3 * slices + vectors])
    for part in backwards ? parts.reversed() : parts { total.add(widening: part) }
    let products = total.rows(0..<vectors * 3 * slices).reshaped(to: [vectors, 3 * slices])
    // Rounding leaves the sums near zero, not at it.
    let sums = total.rows(vectors * 3 * slices..<total.count).reshaped(to: [vectors, 1])
    return (products - sums * means) * (1 / Double(rows - 1)) + x * ridge
  }
}

extension Tensor where Scalar == Double {
  /// Adds a tensor of as many elements.
  @specialized(where Part == Float)
  @specialized(where Part == Double)
  fileprivate mutating func add<Part: TensorScalar>(widening part: Tensor<Part>) {
    withUnsafeMutableBufferPointer { total in
      part.withUnsafeBufferPointer { part in
        for i in 0..<total.count { total[i] += Double(part[i]) }
      }
    }
  }
}
