import TensorCore
import TestSupport
import Testing

/// Tensors are values: changing a copy leaves the original as it was.
@Suite struct TensorTests {
  private func check<S: TensorScalar>(_ type: S.Type) {
    let original: Tensor<S> = normal([3, 4], "original")
    let numbers = original.scalars
    func expectUntouched(_ name: String, _ change: (inout Tensor<S>) -> Void) {
      var copy = original
      change(&copy)
      #expect(original.scalars == numbers, "\(name) changed the original")
      #expect(copy != original, "\(name) changed nothing")
    }
    expectUntouched("subscript") { $0[1, 2] = 77 }
    expectUntouched("buffer") { $0.withUnsafeMutableBufferPointer { $0[0] = 77 } }
    expectUntouched("+=") { $0 += Tensor(shape: [4], repeating: 1) }
    expectUntouched("+= of one shape") { $0 += Tensor(shape: [3, 4], repeating: 1) }
    expectUntouched("-=") { $0 -= Tensor(shape: [3, 4], repeating: 1) }
    expectUntouched("*=") { $0 *= S(2) }
    expectUntouched("*= tensor") { $0 *= Tensor(shape: [3, 1], repeating: 2) }
    expectUntouched("/=") { $0 /= Tensor(shape: [3, 1], repeating: 2) }
    expectUntouched("+= number") { $0 += S(2) }
    expectUntouched("add") { $0.add($0, times: 1) }
    expectUntouched("scatterAdd") { $0.scatterAdd(.ones([1, 4]), toRows: [2]) }
    expectUntouched("replaceRows") { $0.replaceRows(from: 1, with: .zeros([1, 4])) }
    expectUntouched("transpose") { $0.transpose() }
    // Views of the same memory under another shape, and whole slices, are values too.
    var reshaped = original.reshaped(to: [12])
    reshaped[0] = 77
    var whole = original.slice(0..<4, along: 1)
    whole[0, 0] = 78
    var same = original.permuted([0, 1])
    same[0, 0] = 79
    var inArray = [original, original]
    inArray[0][0, 0] = 80
    #expect(inArray[1] == original)
    #expect(original.scalars == numbers)
  }

  @Test func copiesAreIndependent() {
    check(Double.self)
    check(Float.self)
  }

  @Test func aSoleOwnerIsChangedInPlace() {
    var x = Tensor<Float>.zeros([100])
    let address = x.withUnsafeBufferPointer { $0.baseAddress }
    x[3] = 1
    x += Float(1)
    x.add(.ones([100]), times: 2)
    #expect(x.withUnsafeBufferPointer { $0.baseAddress } == address)
  }

  @Test func factorisationsLeaveTheirArgumentsAlone() throws {
    let a = gram(normal([9, 4], "a") as Tensor<Double>)
    let numbers = a.scalars
    _ = try cholesky(a)
    _ = try eigh(a)
    _ = try eigh(a, range: 2..<4)
    _ = try svd(a)
    _ = try qr(a)
    let b = Tensor<Double>.ones([4])
    _ = try solvePositiveDefinite(a, b)
    #expect(a.scalars == numbers && b == .ones([4]))
  }

  @Test func emptyAndScalarTensorsHaveShapes() {
    #expect(Tensor<Float>(3).shape == [])
    #expect(Tensor<Float>(3).scalar == 3)
    #expect(Tensor<Float>.zeros([0, 5]).count == 0)
    #expect(Tensor<Float>.zeros([0, 5]).isFinite)
    #expect(Tensor<Float>([] as [Float]).shape == [0])
    #expect(Shape([2, 3, 4]).strides == [12, 4, 1])
    #expect(Tensor<Float>([Float.nan]) != Tensor<Float>([Float.nan]))
  }

  @Test func memoryIsAlignedForTheVectorUnits() {
    for count in [0, 1, 3, 17, 1000] {
      let x = Tensor<Float>.zeros([count])
      x.withUnsafeBufferPointer { #expect(Int(bitPattern: $0.baseAddress!) % 64 == 0) }
    }
  }
}
