import Foundation
import TensorCore
import Testing

@testable import Storage

@Suite struct CSVTests {
  private func parse(_ text: String, _ options: CSVOptions = CSVOptions()) throws -> CSVTable {
    try CSVTable.parse(Array(text.utf8), path: "t.csv", options: options)
  }

  @Test func readsHeaderQuotesSpacesAndBothLineEnds() throws {
    let table = try parse(
      "\u{feff}name, value ,note\r\n\"Smith, \"\"J.\"\"\" , 1.5,\"two\nlines\"\r\n b ,-2e3,\r\n\r\n"
    )
    #expect(table.columns == ["name", "value", "note"])
    #expect(try table.strings("name") == ["Smith, \"J.\"", "b"])
    #expect(try table.doubles("value") == [1.5, -2000])
    #expect(try table.strings("note") == ["two\nlines", ""])
    #expect(table.line(ofRow: 1) == 4)
    #expect(table.isMissing(row: 1, column: 2))
  }

  @Test func readsTheLayoutOfAdult() throws {
    let table = try parse(
      "|1x3 Cross validator\n25, Private, ?\n38, ?, 50\n\n",
      CSVOptions(header: .names(["age", "work", "hours"]), skippedLines: 1, missingMarkers: ["?"]))
    #expect(table.rowCount == 2)
    #expect(try table.doubles("age") == [25, 38])
    #expect(try table.doubles("hours", missing: .infinity) == [.infinity, 50])
    #expect(try table.droppingRows(withMissing: ["work"]).doubles("age") == [25])
    #expect(try table.droppingRows().rowCount == 0)
    let (codes, levels) = try table.categories("work")
    #expect(codes == [1, 0] && levels == ["?", "Private"])
  }

  @Test func columnsWithoutHeaderAreNumbered() throws {
    let table = try parse("1\t2\n3\t4\n", CSVOptions(header: .none, separator: "\t"))
    #expect(table.columns == ["0", "1"])
    let tensor: Tensor<Float> = try table.tensor(["1", "0"])
    #expect(tensor.shape == [2, 2] && tensor.scalars == [2, 1, 4, 3])
    #expect(try table.keeping(rows: [1, 1]).doubles("0") == [3, 3])
  }

  @Test func keepsSpacesAndBlankLinesWhenAsked() throws {
    let table = try parse(
      "a\n x \n\ny", CSVOptions(trimsSpaces: false, skipsBlankLines: false))
    #expect(try table.strings("a") == [" x ", "", "y"])
  }

  @Test(arguments: [
    "0", "-0", "1", "-1.5", "+2.25", ".5", "5.", "1e5", "1E-5", "123456789012345678",
    "0.1", "3.14159265358979", "1.7976931348623157e308", "5e-324", "2.2250738585072011e-308",
    "9007199254740993", "0.30000000000000004", "1e22", "1e23", "123456789012345678901234567890",
    "1e400", "00012", "0.000000000000000000000000001", "nan", "-inf", "Infinity",
  ])
  func numbersAreExactlyRounded(text: String) throws {
    let expected = strtod(text, nil)
    let value = try #require(
      NumberText.double(in: Array("x\(text),".utf8), from: 1, to: 1 + text.utf8.count))
    #expect(value.isNaN == expected.isNaN)
    #expect(value.isNaN || value.bitPattern == expected.bitPattern)
  }

  @Test func randomNumbersAreExactlyRounded() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      let text = value.description
      #expect(
        NumberText.double(in: Array("\(text),".utf8), from: 0, to: text.utf8.count)?.bitPattern
          == value.bitPattern)
    }
  }

  @Test(arguments: [
    "", " ", "a", "1a", "0x10", "--1", "1-", "1.2.3", "e5", "1e", "nan(1)", "1 2", "+", ".", "∞",
  ])
  func refusesWhatIsNoNumber(text: String) {
    #expect(
      NumberText.double(in: Array("\(text),".utf8), from: 0, to: text.utf8.count) == nil)
  }

  @Test(arguments: ["", "\n\n", "a,b\n", "a,b"])
  func refusesATableWithoutRows(text: String) {
    let error = storageError { _ = try parse(text) }
    #expect(error?.expected == "at least one row")
  }

  @Test func refusesARaggedRow() {
    let error = storageError { _ = try parse("a,b\n1,2\n\n1,2,3\n") }
    #expect(error?.location == "line 4")
    #expect(error?.expected == "2 fields" && error?.found == "3")
  }

  @Test func refusesAnOpenQuoteAndTextBehindOne() {
    #expect(storageError { _ = try parse("a\n1\n\"x\n") }?.location == "line 3")
    #expect(storageError { _ = try parse("a\n\"x\"y\n") }?.location == "line 2")
  }

  @Test func refusesTwoColumnsOfOneName() {
    #expect(storageError { _ = try parse("a,a\n1,2\n") }?.found == "\"a\" twice")
  }

  @Test(arguments: ["5", ".", "-", "\"", "e", "é"] as [Character])
  func refusesASeparatorThatIsPartOfNumbers(separator: Character) {
    let error = storageError { _ = try parse("a\n", CSVOptions(separator: separator)) }
    guard case .unsupported = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
  }

  @Test func namesTheFieldThatIsNoNumber() throws {
    let table = try parse("Income,x\n1,2\nmany,3\n,4\n")
    let word = storageError { _ = try table.doubles("Income") }
    #expect(word?.location == "line 3, column \"Income\"")
    #expect(word?.found == "\"many\"")
    let missing = storageError { _ = try table.keeping(rows: [2]).doubles("Income") }
    #expect(missing?.found == "the missing value \"\"")
    let column = storageError { _ = try table.doubles("income") }
    #expect(column?.found == "\"Income\", \"x\"")
  }

  @Test func writesWhatItReads() throws {
    let folder = try TemporaryFolder()
    let rows = [["a,b", " c ", "d\"e"], ["", "f\ng", "1.5"]]
    try CSVWriter.write(columns: ["x", "y", "z"], rows: rows, to: folder.file("t.csv"))
    let table = try CSVTable.read(from: folder.file("t.csv"))
    #expect(try table.strings("x") == ["a,b", ""])
    #expect(try table.strings("y") == [" c ", "f\ng"])
    #expect(try table.strings("z") == ["d\"e", "1.5"])
    let error = storageError {
      _ = try CSVWriter.encode(columns: ["x", "y"], rows: [["1"]])
    }
    #expect(error?.location == "row 1")
  }

  @Test func anyCutGivesATableOrAnError() throws {
    let text = Array("a,\"b \"\"q\"\"\",c\r\n1,\"x\ny\",3\r\n4,5,6\r\n".utf8)
    for count in 0..<text.count {
      do {
        let table = try CSVTable.parse(Array(text[..<count]), path: "t.csv")
        #expect(table.columns.count == 3)
        _ = try table.strings("a")
      } catch {}
    }
  }

  @Test(.enabled(if: SharedData.folder != nil, SharedData.reason))
  func countsOfAdultAndTheCounties() throws {
    let folder = try #require(SharedData.folder)
    let adult = try CSVTable.read(
      from: folder + "/adult/adult.data", options: CSVOptions(header: .none, missingMarkers: ["?"]))
    #expect(adult.rowCount == 32_561)
    #expect(try adult.strings("9").count { $0 == "Male" } == 21_790)
    #expect(try adult.strings("14").count { $0 == ">50K" } == 7_841)
    #expect(try adult.droppingRows().rowCount == 30_162)
    let counties = try CSVTable.read(from: folder + "/census/acs2015_county_data.csv")
    #expect(counties.rowCount == 3_220 && counties.columns.count == 37)
    #expect(try counties.droppingRows().rowCount == 3_218)
    #expect(try counties.droppingRows().doubles("Income").allSatisfy { $0 > 0 })
    let tracts = try CSVTable.read(from: folder + "/census/acs2015_tract_nyc.csv")
    #expect(tracts.rowCount == 2_167 && tracts.columns.count == 36)
    #expect(try tracts.droppingRows().rowCount == 2_095)
  }
}
