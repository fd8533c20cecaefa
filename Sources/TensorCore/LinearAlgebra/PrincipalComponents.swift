/// The directions in which rows vary most (principal component analysis).
///
/// With `m` the mean of the rows, `(x − m)ᵀ (x − m) / (n − 1) = Σ_i λ_i v_i v_iᵀ`; the components are the `v_i` of the largest `λ_i`. In
/// each the entry of largest magnitude (the first among equals) is positive, so that the same rows always give the same picture.
public struct PrincipalComponents<Scalar: TensorScalar>: Sendable {
  /// `m`, of shape `[columns]`.
  public let mean: Tensor<Scalar>
  /// The `v_i` as columns, `[columns, count]`, by falling variance.
  public let directions: Tensor<Scalar>
  /// The `λ_i`, `[count]`.
  public let variances: Tensor<Scalar>
  /// The share of each `λ_i` in the sum of all; 0 for rows that are all alike.
  public let shares: [Scalar]

  /// The first components of rows `[n, columns]`.
  ///
  /// - Parameter count: how many; at most as many as there are columns.
  /// - Requires: at least 2 rows, and `1 ≤ count ≤ columns`.
  /// - Throws: ``LinearAlgebraError`` if a value is not finite or the iteration does not converge.
  public init(of x: Tensor<Scalar>, count: Int = 2) throws(LinearAlgebraError) {
    require(
      x.rank == 2 && x.shape[0] >= 2 && count >= 1 && count <= x.shape[1],
      "PrincipalComponents: wants rows [n ≥ 2, columns ≥ \(count)] and at least one component, got "
        + "\(x.shape)")
    mean = x.mean(along: 0)
    let covariance = gram(x - mean, scaledBy: 1 / Scalar(x.shape[0] - 1))
    let columns = x.shape[1]
    let (values, vectors) = try eigh(covariance, range: columns - count..<columns)
    let order = Array((0..<count).reversed())
    // Rounding may leave a variance that is zero a little below it.
    variances = Tensor(shape: [count], scalars: order.map { Swift.max(0, values[$0]) })
    directions = vectors.transposed.gather(rows: order).transposed
    let all = (0..<columns).reduce(Scalar(0)) { $0 + covariance[$1, $1] }
    shares = variances.scalars.map { all > 0 ? $0 / all : 0 }
  }

  /// Where rows `[n, columns]` lie along the components, `(x − m) v`, of shape `[n, count]`.
  public func scores(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
      x.rank == 2 && x.shape[1] == mean.shape[0],
      "PrincipalComponents.scores: wants rows [n, \(mean.shape[0])], got \(x.shape)")
    return matmul(x - mean, directions)
  }
}
