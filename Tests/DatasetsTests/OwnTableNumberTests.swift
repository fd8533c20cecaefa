import Datasets
import Foundation
import Storage
import TensorCore
import Testing

/// Words that look like numbers are never taken for categories in silence.
struct OwnTableNumberTests {
  private let fixture = OwnTableFixture()

  @Test(arguments: ["age", "score", "hired"])
  func decimalCommasStopWithColumnLineAndKey(_ column: String) throws {
    let changed = fixture.with(column) { "\(40 + $0 % 30),0\($0 % 9 + 1)" }
    let text = message { _ = try changed.read() }
    #expect(
      text.contains("line 2, column \"\(column)\": expected a number, found \"40,01\""), "\(text)")
    #expect(text.contains("60 of 60 values"))
    #expect(text.contains("set data.csv.decimal=, (40,01 is then 40.01)"))
    #expect(text.contains("data.csv.text=[\(column)]"))
    // Columns with dots can be read beside it, since nothing else can be meant.
    let table = try changed.read(layout: .own { $0.numbers.decimal = "," })
    let plain = try fixture.with(column) { "\(40 + $0 % 30).0\($0 % 9 + 1)" }.read()
    #expect(table.x == plain.x && table.y == plain.y)
    let other = column == "age" ? "score" : "age"
    #expect(table.notes.contains { $0.hasPrefix("\(other): read with a decimal dot") })
    let grouped = message {
      _ = try fixture.with("score") { "1.\(100 + $0)" }.read(
        layout: .own { $0.numbers.decimal = "," })
    }
    #expect(grouped.contains("\"1.100\"") && grouped.contains("data.csv.thousands=."), "\(grouped)")
  }

  @Test func semicolonsAndDecimalCommasReadTheSameNumbers() throws {
    let plain = try fixture.read()
    let european = fixture.with("age") { fixture.rows[$0][0].replacing(".", with: ",") }
      .with("score") { fixture.rows[$0][2].replacing(".", with: ",") }
      .text(separator: ";")
    let text = message { _ = try OwnTableFixture.read(Array(european.utf8)) }
    #expect(text.contains("column \"age\"") && text.contains("data.csv.decimal=,"))
    let table = try OwnTableFixture.read(
      Array(european.utf8), layout: .own { $0.numbers.decimal = "," })
    #expect(table.x == plain.x && table.y == plain.y)
    #expect(table.notes.contains("fields are separated by semicolons, told by the contents"))
  }

  @Test(arguments: [
    ("1,234,567", "data.csv.thousands=,"), ("12 345", "data.csv.thousands=space"),
    ("12\u{a0}345", "data.csv.thousands=space"), ("12\u{202f}345", "data.csv.thousands=space"),
    ("12'345", "data.csv.thousands=apostrophe"), ("1_000", "data.csv.thousands=underscore"),
    ("1.234.567", "data.csv.thousands=."), ("1.234,56", "data.csv.decimal=, data.csv.thousands=."),
    ("1,5", "data.csv.decimal=,"), ("-0,25", "data.csv.decimal=,"),
  ]) func groupsOfThousandsNameTheirKey(field: String, key: String) {
    let text = message { _ = try fixture.with("score") { _ in field }.read() }
    #expect(text.contains("line 2, column \"score\"") && text.contains("\"\(field)\""), "\(text)")
    #expect(text.contains(key), "\(text)")
  }

  @Test func aCommaThatMayBeEitherNamesBothKeysAndBothNumbers() throws {
    let changed = fixture.with("score") { "\(1 + $0 % 7),\(100 + $0)" }
    let text = message { _ = try changed.read() }
    #expect(text.contains("data.csv.thousands=, (1,100 is then 1100.0)"), "\(text)")
    #expect(text.contains("data.csv.decimal=, (1,100 is then 1.1)"))
    let table = try changed.read(layout: .own { $0.numbers.grouping = .comma })
    #expect(try table.column("score")[0] == 1100)
    // Where some fields have a dot, the comma cannot be a decimal one.
    let dotted = fixture.with("score") { $0 % 2 == 0 ? "1,234.5" : "12.5" }
    let one = message { _ = try dotted.read() }
    #expect(one.contains("data.csv.thousands=,") && !one.contains("data.csv.decimal"))
  }

  @Test(arguments: [
    ("12%", "per cent"), ("12.5 %", "per cent"), ("$12", "money"), ("12 €", "money"),
    ("-£3.5", "money"), ("USD 1,200", "money"), ("(12.5)", "parentheses"), ("12 kg", "unit \"kg\""),
    ("180cm", "unit \"cm\""), ("٣٤", "another script"), ("１２", "another script"),
    ("'12", "apostrophe"), ("'12'", "apostrophe"),
    ("=\"12\"", "equals sign"), ("~12", "before it"), ("12*", "behind it"),
    ("12.5-", "the minus behind it"), ("1.5D+03", "Fortran"),
  ]) func signsAndUnitsAroundNumbersAreNamed(field: String, name: String) throws {
    let changed = fixture.with("score") { $0 % 4 == 0 ? "3" : field }
    let text = message { _ = try changed.read() }
    #expect(text.contains("line 3, column \"score\"") && text.contains(name), "\(text)")
    #expect(text.contains("45 of 60 values"))
    #expect(text.contains("data.csv.ignored=[score]") && text.contains("data.csv.text=[score]"))
    #expect(try changed.read(text: ["score"]).featureNames.contains("score"))
  }

  @Test func oneFieldOfManyIsFound() {
    let text = message { _ = try fixture.with("score") { $0 == 33 ? "1,5" : "\($0 % 9)" }.read() }
    #expect(text.contains("line 35, column \"score\"") && text.contains("1 of 60 values"))
    let mixed = message {
      _ = try fixture.with("score") { $0 == 33 ? "1,5" : "\($0 % 9).5" }.read()
    }
    #expect(mixed.contains("a decimal comma, unlike other numbers of the column"), "\(mixed)")
    let word = message {
      _ = try fixture.with("score") { $0 % 30 == 3 ? "unknown" : "\($0 % 9)" }.read()
    }
    #expect(word.contains("line 5, column \"score\": expected a number as in 58 other rows"))
    #expect(
      word.contains("\"unknown\" (2 times)")
        && word.contains("'data.csv.missingMarkers=[usual, \"unknown\"]'"))
    let number = message { _ = try fixture.with("town") { $0 == 9 ? "12" : "Rome" }.read() }
    #expect(number.contains("line 11, column \"town\": expected a word"))
  }

  @Test(arguments: [
    ["12A", "7B", "9C", "3D"], ["9th", "10th", "11th"], ["18-25", "26-35", "36+"],
    ["<=50K", ">50K"], ["A1", "B2"], ["10:30", "11:15"], ["2020-01-31", "2021-02-28"],
    ["north", "3 km", "south", "west"], ["1/2", "3/4"], ["v1.2.3", "v1.2.4"],
  ]) func wordsWithDigitsStayWords(_ words: [String]) throws {
    let table = try fixture.with("town") { words[$0 % words.count] }.read()
    #expect(Set(try table.column("town")).count == words.count)
  }

  @Test func spacesAroundAndLongMinusSignsAreRead() throws {
    let changed = fixture.with("score") { "\u{a0}\u{2212}\($0 % 9).5" }
    #expect(try changed.read().column("score")[3] == -3.5)
  }

  @Test func numbersThatFallTogetherInSinglePrecisionAreNoted() throws {
    let table = try fixture.with("score") { "\(1_600_000_000 + $0)" }.read()
    #expect(table.notes.contains { $0.hasPrefix("score: its 60 different numbers are") })
    #expect(try fixture.read().notes.allSatisfy { !$0.contains("precision") })
  }

  @Test func numbersThatMayMeanSomethingElseAreNoted() throws {
    let plain = try fixture.read().notes
    func note(_ field: (Int) -> String) throws -> [String] {
      try fixture.with("score", field).read().notes.filter { !plain.contains($0) }
    }
    let grouped = try note { $0 % 3 == 0 ? "\(100 + $0)" : "\(1 + $0 % 30).\(100 + $0)" }
    #expect(grouped.count == 1)
    #expect(grouped[0].contains("1.100") || grouped[0].contains("2.101 is read as 2.101"))
    #expect(grouped[0].contains("data.csv.thousands=. and data.csv.decimal=,"))
    #expect(try note { "0.\(100 + $0)" }.isEmpty)
    #expect(try note { "\($0).5" }.isEmpty)
    #expect(try note { $0 % 4 == 0 ? "0\(1000 + $0)" : "1\(1000 + $0)" }[0].contains("as codes do"))
    #expect(try note { $0 % 9 == 0 ? "-99" : "\($0 % 20)" }[0].contains("-99 stands in 7 rows"))
    #expect(try note { $0 % 9 == 0 ? "999" : "\($0 % 20)" }[0].contains("999 stands in 7 rows"))
    #expect(try note { $0 % 9 == 0 ? "-99" : "-\($0 % 20)" }.isEmpty)
  }
}
