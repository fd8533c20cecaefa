import TensorCore
import TestSupport
import Testing

/// The C kernels, which `Float` runs, against their Swift twins in double precision.
@Suite struct ReferenceKernelsTests {
  /// Distance of `actual` from the exact value in units of the last place of single precision.
  private static func ulps(_ actual: Float, _ exact: Double) -> Double {
    if exact.isNaN { return actual.isNaN ? 0 : .infinity }
    let rounded = Float(exact)
    if rounded.isInfinite || actual.isInfinite { return actual == rounded ? 0 : .infinity }
    return abs(Double(actual) - exact) / Double(max(rounded.ulp, Float.leastNonzeroMagnitude))
  }

  /// The largest error of a function over `inputs`, with the place where it is.
  private static func largestError(_ function: ElementwiseFunction, _ inputs: [Float])
    -> (error: Double, input: Float)
  {
    let actual = Tensor(inputs).applying(function).scalars
    let doubles = inputs.map(Double.init)
    var exact = [Double](repeating: 0, count: inputs.count)
    ReferenceKernels.apply(function, doubles, &exact, inputs.count)
    var worst = (error: 0.0, input: Float(0))
    for i in inputs.indices {
      let error = ulps(actual[i], exact[i])
      if !(error <= worst.error) { worst = (error, inputs[i]) }
    }
    return worst
  }

  /// Every sign and exponent of single precision, with mantissas at the ends and drawn at random.
  private static let allMagnitudes: [Float] = {
    var random = Philox(seed: 3).stream("magnitudes")
    var values: [Float] = []
    for exponent in 0..<255 as Range<UInt32> {
      for _ in 0..<40 {
        values.append(Float(bitPattern: exponent << 23 | random.nextWord() & 0x7f_ffff))
      }
      values += [exponent << 23, exponent << 23 | 0x7f_ffff, exponent << 23 | 1].map(
        Float.init(bitPattern:))
    }
    return values + values.map { -$0 } + [.infinity, -.infinity, .nan]
  }()

  private static func line(_ low: Float, _ high: Float) -> [Float] {
    Tensor<Float>.linspace(low, high, count: 200_003).scalars
  }

  @Test(
    arguments: [
      (ElementwiseFunction.exp, -110, 95, 1.2), (.log, 1e-6, 20, 1.2), (.log, 0.5, 2, 1.2),
      (.tanh, -12, 12, 2.5), (.sigmoid, -110, 40, 3), (.softplus, -110, 100, 3),
      (.sqrt, 0, 1e9, 0.51),
    ] as [(ElementwiseFunction, Float, Float, Double)])
  func functionsStayWithinTheirError(
    function: ElementwiseFunction, low: Float, high: Float, bound: Double
  ) {
    for inputs in [Self.line(low, high), Self.allMagnitudes] {
      let worst = Self.largestError(function, inputs)
      #expect(worst.error <= bound, "\(function): \(worst.error) ulp at \(worst.input)")
    }
  }

  /// The error of the reduced angle shows where the function is near zero, so it is absolute there.
  @Test(arguments: [ElementwiseFunction.sin, .cos])
  func circularFunctionsStayWithinTheirError(function: ElementwiseFunction) {
    for (low, high) in [(-4, 4), (-100, 100), (-8192, 8192), (-1e5, 1e5)] as [(Float, Float)] {
      let inputs = Self.line(low, high)
      let actual = Tensor(inputs).applying(function).scalars
      var worst = (excess: 0.0, input: Float(0))
      for (x, y) in zip(inputs, actual) {
        let exact = function == .sin ? Double.sin(Double(x)) : Double.cos(Double(x))
        let excess = abs(Double(y) - exact) / (1.5 * Double(Float(exact).ulp) + 2e-9)
        if !(excess <= worst.excess) { worst = (excess, x) }
      }
      #expect(worst.excess <= 1, "\(function): \(worst.excess) of the bound at \(worst.input)")
    }
    // Huge arguments go to the C library, alone or in company.
    let worst = Self.largestError(function, Self.allMagnitudes)
    #expect(worst.error <= 1.5, "\(function): \(worst.error) ulp at \(worst.input)")
    for x in [1e10, 3e38, Float.greatestFiniteMagnitude] {
      #expect(Self.largestError(function, [x]).error <= 1)
    }
  }

  @Test func remaindersOfEveryLengthAreComputed() {
    for count in 0...70 {
      let x: Tensor<Float> = normal([count], "x")
      let y: Tensor<Float> = normal([count], "y")
      for function in ElementwiseFunction.allCases where function != .log && function != .sqrt {
        let worst = Self.largestError(function, x.scalars)
        #expect(worst.error <= 4, "\(function) of \(count)")
      }
      for function in [ElementwiseFunction.log, .sqrt] {
        #expect(Self.largestError(function, abs(x).scalars).error <= 1.2)
      }
      for operation in ArithmeticOperation.allCases {
        var (single, exact) = (
          [Float](repeating: 9, count: count), [Double](repeating: 9, count: count)
        )
        Float.combine(operation, x.scalars, y.scalars, &single, count)
        ReferenceKernels.combine(
          operation, x.scalars.map(Double.init), y.scalars.map(Double.init), &exact, count)
        for i in 0..<count { #expect(single[i] == Float(exact[i]), "\(operation) of \(count)") }
      }
    }
  }

  @Test(arguments: 0...70) func fusedFormsAgreeWithTheirTwins(count: Int) {
    let (x, y) = (Pair(count, "x"), Pair(count, "y"))
    func check(
      _ name: String, _ single: (inout [Float]) -> Void, _ double: (inout [Double]) -> Void
    ) {
      var target = Pair(count, "target")
      single(&target.single)
      double(&target.double)
      target.expectEqual(5e-7, name)
    }
    check(
      "scaleShift", { Float.scaleShift(x.single, 1.5, -0.25, &$0, count) },
      { Double.scaleShift(x.double, 1.5, -0.25, &$0, count) })
    check(
      "axpy", { Float.axpy(-0.75, x.single, &$0, count) },
      { Double.axpy(-0.75, x.double, &$0, count) })
    check(
      "axpby", { Float.axpby(0.5, x.single, -2, &$0, count) },
      { Double.axpby(0.5, x.double, -2, &$0, count) })
    check(
      "multiplyAdd", { Float.multiplyAdd(x.single, y.single, &$0, count) },
      { Double.multiplyAdd(x.double, y.double, &$0, count) })
    check(
      "leakyReLU", { Float.leakyReLU(x.single, slope: 0.25, &$0, count) },
      { Double.leakyReLU(x.double, slope: 0.25, &$0, count) })
    check(
      "leakyReLUBackward",
      { Float.leakyReLUBackward(x.single, y.single, slope: 0.25, &$0, count) },
      { Double.leakyReLUBackward(x.double, y.double, slope: 0.25, &$0, count) })
    check(
      "softmaxRows", { Float.softmaxRows(x.single, &$0, rows: 1, columns: count) },
      { Double.softmaxRows(x.double, &$0, rows: 1, columns: count) })
  }

  @Test(arguments: 0...70) func foldsAgreeWithTheirTwins(count: Int) {
    let (x, y) = (Pair(count, "x"), Pair(count, "y"))
    let bound = 1e-6 * Double(max(count, 1))
    #expect(abs(Double(Float.sum(x.single, count)) - ReferenceKernels.sum(x.double, count)) < bound)
    #expect(
      abs(
        Double(Float.dot(x.single, y.single, count))
          - ReferenceKernels.dot(x.double, y.double, count)) < bound)
    #expect(
      Double(Float.maximum(x.single, count)) == ReferenceKernels.maximum(x.double, count))
  }

  @Test(arguments: [(1, 1), (2, 3), (65, 1), (64, 4), (5, 16), (7, 21), (3, 64), (130, 85)])
  func columnsAgreeWithTheirTwins(rows: Int, columns: Int) {
    let count = rows * columns
    let (x, y) = (Pair(count, "x"), Pair(count, "y"))
    let (mean, slope, factor) = (
      Pair(columns, "mean"), Pair(columns, "slope"), Pair(columns, "factor")
    )
    var sums = Pair(columns, "sums")
    let bound = 1e-6 * Double(rows)
    Float.columnSums(x.single, &sums.single, rows: rows, columns: columns)
    Double.columnSums(x.double, &sums.double, rows: rows, columns: columns)
    sums.expectEqual(bound, "sums")
    Float.columnSquares(
      x.single, mean: mean.single, &sums.single, rows: rows, columns: columns)
    Double.columnSquares(
      x.double, mean: mean.double, &sums.double, rows: rows, columns: columns)
    sums.expectEqual(bound, "squares")
    Float.columnProducts(x.single, y.single, &sums.single, rows: rows, columns: columns)
    Double.columnProducts(x.double, y.double, &sums.double, rows: rows, columns: columns)
    sums.expectEqual(bound, "products")
    var z = Pair(count, "z")
    Float.standardizeRows(
      x.single, mean: mean.single, factor: factor.single, &z.single, rows: rows, columns: columns)
    Double.standardizeRows(
      x.double, mean: mean.double, factor: factor.double, &z.double, rows: rows, columns: columns)
    z.expectEqual(2e-6, "standardised")
    Float.standardizeRowsBackward(
      x.single, y.single, mean: mean.single, slope: slope.single, factor: factor.single,
      &z.single, rows: rows, columns: columns)
    Double.standardizeRowsBackward(
      x.double, y.double, mean: mean.double, slope: slope.double, factor: factor.double,
      &z.double, rows: rows, columns: columns)
    z.expectEqual(5e-6, "backward of standardising")
  }

  @Test(arguments: [0, 1, 15, 16, 17, 70]) func distanceRowsAgreeWithTheirTwins(count: Int) {
    var (n, g, d) = (Pair(count, "n"), Pair(count, "g"), Pair(count, "d"))
    // Squared norms are not negative; some differences are below zero by rounding and give distance 0.
    n.single = n.single.map(abs)
    n.double = n.double.map(abs)
    g.single = g.single.map { $0 / 2 }
    g.double = g.double.map { $0 / 2 }
    let single = Float.distanceRow(0.5, n.single, g.single, &d.single, count)
    let double = Double.distanceRow(0.5, n.double, g.double, &d.double, count)
    for i in 0..<count { #expect(abs(Double(d.single[i]) - d.double[i]) < 1e-3) }
    #expect(abs(Double(single) - double) < 1e-3 * Double(count + 1))
    #expect(d.single.allSatisfy { $0 >= 0 })
  }

  @Test(arguments: [1, 15, 16, 17, 70]) func centredDistancesAgreeWithTheirTwins(count: Int) {
    var (a, h) = (Pair(count, "a"), Pair(count, "h"))
    let (b, alphas, betas) = (Pair(count, "b"), Pair(count, "alphas"), Pair(count, "betas"))
    let kappas = Pair(count, "kappas")
    // Distances are not negative, and that of a row to itself is zero.
    a.single = a.single.map(abs)
    a.double = a.double.map(abs)
    (a.single[count / 2], a.double[count / 2]) = (0, 0)
    let single = Float.centredProductsRow(
      a.single, b.single, alpha: 0.3, beta: -0.2, alphas.single, betas.single, count)
    let double = Double.centredProductsRow(
      a.double, b.double, alpha: 0.3, beta: -0.2, alphas.double, betas.double, count)
    let bound = 1e-5 * Double(count)
    #expect(abs(Double(single.uv) - double.uv) < bound)
    #expect(abs(Double(single.uu) - double.uu) < bound)
    #expect(abs(Double(single.vv) - double.vv) < bound)
    #expect(abs(double.uu) > 0.01 && double.uv != double.vv)

    let sum = Float.distanceGradientRow(
      a.single, b.single, alpha: 0.3, beta: -0.2, kappa: 0.1, alphas.single, betas.single,
      kappas.single, c1: 0.7, c2: 0.4, &h.single, count)
    let reference = Double.distanceGradientRow(
      a.double, b.double, alpha: 0.3, beta: -0.2, kappa: 0.1, alphas.double, betas.double,
      kappas.double, c1: 0.7, c2: 0.4, &h.double, count)
    let scale = max(1, h.double.map(abs).max()!)
    for i in 0..<count { #expect(abs(Double(h.single[i]) - h.double[i]) < 1e-4 * scale) }
    #expect(h.single[count / 2] == 0 && h.double[count / 2] == 0)
    #expect(abs(Double(sum) - reference) < 1e-4 * scale * Double(count))
  }

  @Test(arguments: [0, 1, 15, 16, 17, 70]) func adamStepsAgreeWithTheirTwins(count: Int) {
    var (p, m, v) = (Pair(count, "p"), Pair(count, "m"), Pair(count, "v"))
    v.single = v.single.map(abs)
    v.double = v.double.map(abs)
    for step in 1...5 {
      let g = Pair(count, "g\(step)")
      let correction = 1 - Double.pow(0.9, Double(step))
      let correction2 = (1 - Double.pow(0.999, Double(step))).squareRoot()
      Float.adamStep(
        &p.single, &m.single, &v.single, g.single, stepSize: Float(0.01 / correction), beta1: 0.9,
        beta2: 0.999, correction2: Float(correction2), epsilon: 1e-8, weightDecay: 0.01, count)
      Double.adamStep(
        &p.double, &m.double, &v.double, g.double, stepSize: 0.01 / correction, beta1: 0.9,
        beta2: 0.999, correction2: correction2, epsilon: 1e-8, weightDecay: 0.01, count)
    }
    p.expectEqual(5e-6, "parameters")
    m.expectEqual(2e-6, "first moments")
    v.expectEqual(2e-6, "second moments")
  }

  /// What may be the same memory is computed as if it were not.
  @Test func arraysMayOverlapWhereTheContractSaysSo() {
    let x: Tensor<Float> = normal([37], "x")
    for function in ElementwiseFunction.allCases {
      let expected = abs(x).applying(function).scalars
      var memory = abs(x).scalars
      memory.withUnsafeMutableBufferPointer {
        Float.apply(function, $0.baseAddress!, $0.baseAddress!, $0.count)
      }
      #expect(memory == expected)
    }
    var memory = x.scalars
    memory.withUnsafeMutableBufferPointer {
      Float.combine(.multiply, $0.baseAddress!, $0.baseAddress!, $0.baseAddress!, $0.count)
    }
    #expect(memory == square(x).scalars)
    memory = x.scalars
    memory.withUnsafeMutableBufferPointer {
      Float.softmaxRows($0.baseAddress!, $0.baseAddress!, rows: 1, columns: $0.count)
    }
    #expect(memory == softmax(x).scalars)
  }
}

extension ReferenceKernelsTests {
  /// A value does not depend on what stands beside it, whichever way a block takes.
  @Test(arguments: [ElementwiseFunction.sin, .cos])
  func neighboursDoNotChangeAValue(function: ElementwiseFunction) {
    let x: Tensor<Float> = normal([600], "angles") * 50
    let alone = x.applying(function).scalars
    var mixed = x
    for place in stride(from: 3, to: 600, by: 7) { mixed[place] = 1e6 }
    let beside = mixed.applying(function).scalars
    for i in 0..<600 where i % 7 != 3 { #expect(alone[i] == beside[i], "element \(i)") }
    for i in stride(from: 3, to: 600, by: 7) { #expect(abs(beside[i]) <= 1) }
  }

  @Test func zerosKeepTheirSign() {
    for function in [ElementwiseFunction.sin, .tanh, .sqrt] {
      for count in [1, 40] {
        let y = Tensor<Float>(shape: [count], repeating: -0.0).applying(function)
        #expect(y.scalars.allSatisfy { $0 == 0 && $0.sign == .minus }, "\(function)")
      }
    }
  }
}
