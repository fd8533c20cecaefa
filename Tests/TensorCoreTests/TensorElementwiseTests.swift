import TensorCore
import Testing

/// Elementwise functions against mpmath's 60 digits, rounded to the nearest double.
@Suite struct TensorElementwiseTests {
  private static let functions: [ElementwiseFunction] = [
    .exp, .log, .sqrt, .tanh, .sigmoid, .softplus, .sin, .cos,
  ]

  /// Relative error everywhere, but for a floor where the function crosses zero away from 0.
  private func check<S: TensorScalar>(
    _ function: ElementwiseFunction, _ key: String, relative: Double, floor: Double, _ type: S.Type
  ) throws {
    let golden = try Golden("elementwise")
    let actual = golden.tensor("\(key).x", as: S.self).applying(function).scalars
    var largest = 0.0
    for (y, expected) in zip(actual, golden["\(key).y"].scalars) {
      // Results that are subnormal in the scalar type have an absolute error.
      let smallest = Double(S.leastNormalMagnitude)
      let scale = max(abs(expected), floor, smallest)
      largest = max(largest, abs(Double(y) - expected) / scale)
    }
    #expect(largest <= relative, "\(key) \(S.typeName): largest relative error \(largest)")
  }

  @Test(arguments: functions) func agreesWithExactValues(function: ElementwiseFunction) throws {
    // Sine and cosine: where they are small, the error is that of the reduced angle.
    let floor: (Double, Double) = function == .sin || function == .cos ? (1e-3, 0.5) : (0, 0)
    try check(function, "\(function)", relative: 4e-16, floor: floor.0, Double.self)
    try check(function, "\(function)", relative: 2.5e-7, floor: floor.1, Float.self)
  }

  @Test func exponentialCoversTheRangeOfDouble() throws {
    try check(.exp, "expWide", relative: 4e-16, floor: 0, Double.self)
  }

  private func checkSpecial<S: TensorScalar>(_ type: S.Type) throws {
    let golden = try Golden("elementwise")
    let x = golden.tensor("special.x", as: S.self)
    for function in [ElementwiseFunction.exp, .log, .tanh, .sigmoid, .sin] {
      let actual = x.applying(function).scalars
      for (i, (y, expected)) in zip(actual, golden["special.\(function)"].scalars).enumerated() {
        if expected.isNaN {
          #expect(y.isNaN, "\(function) \(i)")
        } else {
          #expect(Double(y) == expected, "\(function) \(i)")
          #expect(y.sign == expected.sign, "sign of \(function) \(i) \(S.typeName)")
        }
      }
    }
    let key = S.self == Float.self ? "overflowFloat" : "overflow"
    #expect(exp(golden.tensor("\(key).x", as: S.self)) == golden.tensor("\(key).exp"))
    #expect(softplus(x).scalars[..<4] == [S.log(2), S.log(2), .infinity, 0])
    #expect(softplus(x).scalars[4].isNaN)
    #expect(cos(x).scalars[..<2] == [1, 1])
    #expect(cos(x).scalars[2...].allSatisfy { $0.isNaN })
    #expect(relu(x).scalars[..<4] == [0, 0, .infinity, 0])
    #expect(relu(x).scalars[4].isNaN)
  }

  @Test func edgesOfTheLineAreAsInIEEE754() throws {
    try checkSpecial(Double.self)
    try checkSpecial(Float.self)
  }

  private func checkSimple<S: TensorScalar>(_ type: S.Type) throws {
    let golden = try Golden("elementwise")
    func g(_ key: String) -> Tensor<S> { golden.tensor(key) }
    #expect(abs(g("abs.x")) == g("abs.y"))
    #expect(relu(g("relu.x")) == g("relu.y"))
    #expect(square(g("square.x")) == g("square.y"))
    let x = g("abs.x")
    let leaky = x.map { $0 > 0 ? $0 : 0.2 * $0 }
    #expect(leakyReLU(x, slope: 0.2) == leaky)
    let difference = x.zipped(x) { $0 - $1 }
    #expect(difference == .zeros(x.shape))
  }

  @Test func simpleFunctionsAreExact() throws {
    try checkSimple(Double.self)
    try checkSimple(Float.self)
  }

  @Test func emptyTensorsHaveNoElementsToMap() {
    for function in ElementwiseFunction.allCases {
      #expect(Tensor<Float>.zeros([0, 3]).applying(function).shape == [0, 3])
    }
    #expect(softmax(Tensor<Float>.zeros([0, 3])).shape == [0, 3])
    #expect(softmax(Tensor<Float>.zeros([3, 0])).shape == [3, 0])
  }
}
