import Datasets
import Foundation
import Storage
import Testing

/// The fixtures read as they should, and each kind of damage is named with file and place.
struct DamagedFilesTests {
  @Test func theFixturesRead() throws {
    let adult = try Adult.read(from: Fixtures.folder("adult"))
    #expect(adult.rowCount == 25)
    #expect(adult.inputCount == 14)
    let official = try Adult.read(from: Fixtures.folder("adult"), labelLeak: true)
    #expect(official.inputCount == 16)
    #expect(try Census.counties(from: Fixtures.folder("census")).rowCount == 23)
    let tracts = try Census.joinedTracts(from: Fixtures.folder("census"))
    #expect(tracts.rowCount == 5 + 5 + 6)
    #expect(tracts.inputCount == 31)
    let communities = try Communities.read(from: Fixtures.folder("communities"))
    #expect(communities.featureNames == ["population", "medIncome", "racepctblack"])
    let zeros = try Communities.read(from: Fixtures.folder("communities"), missing: .zero)
    #expect(try zeros.column("OtherPerCap")[7] == 0)
    #expect(zeros.inputCount == 5)
  }

  @Test func aTruncatedFileNamesTheLine() throws {
    try Fixtures.damaged("adult", "adult.data", by: { String($0.prefix(400)) }) { folder in
      let text = message { _ = try Adult.read(from: folder) }
      #expect(text.contains("adult.data: malformed: line 4: expected 15 fields"))
    }
    try Fixtures.damaged("census", "acs2015_county_data.csv", by: { String($0.dropLast(60)) }) {
      folder in
      let text = message { _ = try Census.counties(from: folder) }
      #expect(text.contains("acs2015_county_data.csv: malformed: line 25: expected 37 fields"))
    }
  }

  @Test func anEmptyFileSaysSo() throws {
    for file in ["adult.data", "adult.test"] {
      try Fixtures.damaged("adult", file, by: { _ in "" }) { folder in
        let text = message { _ = try Adult.read(from: folder) }
        #expect(text.contains(file) && text.contains("an empty file"))
      }
    }
    try Fixtures.damaged("communities", "communities.names", by: { _ in "" }) { folder in
      let text = message { _ = try Communities.read(from: folder) }
      #expect(text.contains("communities.names") && text.contains("@attribute"))
    }
  }

  @Test func aMissingFileNamesTheFolderAndTheWayToIt() throws {
    try withTemporaryFolder { folder in
      let text = message { _ = try Adult.read(from: folder) }
      #expect(text.contains("adult.data") && text.contains(folder))
      #expect(text.contains("tessera data fetch adult"))
    }
  }

  @Test func aMissingColumnIsNamed() throws {
    try Fixtures.damaged(
      "census", "acs2015_county_data.csv", by: { $0.replacing(",Income,", with: ",Incomes,") }
    ) { folder in
      let text = message { _ = try Census.counties(from: folder) }
      #expect(text.contains("expected a column \"Income\""))
      #expect(text.contains("did you mean \"Incomes\"?"))
    }
    try Fixtures.damaged(
      "communities", "communities.names",
      by: { $0.replacing("@attribute racepctblack", with: "@attribute racePctBlack2") }
    ) { folder in
      let text = message { _ = try Communities.read(from: folder) }
      #expect(text.contains("\"racepctblack\"") && text.contains("\"racePctBlack2\""))
    }
  }

  @Test func textAmongNumbersNamesLineAndColumn() throws {
    try Fixtures.damaged(
      "adult", "adult.test", by: { $0.replacing("|1x3 Cross validator\n", with: "|\nx") }
    ) { folder in
      let text = message { _ = try Adult.read(from: folder) }
      #expect(text.contains("adult.test: line 2, column \"age\": expected a number"))
    }
  }

  @Test func anotherLabelIsNamed() throws {
    try Fixtures.damaged("adult", "adult.data", by: { $0.replacing(">50K", with: "50K+") }) {
      folder in
      let text = message { _ = try Adult.read(from: folder) }
      #expect(text.contains("column \"income\"") && text.contains("\"50K+\""))
    }
  }

  @Test func anIncomeOfZeroHasNoLogarithm() throws {
    let path = Fixtures.folder("census") + "/acs2015_county_data.csv"
    let line = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")[1]
    var fields = line.split(separator: ",", omittingEmptySubsequences: false)
    fields[13] = "0"
    let changed = fields.joined(separator: ",")
    try Fixtures.damaged(
      "census", "acs2015_county_data.csv", by: { $0.replacing(line, with: changed) }
    ) { folder in
      let text = message { _ = try Census.counties(from: folder) }
      #expect(text.contains("column \"-log(Income)\": expected a finite number"))
    }
  }

  @Test func aHeaderLineOfAdultIsNamed() throws {
    let names = Adult.columnNames.joined(separator: ", ")
    try Fixtures.damaged("adult", "adult.data", by: { "\(names)\n\($0)" }) { folder in
      let text = message { _ = try Adult.read(from: folder) }
      #expect(text.contains("adult.data: line 1: expected the first row"), "\(text)")
      #expect(
        text.contains("column names age, workclass, fnlwgt") && text.contains("delete the line"))
    }
  }

  @Test func aTestPartOfAdultWithoutItsCommentLosesNoRow() throws {
    let whole = try Adult.read(from: Fixtures.folder("adult"))
    try Fixtures.damaged(
      "adult", "adult.test", by: { $0.replacing("|1x3 Cross validator\n", with: "") }
    ) { folder in
      let table = try Adult.read(from: folder)
      #expect(table.rowCount == whole.rowCount)
    }
  }

  @Test func oneOfTwoFilesMissingIsNamed() throws {
    try Fixtures.damaged("adult", "adult.test", by: { $0 }) { folder in
      try FileManager.default.removeItem(atPath: folder + "/adult.test")
      let text = message { _ = try FairnessSource.adult.table(in: [folder]) }
      #expect(text.contains("found adult.data alone; adult.test is missing"), "\(text)")
      #expect(text.contains(folder) && text.contains("tessera data fetch adult"))
    }
  }
}
