import Datasets
import TensorCore
import Testing

struct TwinTests {
  /// Pearson's correlation, written out.
  static func correlation(_ a: [Float], _ b: [Float]) -> Double {
    let (a, b) = (a.map(Double.init), b.map(Double.init))
    let (ma, mb) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
    var (aa, bb, ab) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      aa += (x - ma) * (x - ma)
      bb += (y - mb) * (y - mb)
      ab += (x - ma) * (y - mb)
    }
    return ab / (aa * bb).squareRoot()
  }

  static let models = [AdultTwin.model, CensusTwin.model, CommunitiesTwin.model]

  @Test(arguments: models)
  func measuredCorrelationsAreTheStatedOnes(_ model: TwinModel) throws {
    let rowCount = 6_000
    let table = try model.table(rowCount: rowCount, from: Philox(seed: 11))
    // A sample correlation scatters by at most 1/√n around the population's; 4.5 such over some 140 looks.
    let tolerance = 4.5 / Double(rowCount).squareRoot()
    let t = table.t.scalars
    for (name, stated) in zip(table.featureNames, model.featureCorrelations) {
      let measured = Self.correlation(try table.column(name), t)
      #expect(abs(measured - stated) < tolerance, "\(name): \(measured), stated \(stated)")
    }
    let measured = Self.correlation(table.y.scalars, t)
    #expect(abs(measured - model.targetCorrelation) < tolerance)
    #expect(abs(model.targetCorrelation) > 0.1)
  }

  @Test func yDependsOnTThroughTheFeaturesAlone() throws {
    // Without weights Y is noise.
    var model = AdultTwin.model
    for place in model.features.indices { model.features[place].weight = 0 }
    #expect(model.targetCorrelation == 0)
    let table = try model.table(rowCount: 6_000, from: Philox(seed: 12))
    #expect(abs(Self.correlation(table.y.scalars, table.t.scalars)) < 0.05)
  }

  @Test func aQuadraticLoadingHidesFromCorrelationOnly() throws {
    let table = try AdultTwin.table(rowCount: 6_000, seed: 1)
    let hours = try table.column("hours-per-week")
    let t = table.t.scalars
    #expect(abs(Self.correlation(hours, t)) < 0.06)
    let square = t.map { ($0 - 45) * ($0 - 45) }
    #expect(abs(Self.correlation(hours, square) + 0.6) < 0.06)
  }

  @Test func theSameSeedGivesTheSameBits() throws {
    #expect(
      try AdultTwin.table(rowCount: 500, seed: 5).x == AdultTwin.table(rowCount: 500, seed: 5).x)
    #expect(
      try AdultTwin.table(rowCount: 500, seed: 5).x != AdultTwin.table(rowCount: 500, seed: 6).x)
    #expect(
      try CensusTwin.table(rowCount: 90, seed: 5).y == CensusTwin.table(rowCount: 90, seed: 5).y)
  }

  @Test func shapesAreThoseOfTheMeasuredTables() throws {
    let adult = try AdultTwin.table()
    #expect(adult.x.shape == [45_222, 14])
    #expect(adult.hasBinaryTarget && adult.isSynthetic)
    let share = Double(adult.y.scalars.count { $0 == 1 }) / 45_222
    #expect(abs(share - 0.25) < 0.01)
    let clean = try Adult.read(from: Fixtures.folder("adult"))
    #expect(adult.featureNames == clean.featureNames)
    let official = try AdultTwin.table(rowCount: 300, labelLeak: true)
    let leaking = try Adult.read(from: Fixtures.folder("adult"), labelLeak: true)
    #expect(official.featureNames == leaking.featureNames)
    let census = try CensusTwin.table()
    let counties = try Census.counties(from: Fixtures.folder("census"))
    #expect(census.x.shape == [3_218, 32])
    #expect(census.featureNames == counties.featureNames)
    #expect(try CommunitiesTwin.table().x.shape == [1_994, 99])
    #expect(try adult.prepared(.official).xTrain.shape == [16_000, 14])
  }

  @Test func codingWeakensCorrelationAsStated() throws {
    let model = TwinModel(
      name: "codes",
      features: [2, 3, 7].map { .init("\($0)", .linear(0.95), weight: 1, .codes(levels: $0)) },
      noise: 0.3, targetName: "y", target: .binary(positiveShare: 0.1), sensitiveName: "t",
      sensitiveMean: 0, sensitiveDeviation: 1)
    // A code of two levels keeps √(2/π) of the correlation.
    #expect(abs(model.featureCorrelations[0] - 0.95 * (2 / Double.pi).squareRoot()) < 1e-12)
    let table = try model.table(rowCount: 6_000, from: Philox(seed: 13))
    for (name, stated) in zip(table.featureNames, model.featureCorrelations) {
      #expect(abs(Self.correlation(try table.column(name), table.t.scalars) - stated) < 0.03)
    }
    let measured = Self.correlation(table.y.scalars, table.t.scalars)
    #expect(abs(measured - model.targetCorrelation) < 0.03)
  }

  @Test func codesAreEquallyLikely() throws {
    let table = try AdultTwin.table(rowCount: 6_000)
    let education = try table.column("education")
    for code in 0..<16 {
      #expect(abs(Double(education.count { $0 == Float(code) }) / 6_000 - 1.0 / 16) < 0.015)
    }
  }

  @Test func tooFewRowsAreAnError() {
    #expect(throws: DatasetError.self) { try AdultTwin.table(rowCount: 1) }
  }
}
