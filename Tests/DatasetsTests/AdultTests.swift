import Datasets
import Foundation
import TensorCore
import Testing

/// Counts and values read off the files with a few lines of Python.
@Suite(.enabled(if: SharedData.hasAdult, Comment(rawValue: SharedData.reason)))
struct AdultTests {
  static let clean = Result { try Adult.read(from: SharedData.directory + "/adult") }
  static let official = Result {
    try Adult.read(from: SharedData.directory + "/adult", labelLeak: true)
  }

  @Test func withoutTheLeakTheInputsHoldNeitherIncomeNorAgeTwice() throws {
    let table = try Self.clean.get()
    #expect(table.rowCount == 45_222)
    #expect(
      table.featureNames == [
        "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation",
        "relationship", "race", "sex", "capital-gain", "capital-loss", "hours-per-week",
        "native-country", "age",
      ])
    // 39, State-gov, 77516, Bachelors, 13, Never-married, Adm-clerical, Not-in-family, White, Male, 2174, 0, 40, …
    #expect(
      table.x.rows(0..<1).scalars == [5, 77516, 9, 13, 4, 0, 1, 4, 1, 2174, 0, 40, 38, 39])
    #expect(table.y.scalars.count { $0 == 1 } == 7508 + 3700)
    #expect(table.y.scalars.count { $0 == -1 } == 22654 + 11360)
    #expect(table.t.scalars == (try table.column("age")))
    #expect(table.provenance.contains("3620 with missing"))
    #expect(table.hasBinaryTarget)
  }

  @Test func theOfficialFormHasFifteenStandardisedColumnsAndRawAge() throws {
    let table = try Self.official.get()
    #expect(table.rowCount == 45_222)
    #expect(table.inputCount == 16)
    #expect(table.featureNames.first == "age")
    #expect(table.featureNames.suffix(2) == ["income", "sensitive age"])
    let moments = ColumnMoments(of: table.x)
    for column in 0..<15 {
      #expect(abs(moments.mean[column]) < 1e-6)
      #expect(abs(moments.standardDeviation[column] - 1) < 1e-6)
    }
    #expect(table.t[0, 0] == 39)
    #expect(table.x[0, 15] == 39)
    // The golden of pandas: (39 − 38.547941…) / 13.217870….
    #expect(abs(table.x[0, 0] - 0.034201) < 1e-5)
  }

  @Test func theLeakDeterminesTheOutcomeAndItsAbsenceDoesNot() throws {
    let table = try Self.official.get()
    let income = try table.column("income")
    #expect(Set(income).count == 4)
    var outcomes: [Float: Set<Float>] = [:]
    for (row, code) in income.enumerated() { outcomes[code, default: []].insert(table.y[row, 0]) }
    #expect(outcomes.values.allSatisfy { $0.count == 1 })
    #expect(Set(income.prefix(22_500)).count == 2)

    let clean = try Self.clean.get()
    for name in clean.featureNames where name != "fnlwgt" {
      var outcomes: [Float: Set<Float>] = [:]
      for (row, value) in try clean.column(name).enumerated() {
        outcomes[value, default: []].insert(clean.y[row, 0])
      }
      #expect(outcomes.values.contains { $0.count == 2 }, "\(name) determines the outcome")
    }
  }

  @Test func theOfficialSplitUsesTheMomentsOfEachBlock() throws {
    let prepared = try Self.official.get().prepared(.official)
    #expect(prepared.xTrain.shape == [16_000, 16])
    #expect(prepared.xValidation.shape == [4_000, 16])
    #expect(prepared.xTest.shape == [2_500, 16])
    #expect(prepared.split.train == Array(0..<16_000))
    #expect(prepared.split.validation == Array(16_000..<20_000))
    #expect(prepared.split.test == Array(20_000..<22_500))
    for x in [prepared.trainingBlock.x, prepared.xTest] {
      let moments = ColumnMoments(of: x)
      #expect(moments.mean.allSatisfy { abs($0) < 1e-5 })
      #expect(moments.standardDeviation.allSatisfy { abs($0 - 1) < 1e-5 })
    }
    #expect(prepared.testMoments != prepared.moments)
  }

  @Test func theShuffledSplitUsesTheMomentsOfTheFitRows() throws {
    let prepared = try Self.clean.get().prepared(.shuffled(seed: 3))
    let moments = ColumnMoments(of: prepared.xTrain)
    #expect(moments.mean.allSatisfy { abs($0) < 1e-5 })
    #expect(prepared.testMoments == prepared.moments)
    let test = ColumnMoments(of: prepared.xTest)
    #expect(test.mean.contains { abs($0) > 1e-4 })
    #expect(test.mean.allSatisfy { abs($0) < 0.1 })
    #expect(prepared.split.train.contains { $0 >= 22_500 })
    #expect(try Self.clean.get().prepared(.shuffled(seed: 3)).xTest == prepared.xTest)
    #expect(try Self.clean.get().prepared(.shuffled(seed: 4)).xTest != prepared.xTest)
  }
}
