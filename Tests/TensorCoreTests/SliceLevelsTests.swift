import TestSupport
import Testing

@testable import TensorCore

/// Features rounded to bytes, and their products by every instruction that this processor has.
@Suite struct SliceLevelsTests {
  private static let shift = 0.4

  private static func slices(_ rows: Int, _ slices: Int) -> Tensor<Float> {
    var random = Philox(seed: 5).stream("levels", rows, slices)
    return (random.normal(shape: [rows, slices]) as Tensor<Float>).applying(.tanh)
  }

  private static func feature(_ x: Double, _ power: Int) -> Double {
    power == 0 ? x : power == 1 ? x * x - shift : x * x * x
  }

  /// Rows and slices at, below and above whole quads, panels and strips; several calls of `write`.
  @Test(arguments: [(2, 1), (3, 16), (64, 17), (65, 5), (130, 40), (383, 33), (1100, 50)])
  func covarianceIsThatOfTheRoundedFeatures(_ rows: Int, _ count: Int) throws {
    let a = Self.slices(rows, count)
    let levels = SliceLevels(rows: rows, slices: count, shift: Self.shift)
    var sums = [Int](repeating: 0, count: 3 * levels.width)
    a.withUnsafeBufferPointer { a in
      // The last rows first: the order of the calls does not matter.
      for first in stride(from: 0, to: rows, by: 128).reversed() {
        let part = levels.write(
          a.baseAddress! + first * count, first: first, rows: min(128, rows - first))
        for (place, sum) in part.enumerated() { sums[place] += Int(sum) }
      }
    }
    let factors = [127, 127 / 0.6, 127]
    var rounded = Tensor<Double>.zeros([rows, 3 * count])
    for row in 0..<rows {
      for column in 0..<3 * count {
        let power = column / count
        let x = Self.feature(Double(a[row, column % count]), power)
        rounded[row, column] = (x * factors[power]).rounded() / factors[power]
      }
    }
    let centred = rounded - rounded.mean(along: 0)
    let expected = matmul(centred, centred, transposeA: true) * (1 / Double(rows - 1))
    var found: [Tensor<Float>] = []
    for instructions in LevelInstructions.available
    where instructions != .plain || rows * count < 30_000 {
      found.append(levels.covariance(sums: sums, instructions: instructions))
      for i in 0..<3 * count {
        for j in i..<3 * count {
          // A feature that lies between two levels may go either way in float32.
          #expect(
            abs(Double(found.last![i, j]) - expected[i, j]) < 1e-6 + 0.01 / Double(rows),
            "\(instructions), \(i), \(j)")
          #expect(found.last![i, j] == found[0][i, j], "\(instructions), \(i), \(j)")
        }
      }
    }
  }

  @Test(arguments: [(1, 1), (5, 7), (63, 16), (66, 21), (256, 48)])
  func levelsAgreeWithTheirTwins(_ rows: Int, _ count: Int) {
    let a = Self.slices(rows, count)
    let (quads, columns) = ((rows + 63) / 64 * 16, 3 * ((count + 15) / 16 * 16))
    let factors = [127, 127 / 0.6, 127]
    func levels<Scalar: TensorScalar>(_ a: Tensor<Scalar>) -> (levels: [UInt8], sums: [Int32]) {
      let storage = TensorStorage<Float>(uninitializedCount: quads * columns)
      let bytes = UnsafeMutableRawPointer(storage.elements.baseAddress!).assumingMemoryBound(
        to: UInt8.self)
      bytes.update(repeating: 1, count: 4 * quads * columns)
      var sums = [Int32](repeating: 7, count: columns)
      a.withUnsafeBufferPointer {
        Scalar.sliceLevels(
          $0.baseAddress!, shift: Scalar(Self.shift), factors: factors.map { Scalar($0) }, bytes,
          stride: quads, sums: &sums, rows: rows, slices: count)
      }
      return (Array(UnsafeBufferPointer(start: bytes, count: 4 * quads * columns)), sums)
    }
    let (single, double) = (levels(a), levels(a.converted(to: Double.self)))
    var moved = 0
    for (x, y) in zip(single.levels, double.levels) where x != y {
      #expect(abs(Int(x) - Int(y)) == 1)
      moved += 1
    }
    #expect(moved <= 1 + rows * count / 1000)
    for column in 0..<columns {
      let sum = (0..<4 * quads).reduce(0) { sum, row in
        let place = ((column / 16 * quads + row / 4) * 16 + column % 16) * 4 + row % 4
        return sum + Int(single.levels[place]) - 128
      }
      #expect(single.sums[column] == sum)
    }
  }

  /// The largest sums that the longest columns make: levels of ±127 everywhere.
  @Test func sumsOfTheMostRowsFit() {
    let rows = SliceLevels.mostRows
    let levels = SliceLevels(rows: rows, slices: 1, shift: Self.shift)
    for sign in [Float(1), -1] {
      let part = [Float](repeating: sign, count: rows)
      let sums = levels.write(part, first: 0, rows: rows).map { Int($0) }
      #expect(sums[0] == Int(sign) * 127 * rows)
      for instructions in LevelInstructions.available where instructions != .plain {
        // Columns of one value have no covariance.
        let covariance = levels.covariance(sums: sums, instructions: instructions)
        for i in 0..<3 { for j in i..<3 { #expect(abs(covariance[i, j]) < 1e-6) } }
      }
    }
  }
}
