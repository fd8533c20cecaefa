import Datasets
import Foundation
import Storage
import TensorCore
import Testing

/// Whatever stands in a file and in the options, reading ends in a table or in a message.
struct OwnTableFuzzTests {
  private static let fragments = [
    "1,5", "1.234", "12 %", "", "NA", "-", "yes.", "\"", "\"\"", "\u{a0}", "é", "e\u{301}", ",",
    ";", "\n",
    "\r", "\t", "1e999", "nan", "0x1", "age", "\u{fffd}", "٣", "1e", "-1", "999", "=\"1\"", "(1)",
    "1'000",
  ]

  @Test(arguments: 0..<4) func anyTableGivesNumbersOrAMessage(round: Int) throws {
    var random = Philox(seed: UInt64(round)).stream("own tables")
    func pick<T>(_ values: [T]) -> T { values[Int(random.next() % UInt64(values.count))] }
    var (tables, errors) = (0, 0)
    for _ in 0..<250 {
      var fixture = OwnTableFixture()
      fixture.rows = Array(fixture.rows.prefix(Int(random.next() % 58) + 3))
      for _ in 0..<Int(random.next() % 4) {
        let (row, column) = (
          Int(random.next() % UInt64(fixture.rows.count)), Int(random.next() % 4)
        )
        if random.next() % 3 == 0 {
          let field = pick(Self.fragments)
          for place in fixture.rows.indices { fixture.rows[place][column] = field }
        } else {
          fixture.rows[row][column] = pick(Self.fragments)
        }
      }
      var bytes = Array(fixture.text(separator: pick([",", ";", "\t"])).utf8)
      for _ in 0..<Int(random.next() % 3) {
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 3 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.removeSubrange(place..<min(place + 9, bytes.count - 1))
        default: bytes.insert(contentsOf: Array(pick(Self.fragments).utf8), at: place)
        }
      }
      let isUsual = random.next() % 2 == 0
      let layout =
        isUsual
        ? OwnTableFixture.layout
        : FairnessTable.Layout(
          separator: pick([nil, nil, ",", ";", " "]),
          numbers: NumberNotation(
            decimal: pick([".", ","]), grouping: pick(NumberNotation.Grouping.allCases)),
          encoding: pick([.auto, .auto] + TextEncoding.allCases),
          missingMarkers: pick([FairnessTable.usualMissingMarkers, [], ["-1", "yes"]]),
          positive: pick([nil, nil, "yes", "1", ""]), spellings: pick(Spellings.allCases),
          optionPrefix: "data.csv.")
      do {
        let table = try OwnTableFixture.read(
          bytes, text: pick([[], ["town"], ["age", "score"]]),
          missing: pick(MissingValues.allCases),
          layout: layout)
        tables += 1
        #expect(table.x.isFinite && table.y.isFinite)
        #expect(table.rowLines?.count == table.rowCount)
        if let labels = table.sensitiveLabels {
          #expect(table.t.scalars.allSatisfy { $0 >= 0 && Int($0) < labels.count })
        }
        if table.targetLabels != nil { #expect(table.hasBinaryTarget) }
      } catch let error as DatasetError {
        errors += 1
        #expect(error.description.contains("own.csv") && error.description.contains("expected"))
      }
    }
    #expect(tables > 20 && errors > 20)
  }
}
