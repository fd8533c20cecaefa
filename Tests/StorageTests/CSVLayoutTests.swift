import Foundation
import TensorCore
import Testing

@testable import Storage

/// Separators told by the contents, rows that do not fit, numbers as they are written elsewhere.
@Suite struct CSVLayoutTests {
  private func separator(_ text: String, names: [String] = ["age", "hired"]) throws -> Character {
    try CSVSeparator.detect(
      in: Array(text.utf8), names: names, path: "t.csv", optionPrefix: "data.csv."
    ).separator
  }

  @Test(arguments: [",", ";", "\t", "|"] as [Character])
  func theSeparatorIsToldByTheContents(mark: Character) throws {
    let lines = ["age,score,hired", "30,1,yes", "41,2,no"]
    let text = lines.joined(separator: "\n").replacing(",", with: String(mark))
    #expect(try separator(text) == mark)
    // Decimal commas and commas in words do not count.
    let busy = "age;\"a,b\";hired\n3,5;\"x,y\";yes\n4,5;\"z,w\";no\n"
    #expect(try separator(busy) == ";")
    // One name is wrong: the lines still tell.
    #expect(try separator(text, names: ["age", "hird"]) == mark)
  }

  @Test func aFirstLineMayNameTheSeparator() throws {
    let found = try CSVSeparator.detect(
      in: Array("sep=;\r\nage;hired\n1;2\n".utf8), names: [], path: "t.csv")
    #expect(found.separator == ";" && found.skippedLines == 1)
  }

  @Test func twoSeparatorsThatDoEquallyWellAreNamed() throws {
    let text = "a;b,c;d\n1;2,3;4\n5;6,7;8\n"
    let error = storageError { _ = try separator(text, names: ["x"]) }
    #expect(error?.found == "commas (2 columns) and semicolons (3 columns)")
    #expect(error?.advice == "set data.csv.separator to the right one")
    // A column's name settles it.
    #expect(try separator(text, names: ["a", "d"]) == ";")
  }

  @Test func aSeparatorAtTheEndOfEachLineIsPassedOver() throws {
    let rows = try CSVTable.parse(Array("a,b\n1,2,\n3,4,\n".utf8), path: "t.csv")
    #expect(rows.columns == ["a", "b"])
    #expect(try rows.doubles("a") == [1, 3] && rows.doubles("b") == [2, 4])
    #expect(rows.notes == ["a separator ends each line but the header: passed over"])
    let header = try CSVTable.parse(Array("a,b,\n1,2\n3,4\n".utf8), path: "t.csv")
    #expect(header.columns == ["a", "b"] && header.notes.count == 1)
    #expect(try header.doubles("b") == [2, 4])
    let both = try CSVTable.parse(Array("a,b,\n1,2,\n3,4,\n".utf8), path: "t.csv")
    #expect(both.columns == ["a", "b", ""])
  }

  @Test func rowNamesWithoutAHeaderAreNamed() {
    let error = storageError {
      _ = try CSVTable.parse(Array("a,b\nr1,1,2\nr2,3,4\n".utf8), path: "t.csv")
    }
    #expect(error?.expected.contains("2 fields") == true && error?.found == "3, as in every row")
    #expect(error?.advice.contains("col.names=NA") == true)
  }

  @Test func linesThatDoNotFitSayWhatMayBeTheMatter() {
    let comma = storageError {
      _ = try CSVTable.parse(Array("a,b\n1,5,2,5\n1,2\n".utf8), path: "t.csv")
    }
    #expect(comma?.location == "line 2")
    #expect(comma?.advice.contains("1 of 2 rows") == true)
    #expect(comma?.advice.contains("decimal commas") == true)
    let title = storageError {
      _ = try CSVTable.parse(Array("A report\na,b\n1,2\n".utf8), path: "t.csv")
    }
    #expect(title?.advice.contains("column names first") == true)
  }

  @Test(arguments: [
    ("40,01", NumberNotation(decimal: ","), 40.01), ("-,5", NumberNotation(decimal: ","), -0.5),
    ("1,5e3", NumberNotation(decimal: ","), 1500),
    ("1,234", NumberNotation(grouping: .comma), 1234),
    ("-1,234,567.5", NumberNotation(grouping: .comma), -1_234_567.5),
    ("12,34,567", NumberNotation(grouping: .comma), 1_234_567),
    ("1.234,5", NumberNotation(decimal: ",", grouping: .dot), 1234.5),
    ("1\u{a0}234", NumberNotation(grouping: .space), 1234),
    ("1\u{202f}234\u{2009}567", NumberNotation(grouping: .space), 1_234_567),
    ("1'234", NumberNotation(grouping: .apostrophe), 1234),
    ("1’234.5", NumberNotation(grouping: .apostrophe), 1234.5),
    ("1_234", NumberNotation(grouping: .underscore), 1234),
    ("\u{a0}12\u{a0}", NumberNotation(), 12), ("\u{2212}3.5", NumberNotation(), -3.5),
    ("999", NumberNotation(grouping: .comma), 999),
    ("1e-5", NumberNotation(grouping: .comma), 1e-5),
  ]) func numbersAreReadInTheirNotation(text: String, notation: NumberNotation, value: Double) {
    #expect(notation.value(text) == value)
  }

  @Test(arguments: [
    ("1.5", NumberNotation(decimal: ",")), ("1,5", NumberNotation()),
    ("1,23", NumberNotation(grouping: .comma)), ("1,2345", NumberNotation(grouping: .comma)),
    (",123", NumberNotation(grouping: .comma)), ("1234,567", NumberNotation(grouping: .comma)),
    ("1 23", NumberNotation(grouping: .space)), ("12 kg", NumberNotation(grouping: .space)),
    ("1,5,5", NumberNotation(decimal: ",")), ("", NumberNotation()), ("１２", NumberNotation()),
    ("a\0b", NumberNotation()), ("1.000,5", NumberNotation(decimal: ",")),
  ]) func whatIsNotInTheNotationIsNoNumber(text: String, notation: NumberNotation) {
    #expect(notation.value(text) == nil)
  }

  /// Any table written with any separator, notation and encoding reads back to its words and numbers.
  @Test func randomTablesReadBackInEverySpelling() throws {
    var random = Philox(seed: 11)
    func pick<T>(_ values: [T]) -> T { values[Int(random.next() % UInt64(values.count))] }
    let words = [
      "José", "a b", "x,y", "p;q", "t\tu", "say \"hi\"", "line\nend", "1|2", "naïve", "ß", "plain",
    ]
    for round in 0..<300 {
      let mark = pick(CSVSeparator.candidates)
      let decimal: Character = pick([".", ","])
      let encoding = pick([TextEncoding.utf8, .latin1, .windows1252, .utf16])
      let grouping = pick(
        [NumberNotation.Grouping.none, .space, .apostrophe, decimal == "." ? .comma : .dot])
      let numbers = (0..<12).map { _ in Double(Int(random.next() % 20_000_000) - 10_000_000) / 100 }
      let texts = (0..<12).map { _ in pick(words) }
      let rows = zip(numbers, texts).map { number, text in
        [Self.spelled(number, decimal, grouping), text]
      }
      let text = try CSVWriter.encode(columns: ["n", "w"], rows: rows, separator: mark)
      let foundation: [TextEncoding: String.Encoding] = [
        .utf8: .utf8, .latin1: .isoLatin1, .windows1252: .windowsCP1252, .utf16: .utf16,
      ]
      var bytes = Array(try #require(text.data(using: foundation[encoding]!)))
      if round % 3 == 0 { bytes = Gzip.deflate(bytes) }
      let file = try TextFile.decode(bytes, path: "t.csv", encoding: encoding)
      var options = CSVOptions()
      options.separator = try CSVSeparator.detect(in: file.bytes, names: ["n", "w"], path: "t.csv")
        .separator
      options.numbers = NumberNotation(decimal: decimal, grouping: grouping)
      let table = try CSVTable.parse(file.bytes, path: "t.csv", options: options)
      #expect(options.separator == mark)
      #expect(try table.strings("w") == texts)
      #expect(try table.doubles("n") == numbers)
    }
  }

  private static func spelled(
    _ number: Double, _ decimal: Character, _ grouping: NumberNotation.Grouping
  ) -> String {
    let cents = Int((abs(number) * 100).rounded())
    var whole = String(cents / 100)
    if grouping != .none {
      var place = whole.count - 3
      while place > 0 {
        whole.insert(
          contentsOf: grouping.rawValue, at: whole.index(whole.startIndex, offsetBy: place))
        place -= 3
      }
    }
    let part = cents % 100
    return (number < 0 ? "-" : "") + whole + String(decimal) + (part < 10 ? "0" : "") + String(part)
  }

  @Test func anyBytesGiveATableOrAnError() {
    var random = Philox(seed: 3)
    let seed = Array("age;né,\"q \"\"r\"\"\"\r\n1,5;x,y\n\n2;\t|,\n".utf8)
    for _ in 0..<4000 {
      var bytes = seed
      for _ in 0..<Int(1 + random.next() % 6) {
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 3 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: place)
        default: bytes.insert(contentsOf: bytes[place...].prefix(3), at: place)
        }
      }
      do throws(StorageError) {
        let file = try TextFile.decode(bytes, path: "t.csv")
        let found = try CSVSeparator.detect(in: file.bytes, names: ["age"], path: "t.csv")
        var options = CSVOptions(skippedLines: found.skippedLines)
        options.separator = found.separator
        let table = try CSVTable.parse(file.bytes, path: "t.csv", options: options)
        for row in 0..<table.rowCount { _ = table.text(row: row, column: 0) }
      } catch { #expect(!error.description.isEmpty) }
    }
  }
}
