import Datasets
import TensorCore
import Testing

/// Columns that single precision cannot hold, from the file's numbers to standardised inputs.
struct StoredUnitTests {
  private static let ages = (0..<200).map { (row: Int) -> Double in
    18 + Double(row * 37 % 61) + 0.25 * Double(row % 4)
  }

  private func prepared(_ change: (Double) -> Double) throws -> PreparedFairness {
    try FairnessTable(
      name: "made", features: [("years", Self.ages.map { change($0 * 0.5 + 3) })],
      target: ("y", (0..<200).map { $0 % 3 == 0 ? 1 : -1 }),
      sensitive: ("age", Self.ages.map(change)), provenance: "made"
    ).prepared()
  }

  @Test(arguments: [1e20, 1e-20, 1e-40, 1e39, 1e300, 1e-300, -1e30, 0x1p-1030])
  func factorsDoNotMatter(factor: Double) throws {
    let (plain, scaled) = (try prepared { $0 }, try prepared { $0 * factor })
    let sign: Float = factor < 0 ? -1 : 1
    for (found, expected) in [(scaled.xTrain, plain.xTrain), (scaled.xTest, plain.xTest)] {
      #expect(abs(found * sign - expected).max() < 1e-5)
    }
    #expect(
      scaled.tTrain.isFinite && Set(scaled.tTrain.scalars).count == Set(plain.tTrain.scalars).count)
  }

  /// Timestamps, identifiers: more than single precision tells apart.
  @Test(arguments: [1e6, 1e9, 1.7e9, -1e12, 1e13]) func offsetsDoNotMatter(offset: Double) throws {
    let (plain, moved) = (try prepared { $0 }, try prepared { $0 + offset })
    #expect(abs(moved.xTrain - plain.xTrain).max() < 5e-4)
    #expect(Set(moved.tTrain.scalars).count == Set(plain.tTrain.scalars).count)
    if abs(offset) >= 1e9 { #expect(moved.provenance.contains("age is stored less")) }
  }

  @Test func ordinaryColumnsStayAsTheyAre() throws {
    for values in [
      Self.ages, [0, 1, 0, 1], [0, 0, 0, 5], [189_778, 1_484_705, 12_285], [0.49, 0.5, 0.53],
      [1e20, 2e20, 3e20], [7, 7, 7],
    ] {
      let unit = StoredUnit(for: values)
      #expect(unit.isPlain)
      #expect(values.allSatisfy { unit.stored($0) == Float($0) })
    }
  }

  @Test func valuesComeBack() throws {
    let table = try FairnessTable(
      name: "made", features: [("id", (0..<50).map { 1e15 + Double($0) })],
      target: ("when", (0..<50).map { 1_700_000_000 + Double($0 * 60) }),
      sensitive: ("mass", (0..<50).map { 1e300 * Double($0 + 1) }), provenance: "made")
    let id = StoredUnit(for: (0..<50).map { 1e15 + Double($0) })
    #expect(
      (0..<50).allSatisfy { abs(id.value(id.stored(1e15 + Double($0))) - 1e15 - Double($0)) < 1e-3 }
    )
    #expect(table.units.map(\.isPlain) == [false, false, false])
    #expect(table.x.isFinite && table.y.isFinite && table.t.isFinite)
    #expect(Set(table.y.scalars).count == 50 && Set(table.t.scalars).count == 50)
    #expect(table.provenance.contains("when is stored less 1"))
  }
}
