import TensorCore

/// Compares an analytic gradient with central differences.
struct CentralDifference {
  /// The change of an element, as a share of its magnitude (at least 1).
  let step: Double
  /// The difference allowed, as a share of the largest element of the gradient.
  let tolerance: Double

  /// Throws unless `gradient` is that of `f` at `x`, element by element.
  ///
  /// - Parameters:
  ///   - magnitude: the sum of the magnitudes of the terms of which `f` is the sum: its rounding error is in proportion.
  ///   - difference: `f(plus) − f(minus)` for two tensors in the place of `x`.
  func check(
    _ gradient: Tensor<Double>, of name: String, at x: Tensor<Double>, magnitude: Double,
    difference: (_ plus: Tensor<Double>, _ minus: Tensor<Double>) throws -> Double
  ) throws {
    guard gradient.shape == x.shape else {
      throw GradientCheckFailure.shape(of: name, expected: x.shape, found: gradient.shape)
    }
    let values = x.scalars
    let analytic = gradient.scalars
    let numeric = try values.indices.map { index in
      let h = step * max(1, abs(values[index]))
      let (plus, minus) = (values[index] + h, values[index] - h)
      // Divided by the step as it was rounded.
      return try difference(x.replacing(index, by: plus), x.replacing(index, by: minus))
        / (plus - minus)
    }
    let largest = zip(analytic, numeric).reduce(0) { max($0, abs($1.0), abs($1.1)) }
    let rounding = 16 * Double.ulpOfOne * magnitude / step
    let allowed = tolerance * (largest.isFinite ? largest : 0) + rounding
    var worst: (index: Int, difference: Double)?
    for index in values.indices {
      let error = abs(analytic[index] - numeric[index])
      // Written so that NaN fails.
      if !(error <= allowed), !(error <= worst?.difference ?? -1) { worst = (index, error) }
    }
    if let worst {
      throw GradientCheckFailure.value(
        of: name, at: place(worst.index, in: x.shape), analytic: analytic[worst.index],
        numeric: numeric[worst.index], difference: worst.difference, allowed: allowed)
    }
  }

  private func place(_ index: Int, in shape: Shape) -> [Int] {
    zip(shape.strides, shape.dimensions).map { stride, extent in index / stride % extent }
  }
}

extension Tensor {
  /// The tensor with one element, counted in row-major order, replaced.
  func replacing(_ index: Int, by value: Scalar) -> Tensor {
    var result = self
    result.withUnsafeMutableBufferPointer { $0[index] = value }
    return result
  }
}
