import TensorCore
import Testing

/// Expects each element of `actual` within `tolerance · max(1, |expected|)` of `expected`, and reports the largest error.
public func expectClose<S: TensorScalar>(
  _ actual: Tensor<S>, _ expected: Tensor<Double>, within tolerance: Double,
  _ name: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.shape == expected.shape else {
    Issue.record(
      "\(name): shape \(actual.shape), expected \(expected.shape)", sourceLocation: sourceLocation)
    return
  }
  var largest = 0.0
  var place = 0
  for (i, (x, y)) in zip(actual.scalars, expected.scalars).enumerated() {
    let error =
      Double(x) == y || (x.isNaN && y.isNaN) ? 0 : abs(Double(x) - y) / max(1, abs(y))
    // A NaN error is the largest of all.
    if !(error <= largest) { (largest, place) = (error, i) }
    if error.isNaN { break }
  }
  #expect(
    largest <= tolerance,
    "\(name) \(S.typeName): largest error \(largest) at element \(place), allowed \(tolerance)",
    sourceLocation: sourceLocation)
}

/// The tolerance of each scalar type.
public func tolerance<S: TensorScalar>(_ type: S.Type, double: Double, float: Double) -> Double {
  S.self == Float.self ? float : double
}

/// A matrix of standard normal numbers from a named stream.
public func normal<S: TensorScalar>(_ shape: Shape, _ name: String, as type: S.Type = S.self)
  -> Tensor<S>
{
  var random = Philox(seed: 7).stream(name)
  return random.normal(shape: shape)
}
