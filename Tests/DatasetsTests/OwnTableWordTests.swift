import Datasets
import Foundation
import Testing

/// Words of the target, of the sensitive column and of inputs: two spellings, more than two words, missing markers.
struct OwnTableWordTests {
  private let fixture = OwnTableFixture()

  @Test(arguments: [
    ("<=50K", "<=50K."), ("yes", "Yes"), ("yes", "yes "), ("high school", "high-school"),
    ("high_school", "high school"), ("Married", "MARRIED"), ("1.", "1.0."), ("don't", "don’t"),
    ("college", "\"college\""),
    ("ﬁt", "fit"),
  ]) func oneLabelInTwoSpellingsStopsWithBothAndTheirCounts(usual: String, rare: String) throws {
    let changed = fixture.with("town") {
      $0 >= 40 && $0 % 2 == 0 ? rare : $0 % 3 == 0 ? "other" : usual
    }
    let text = message { _ = try changed.read(text: ["town"]) }
    let rareCount = (40..<60).count { $0 % 2 == 0 }
    let usualCount = (0..<60).count { !($0 >= 40 && $0 % 2 == 0) && $0 % 3 != 0 }
    #expect(
      text.contains("\"\(usual)\" (\(usualCount) rows) and \"\(rare)\" (\(rareCount) rows)"),
      "\(text)")
    #expect(text.contains("line 42, column \"town\""))
    #expect(text.contains("data.csv.spellings=merge"))
    let merged = try changed.read(text: ["town"], layout: .own { $0.spellings = .merge })
    #expect(Set(try merged.column("town")).count == 2)
    #expect(merged.notes.contains { $0.hasPrefix("town: taken as one word: ") })
    let separate = try changed.read(text: ["town"], layout: .own { $0.spellings = .separate })
    #expect(Set(try separate.column("town")).count == 3)
  }

  @Test func labelsOfAdultWithDotsInTheSecondPartStop() throws {
    let changed = fixture.with("hired") { ($0 % 3 == 0 ? ">50K" : "<=50K") + ($0 >= 40 ? "." : "") }
    let text = message { _ = try changed.read() }
    #expect(text.contains("\"<=50K\" (26 rows) and \"<=50K.\" (14 rows)"), "\(text)")
    #expect(text.contains("\">50K\" (14 rows) and \">50K.\" (6 rows)"))
    let table = try changed.read(layout: .own { $0.spellings = .merge })
    #expect(table.hasBinaryTarget && table.targetLabels == ["<=50K", ">50K"])
    #expect(table.y.scalars.count { $0 == 1 } == 20)
  }

  @Test(arguments: [["A", "A-", "A+"], ["x", "y"], ["B", "C"], ["Rome", "Roma"]])
  func gradesAndOtherWordsAreNotTakenForSpellings(_ words: [String]) throws {
    let table = try fixture.with("town") { words[$0 % words.count] }.read()
    #expect(Set(try table.column("town")).count == words.count)
  }

  @Test func composedAndDecomposedLettersAreOneWordWithANote() throws {
    let table = try fixture.with("town") {
      $0 % 3 == 0 ? "Jose\u{301}" : $0 % 3 == 1 ? "José" : "Ana"
    }
    .read()
    #expect(Set(try table.column("town")).count == 2)
    #expect(table.notes.contains { $0.contains("two forms of Unicode") })
  }

  @Test func threeWordsToPredictAreRefusedOrOneAgainstTheRest() throws {
    let changed = fixture.with("hired") { ["low", "mid", "high"][$0 % 3] }
    let text = message { _ = try changed.read() }
    #expect(text.contains("column \"hired\": expected numbers or two words to predict"))
    #expect(text.contains("3 words: \"high\" (20 rows), \"low\" (20 rows), \"mid\" (20 rows)"))
    #expect(text.contains("data.csv.positive"))
    let table = try changed.read(layout: .own { $0.positive = "mid" })
    #expect(table.y.scalars.enumerated().allSatisfy { ($1 == 1) == ($0 % 3 == 1) })
    #expect(table.targetLabels == ["not mid", "mid"])
    #expect(table.notes.contains("hired: \"mid\" is 1, the 2 other words −1: high, low"))
    let unknown = message { _ = try changed.read(layout: .own { $0.positive = "Mid" }) }
    #expect(unknown.contains("\"Mid\"") && unknown.contains("\"mid\" (20 rows)"))
  }

  @Test func oneWordAloneIsNamed() {
    for column in ["hired", "age"] {
      let text = message { _ = try fixture.with(column) { _ in "same" }.read() }
      #expect(text.contains("column \"\(column)\": expected at least two values"), "\(text)")
      #expect(text.contains("\"same\" everywhere"))
    }
  }

  @Test func thePositiveWordMayBeChosen() throws {
    let usual = try fixture.read()
    #expect(usual.targetLabels == ["no", "yes"])
    #expect(usual.notes.contains { $0.hasPrefix("hired: \"yes\" is 1, \"no\" −1") })
    let turned = try fixture.read(layout: .own { $0.positive = "no" })
    #expect(turned.targetLabels == ["yes", "no"])
    #expect(turned.y.scalars == usual.y.scalars.map { -$0 })
    let numbers = fixture.with("hired") { "\($0 % 2 + 1).0" }
    #expect(try numbers.read().y.scalars[1] == 1)
    #expect(try numbers.read(layout: .own { $0.positive = "1" }).y.scalars[1] == -1)
  }

  @Test func fewNumbersToPredictOrHideAreNoted() throws {
    let table = try fixture.with("hired") { "\($0 % 5)" }.with("age") { "\($0 % 4)" }.read()
    #expect(table.y.scalars[4] == 4)
    #expect(table.notes.contains { $0.hasPrefix("hired has 5 different numbers (0, 1, 2, 3, 4)") })
    #expect(table.notes.contains { $0.hasPrefix("age has 4 different numbers and is hidden") })
    let one = try fixture.with("hired") { "\($0 % 5)" }.read(layout: .own { $0.positive = "3" })
    #expect(one.hasBinaryTarget && one.y.scalars.count { $0 == 1 } == 12)
  }

  @Test(arguments: [
    "null", "NULL", "None", "n/a", "N/A", "#N/A", "NA", "NaN", "nan", "-", ".", "\\N", "?", "",
    "<NA>",
    "#DIV/0!", "--", "NaT",
  ]) func missingMarkersAreMissingInWordsAndInNumbers(_ marker: String) throws {
    for column in ["town", "score", "age", "hired"] {
      let whole = fixture.rows.indices.filter { $0 % 17 != 5 }
      let changed = fixture.with(column) { row in
        row % 17 == 5 ? marker : fixture.rows[row][fixture.columns.firstIndex(of: column)!]
      }
      let text = message { _ = try changed.read() }
      #expect(text.contains("line 7, column \"\(column)\": expected a value"), "\(text)")
      #expect(text.contains("\"\(marker)\"") && text.contains("data.csv.missing=drop-rows"))
      let table = try changed.read(missing: .dropRows)
      #expect(table.rowCount == whole.count)
      #expect(table.rowLines == whole.map { $0 + 2 })
      #expect(
        table.provenance.contains("\(60 - whole.count) rows with missing values dropped (\(column)")
      )
      let isWord = column == "town" || column == "hired"
      #expect(
        table.notes.contains { $0.hasPrefix("\(column): \"\(marker)\" in") }
          == (isWord && !marker.isEmpty))
    }
  }

  @Test func theListOfMarkersMayBeSet() throws {
    let changed = fixture.with("town") { ["None", "Rome", "nowhere"][$0 % 3] }
    let kept = try changed.read(
      missing: .dropRows, layout: .own { $0.missingMarkers = ["nowhere"] })
    #expect(try kept.rowCount == 40 && Set(kept.column("town")).count == 2)
    #expect(
      message { _ = try changed.read() }.contains(
        "list the markers without it in data.csv.missingMarkers"))
    let numbers = fixture.with("score") { $0 == 7 ? "-99" : "\($0 % 9)" }
    #expect(try numbers.read().column("score").min() == -99)
    #expect(
      try numbers.read(missing: .dropRows, layout: .own { $0.missingMarkers = ["-99"] }).rowCount
        == 59)
  }

  @Test func lostLettersAreNoted() throws {
    let table = try fixture.with("town") { $0 % 2 == 0 ? "Jos\u{fffd}" : "Ana" }.read()
    #expect(table.notes.contains { $0.hasPrefix("line 2 holds the replacement character") })
  }
}
