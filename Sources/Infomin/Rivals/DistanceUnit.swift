import Layers
import TensorCore

/// An array moved and scaled so that the squares of its distances neither overflow, vanish nor cancel.
///
/// Distance correlation does not change when all columns are taken times one number and each less a constant of its own. The
/// number is a power of two, so that no bit changes by it; both are 1 and 0 for arrays in an ordinary unit: where the largest
/// deviation of a column lies between 2⁻²⁰ and 2²⁰, and no mean is beyond 32 of it (4,096 for a single column, whose
/// differences are taken without squares).
struct DistanceUnit<Scalar: TensorScalar>: Sendable {
  /// The array in its unit.
  let x: Tensor<Scalar>
  /// What differences were taken times: a product of two powers of two, as one alone may not be finite.
  private let factors: (Scalar, Scalar)

  init(_ x: Tensor<Scalar>) {
    let moments = ColumnMoments(of: x)
    let means = moments.mean.scalars
    let largest = moments.deviation.scalars.max() ?? 0
    let limit = (x.shape[1] == 1 ? 4096 : 32) * largest
    let isMoved = means.contains { $0.magnitude > limit && $0.isFinite }
    let isScaled = largest > 0 && !(largest >= 0x1p-20 && largest <= 0x1p20)
    guard (isMoved || isScaled) && largest.isFinite else {
      (self.x, factors) = (x, (1, 1))
      return
    }
    let exponent = isScaled ? -Int(largest.exponent) : 0
    let power = { (exponent: Int) in Scalar(Double(sign: .plus, exponent: exponent, significand: 1))
    }
    let (first, second) = (power(exponent / 2), power(exponent - exponent / 2))
    factors = (first, second)
    // Where numbers become smaller, before they are subtracted: the difference of the largest would overflow.
    let isShrunk = exponent < 0
    let shifts = isMoved ? means : [Scalar](repeating: 0, count: means.count)
    self.x = Tensor(shape: x.shape) { y in
      x.withUnsafeBufferPointer { x in
        for place in 0..<x.count {
          let shift = shifts[place % shifts.count]
          y[place] =
            isShrunk
            ? x[place] * first * second - shift * first * second
            : (x[place] - shift) * first * second
        }
      }
    }
  }

  /// The gradient with respect to the array as it was: the measure does not depend on shift and factor, which count as constants.
  func backward(_ g: Tensor<Scalar>) -> Tensor<Scalar> {
    if factors == (1, 1) { return g }
    return g.map { ($0 * factors.0 * factors.1).clamped }
  }
}
