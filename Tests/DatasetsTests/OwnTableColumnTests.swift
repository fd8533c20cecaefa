import Datasets
import Foundation
import Storage
import Testing

/// Columns that are no inputs, names that are none, files that are no tables.
struct OwnTableColumnTests {
  private let fixture = OwnTableFixture()

  @Test func anIndexWithoutANameIsLeftOutAndNamed() throws {
    let table = try fixture.withFirst("") { "\($0)" }.read()
    let plain = try fixture.read()
    #expect(table.x == plain.x)
    #expect(
      table.notes.contains(
        "column 1 has no name in the header and the numbers of the rows (an index): left out"))
    let again = try fixture.withFirst("Unnamed: 0") { "\($0)" }.read()
    #expect(again.featureNames == ["town", "score", "age"])
    #expect(again.notes.contains { $0.hasPrefix("column \"Unnamed: 0\" has the numbers") })
    let two = try fixture.withFirst("") { "\($0)" }.withFirst("") { "\($0 % 7)" }.read()
    #expect(two.featureNames == ["town", "score", "age"])
    #expect(two.notes.contains { $0.hasPrefix("column 1 has no name in the header and values") })
  }

  @Test func aCounterWithANameIsAnInputWithANote() throws {
    let table = try fixture.withFirst("id") { "\($0 + 1)" }.read()
    #expect(table.featureNames.first == "id")
    #expect(table.notes.contains { $0.contains("\"id\" numbers the rows") })
    let without = try fixture.withFirst("id") { "\($0 + 1)" }.read(ignoring: ["id"])
    let plain = try fixture.read()
    #expect(without.notes == plain.notes)
  }

  @Test(
    arguments: [{ "p\($0)" }, { "2020-01-\($0)" }, { "Ana \($0 / 2 * 2)x\($0 % 40)" }]
      as [@Sendable (Int) -> String])
  func columnsThatSayWhoARowIsAreLeftOutAndNamed(_ word: @Sendable (Int) -> String) throws {
    let changed = fixture.with("id", word)
    let table = try changed.read()
    #expect(table.featureNames == ["town", "score", "age"])
    #expect(
      table.notes.contains { $0.contains("column \"id\" left out:") && $0.contains("in 60 rows") })
    #expect(try changed.read(text: ["id"]).featureNames.contains("id"))
    #expect(
      message { _ = try changed.read(sensitive: "id") }.contains("words that many rows share"))
    #expect(message { _ = try changed.read(target: "id") }.contains("different words in 60 rows"))
  }

  @Test func separatorsAtTheEndsOfLinesAreNamed() throws {
    let plain = try fixture.read()
    let all = try OwnTableFixture.read(Array(fixture.text(ending: ",").utf8))
    #expect(all.x == plain.x)
    #expect(all.notes.contains("column 5 has no name in the header and no values: left out"))
    let rows = fixture.text(ending: ",").replacing("hired,\n", with: "hired\n")
    let some = try OwnTableFixture.read(Array(rows.utf8))
    #expect(some.x == plain.x && some.notes.contains { $0.contains("a separator ends each line") })
  }

  @Test func aColumnWithoutAnyValueIsNamed() throws {
    for marker in ["", "NA", "."] {
      let changed = fixture.with("notes") { _ in marker }
      for missing in MissingValues.allCases {
        let table = try changed.read(missing: missing)
        #expect(table.rowCount == 60)
        #expect(table.notes.contains("column \"notes\" has no value in any row: left out"))
      }
    }
    let text = message { _ = try fixture.with("age") { _ in "NA" }.read(missing: .dropRows) }
    #expect(text.contains("column \"age\": expected a value in some row"))
    let holes = fixture.with("bonus") { $0 % 2 == 0 ? "NA" : "5" }.with("score") {
      $0 % 2 == 0 ? "1" : ""
    }
    let none = message { _ = try holes.read(missing: .dropRows) }
    #expect(none.contains("at least 2 complete rows, found 0 of 60"))
    #expect(
      none.contains("score 30") && none.contains("bonus 30") && none.contains("data.csv.ignored"))
  }

  @Test func linesOfSeparatorsAloneArePassedOver() throws {
    let table = try OwnTableFixture.read(Array((fixture.text() + ",,,\n,,,\n").utf8))
    #expect(table.rowCount == 60)
    #expect(table.notes.contains("2 lines with separators and nothing else passed over"))
  }

  @Test func constantColumnsAndCopiesAreNamed() throws {
    let table = try fixture.with("year") { _ in "2020" }.with("again") { fixture.rows[$0][2] }
      .with("outcome") { fixture.rows[$0][3] == "yes" ? "1" : "0" }.with("born") {
        fixture.rows[$0][0]
      }
      .read()
    #expect(table.provenance.contains("constant column year left out (2020 in every row)"))
    #expect(table.notes.contains("column \"again\" holds the same values as \"score\""))
    #expect(table.notes.contains { $0.hasPrefix("the input \"outcome\" tells \"hired\"") })
    #expect(table.notes.contains { $0.hasPrefix("the input \"born\" tells \"age\"") })
  }

  @Test func aNameWithACommaIsSuggestedInQuotes() throws {
    var changed = fixture
    changed.columns[3] = "hired, y/n"
    let text = message { _ = try changed.read(target: "hired") }
    #expect(text.contains("expected a column \"hired\", found none; did you mean \"hired, y/n\"?"))
    #expect(text.contains("'data.csv.target=\"hired, y/n\"'"))
    changed.columns[2] = "score, %"
    for row in changed.rows.indices { changed.rows[row][2] += "%" }
    let list = message { _ = try changed.read(target: "hired, y/n") }
    #expect(list.contains("'data.csv.text=[\"score, %\"]'"), "\(list)")
    changed.rows = fixture.rows
    #expect(try changed.read(target: "hired, y/n").targetName == "hired, y/n")
  }

  @Test func aFileWithoutNamesOrWithThemTwiceIsNamed() throws {
    let lines = fixture.text().split(separator: "\n")
    let headless = lines.dropFirst().joined(separator: "\n")
    let text = message { _ = try OwnTableFixture.read(Array(headless.utf8)) }
    #expect(text.contains("line 1: expected the names of the columns"), "\(text)")
    let twice = (lines + lines).joined(separator: "\n")
    let again = message { _ = try OwnTableFixture.read(Array(twice.utf8)) }
    #expect(
      again.contains("line 62, column \"age\"") && again.contains("repeats the header"), "\(again)")
    let spaces = fixture.text().replacing(",", with: " ")
    let one = message { _ = try OwnTableFixture.read(Array(spaces.utf8)) }
    #expect(
      one.contains("one name, \"age town score hired\"") && one.contains("data.csv.separator"))
    #expect(
      try OwnTableFixture.read(Array(spaces.utf8), layout: .own { $0.separator = " " }).rowCount
        == 60)
  }

  @Test func numbersOfAnIdentifierAreNoted() throws {
    let table = try fixture.with("person_id") { "\(7919 * ($0 + 3) % 10007)" }.read()
    #expect(
      table.notes.contains { $0.hasPrefix("column \"person_id\" has another number in each row") })
    let plain = try fixture.with("bid") { "\(7919 * ($0 + 3) % 10007)" }.read()
    #expect(plain.notes.allSatisfy { !$0.contains("identifiers") })
  }

  @Test func namesThatCannotBeMeantAreNamed() throws {
    #expect(message { _ = try fixture.read(ignoring: ["age"]) }.contains("data.csv.ignored"))
    let wrong = message { _ = try fixture.read(layout: .own { $0.separator = ";" }) }
    #expect(
      wrong.contains("one name, \"age,town,score,hired\"") && wrong.contains("data.csv.separator"))
    #expect(message { _ = try fixture.read(target: "") }.contains("expected a column \"\""))
    var twice = fixture
    twice.columns[1] = "score"
    #expect(message { _ = try twice.read() }.contains("found \"score\" twice"))
    var spaced = fixture
    spaced.columns[0] = "\u{a0}age\u{a0}"
    #expect(try spaced.read().sensitiveName == "age")
  }

  @Test func encodingsAndPackingsAreReadOrNamed() throws {
    let names = fixture.with("town") { ["José", "Josè", "Ana"][$0 % 3] }
    let plain = try names.read()
    let latin = Array(try #require(names.text().data(using: .isoLatin1)))
    let text = message { _ = try OwnTableFixture.read(latin) }
    #expect(text.contains("line 2, column \"town\"") && text.contains("e9"), "\(text)")
    #expect(text.contains("data.csv.encoding=windows-1252 (or latin-1)"))
    #expect(
      try OwnTableFixture.read(latin, layout: .own { $0.encoding = .latin1 }).x == plain.x)
    let wide = Array(try #require(names.text().data(using: .utf16)))
    let table = try OwnTableFixture.read(wide)
    #expect(table.x == plain.x && table.notes.contains { $0.contains("UTF-16") })
    let packed = try OwnTableFixture.read(Gzip.deflate(Array(names.text().utf8)))
    #expect(packed.x == plain.x && packed.notes.contains("unpacked with gzip"))
    let page = message { _ = try OwnTableFixture.read(Array("<!DOCTYPE html>\n<html>".utf8)) }
    #expect(page.contains("a web page (HTML)"))
  }
}
