import Datasets
import Foundation
import TensorCore
import Testing

@Suite(.enabled(if: SharedData.hasCensus, Comment(rawValue: SharedData.reason)))
struct CensusTests {
  let folder = SharedData.directory + "/census"

  @Test func countiesOf2015() throws {
    let table = try Census.counties(from: folder)
    #expect(table.rowCount == 3_218)
    #expect(table.inputCount == 32)
    #expect(table.featureNames.last == "Men/(Men+Women)")
    #expect(table.featureNames.first == "TotalPop")
    #expect(
      Set(table.featureNames).isDisjoint(
        with: ["Poverty", "State", "CensusId", "County", "Men", "Women", "Income"]))
    // Autauga County, Alabama: 55221 people, 26745 men, 28476 women, income 51281, poverty 12.9.
    #expect(try table.column("TotalPop")[0] == 55_221)
    #expect(abs(try table.column("-log(Income)")[0] + Float(log(51_281.0))) < 1e-5)
    #expect(abs(table.t[0, 0] - 26_745 / 55_221) < 1e-6)
    #expect(table.y[0, 0] == 12.9)
    #expect(table.x[0, 31] == table.t[0, 0])
    #expect(table.provenance.contains("3218 of 3220"))
  }

  @Test func countiesOf2017NameTheVotersByTheirOwnColumn() throws {
    let table = try Census.counties(from: folder, year: 2017)
    #expect(table.rowCount == 3_219)
    #expect(table.featureNames.contains("VotingAgeCitizen"))
    #expect(table.inputCount == 32)
  }

  @Test func joinedTractsLeavePacificOut() throws {
    let table = try Census.joinedTracts(from: folder)
    #expect(table.rowCount == 4_254)
    #expect(table.inputCount == 31)
    #expect(!table.featureNames.contains("Pacific"))
    for count in ["1331 of 1338", "828 of 837", "2095 of 2167"] {
      #expect(table.provenance.contains(count))
    }
    #expect(table.x.isFinite)
  }

  @Test func theShareOfBlackInhabitantsAsSensitiveAttribute() throws {
    let table = try Census.counties(from: folder, sensitive: .blackShare)
    #expect(table.featureNames.contains("Men"))
    #expect(Set(table.featureNames).isDisjoint(with: ["Black", "White", "Asian"]))
    #expect(abs(table.t[0, 0] - 18.5 / (18.5 + 75.8 + 1 + 1)) < 1e-6)
    #expect(table.inputCount == 31)
  }

  @Test func smallerTablesAreSplitByFractions() throws {
    let prepared = try Census.counties(from: folder).prepared(.official)
    #expect(prepared.split.train.count == 3_218 * 64 / 100)
    #expect(prepared.split.validation.count == 3_218 * 16 / 100)
    #expect(
      prepared.split.train + prepared.split.validation + prepared.split.test == Array(0..<3_218))
  }
}

@Suite(.enabled(if: SharedData.hasCommunities, Comment(rawValue: SharedData.reason)))
struct CommunitiesTests {
  let folder = SharedData.directory + "/communities"

  @Test func incompleteColumnsAreLeftOut() throws {
    let table = try Communities.read(from: folder)
    #expect(table.rowCount == 1_994)
    #expect(table.inputCount == 99)
    #expect(table.featureNames.last == "racepctblack")
    #expect(table.x.rows(0..<1).scalars.prefix(3) == [0.19, 0.33, 0.9])
    #expect(table.t[0, 0] == 0.02)
    #expect(table.y[0, 0] == 0.2)
    #expect(abs(table.y.mean() - 0.238) < 5e-4)
    #expect(table.featureNames == (try CommunitiesTwin.table(rowCount: 10)).featureNames)
    #expect(table.provenance.contains("23 incomplete columns left out"))
  }

  @Test func missingValuesAsZeros() throws {
    let table = try Communities.read(from: folder, missing: .zero)
    #expect(table.inputCount == 122)
    #expect(try table.column("LemasSwornFT").count { $0 == 0 } >= 1_675)
  }
}
