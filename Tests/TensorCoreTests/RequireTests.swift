import TensorCore
import Testing

/// Expects a process that died to have printed each of `parts`.
func expectMessage(
  _ result: ExitTest.Result?, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let result else { return }
  let text = String(decoding: result.standardErrorContent, as: UTF8.self)
  for part in parts {
    #expect(text.contains(part), "printed: \(text)", sourceLocation: sourceLocation)
  }
}

/// A programmer's mistake ends the program with where, what was expected and what came, in release builds too.
@Suite struct RequireTests {
  @Test func matmulPrintsBothShapes() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = matmul(Tensor<Float>.zeros([2, 3]), Tensor<Float>.zeros([4, 5]), transposeB: true) }
    expectMessage(result, "matmul: inner extents differ: [2, 3] by [4, 5]ᵀ")
  }

  @Test func batchedMatmulPrintsBothShapes() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = batchedMatmul(Tensor<Float>.zeros([2, 3, 4]), Tensor<Float>.zeros([3, 4, 5])) }
    expectMessage(result, "batchedMatmul: wants equal batch extents", "[2, 3, 4] and [3, 4, 5]")
  }

  @Test func arithmeticPrintsBothShapes() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = Tensor<Double>.zeros([2, 3]) + Tensor<Double>.zeros([2]) }
    expectMessage(result, "shapes [2, 3] and [2] do not broadcast")
  }

  @Test func arithmeticInPlaceKeepsTheShape() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var x = Tensor<Double>.zeros([3])
      x += Tensor<Double>.zeros([2, 3])
    }
    expectMessage(result, "[2, 3] does not broadcast into [3] in place")
  }

  @Test func creationPrintsTheCounts() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = Tensor<Float>(shape: [2, 3], scalars: [1, 2]) }
    expectMessage(result, "Tensor: shape [2, 3] needs 6 elements, got 2")
  }

  @Test func reshapingPrintsBothShapes() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = Tensor<Float>.zeros([2, 3]).reshaped(to: [4]) }
    expectMessage(result, "Tensor.reshaped: [2, 3] has 6 elements, [4] would need 4")
  }

  @Test func indicesArePrintedWithTheShape() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = Tensor<Float>.zeros([2, 3])[1, 3] }
    expectMessage(result, "Tensor: index [1, 3] is outside shape [2, 3]")
  }

  @Test func axesArePrintedWithTheShape() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = Tensor<Float>.zeros([2, 3]).sum(along: 2) }
    expectMessage(result, "axis 2 is not an axis of shape [2, 3]")
  }

  @Test func gatherNamesTheRow() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = Tensor<Float>.zeros([4, 2]).gather(rows: [0, 4]) }
    expectMessage(result, "Tensor.gather: row 4 is outside the 4 rows of shape [4, 2]")
  }

  @Test func scatterIntoATensorWithoutAxesIsRefused() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var x = Tensor<Float>(1)
      x.scatterAdd(Tensor<Float>(1), toRows: [])
    }
    expectMessage(result, "Tensor.scatterAdd: into []")
  }

  @Test func emptyTensorsHaveNoLargestElement() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = Tensor<Float>.zeros([0, 2]).max() }
    expectMessage(result, "Tensor.max: shape [0, 2] has no elements")
  }

  @Test func factorisationsWantSquareMatrices() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = try cholesky(Tensor<Float>.zeros([2, 3])) }
    expectMessage(result, "cholesky: wants a square matrix, got shape [2, 3]")
  }

  @Test func solvesPrintTheShapeTheyWant() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = try solveTriangular(Tensor<Float>.identity(3), .zeros([2, 3])) }
    expectMessage(result, "solveTriangular: l is [3, 3], so b must be [3, k] or [3], got [2, 3]")
  }

  @Test func eigenRangesLieInsideTheMatrix() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = try eigh(Tensor<Double>.identity(3), range: 2..<4) }
    expectMessage(result, "eigh: the range 2..<4 is outside 0..<3")
  }

  @Test func threadsAreAtLeastOne() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { Parallelism.threads = 0 }
    expectMessage(result, "Parallelism.threads: must be at least 1, got 0")
  }
}
