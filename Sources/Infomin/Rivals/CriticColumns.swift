import Layers
import TensorCore

/// The columns as a critic sees them whose network has no standardisation before it (``CLUB``, ``NeuralTotalCorrelation``).
///
/// The authors give such critics the columns as they are, and so do we, as long as a network can work with them: with a
/// deviation of 2⁻¹⁶ to 2¹⁶ and a mean within 2¹⁶ deviations of 0. Every other column enters standardised, by the
/// moments of the rows at hand; mutual information is the same in any unit.
struct CriticColumns<Scalar: TensorScalar>: Sendable {
  /// What the critic sees.
  let y: Tensor<Scalar>
  private let standard: Standardized<Scalar>?
  /// 1 for the columns that are standardised, else 0.
  private let isStandardized: [Scalar]

  init(_ x: Tensor<Scalar>) {
    let bound: Scalar = 0x1p16
    var replaced = [Scalar](repeating: 0, count: x.shape[1])
    if x.shape[0] >= 2 {
      let moments = ColumnMoments(of: x)
      let isConstant = moments.isConstant
      let parts = zip(moments.mean.scalars, moments.deviation.scalars).enumerated()
      for (column, (mean, deviation)) in parts where mean.isFinite {
        let isOrdinary =
          isConstant[column]
          ? mean.magnitude <= bound
          : deviation >= 1 / bound && deviation <= bound && mean.magnitude <= bound * deviation
        if !isOrdinary { replaced[column] = 1 }
      }
    }
    isStandardized = replaced
    guard replaced.contains(1) else {
      (y, standard) = (x, nil)
      return
    }
    let standard = Standardized(x)
    self.standard = standard
    y = Self.choosing(standard.y, over: x, replaced)
  }

  /// The gradient with respect to the columns before, for `g` with respect to ``y``.
  func backward(_ g: Tensor<Scalar>) -> Tensor<Scalar> {
    guard let standard else { return g }
    return Self.choosing(standard.backward(g), over: g, isStandardized)
  }

  /// The columns of `a` where `chosen` is 1, else those of `b`.
  private static func choosing(
    _ a: Tensor<Scalar>, over b: Tensor<Scalar>, _ chosen: [Scalar]
  ) -> Tensor<Scalar> {
    var result = b
    result.withUnsafeMutableBufferPointer { result in
      a.withUnsafeBufferPointer { a in
        for place in 0..<a.count where chosen[place % chosen.count] == 1 {
          result[place] = a[place]
        }
      }
    }
    return result
  }
}
