import Datasets
import Foundation
import TensorCore
import Testing

/// Tables of a user's own.
struct OwnTableTests {
  static let text = """
    id,age,town,score,hired
    1,30,Rome,0.5,yes
    2,41,Bern,1.5,no
    3,22,Rome,-2,no
    4,35,Oslo,3e1,yes

    """

  func read(
    _ text: String, target: String = "hired", sensitive: String = "age",
    ignoring: [String] = ["id"], textColumns: Set<String> = [], missing: MissingValues = .fail,
    constantColumns: ConstantColumns = .fail
  ) throws -> FairnessTable {
    try withTemporaryFolder { folder in
      try FairnessTable.read(
        csv: write(text, to: "own.csv", in: folder), target: target, sensitive: sensitive,
        ignoring: ignoring, textColumns: textColumns, missing: missing,
        constantColumns: constantColumns)
    }
  }

  @Test func textIsCodedAndTheSensitiveColumnComesLast() throws {
    let table = try read(Self.text)
    #expect(table.featureNames == ["town", "score", "age"])
    #expect(
      table.x == Tensor([[2, 0.5, 30], [0, 1.5, 41], [2, -2, 22], [1, 30, 35]] as [[Float]]))
    #expect(table.y.scalars == [1, -1, -1, 1])
    #expect(table.t.scalars == [30, 41, 22, 35])
    #expect(table.provenance.contains("town coded 0…2"))
    #expect(!table.isSynthetic)
  }

  @Test func wordsAndLinesStayWithTheirCodes() throws {
    let table = try read(
      Self.text.replacing("Bern", with: "?"), sensitive: "town", ignoring: ["id", "score"],
      missing: .dropRows)
    #expect(table.t.scalars == [1, 1, 0])
    #expect(table.sensitiveLabels == ["Oslo", "Rome"])
    #expect(table.targetLabels == ["no", "yes"])
    #expect(table.rowLines == [2, 4, 5])
    #expect(try read(Self.text).sensitiveLabels == nil)
  }

  @Test func anUnknownColumnGetsTheNearestName() {
    let text = message { _ = try read(Self.text, target: "hird") }
    #expect(
      text.contains("own.csv: expected a column \"hird\", found none; did you mean \"hired\"?"))
    let far = message { _ = try read(Self.text, target: "wages") }
    #expect(far.contains("the columns are id, age, town, score, hired"))
    #expect(message { _ = try read(Self.text, ignoring: ["ID2"]) }.contains("\"ID2\""))
  }

  @Test func oneColumnCannotBeBoth() {
    #expect(message { _ = try read(Self.text, target: "age") }.contains("two different columns"))
  }

  @Test func aConstantColumnIsAnErrorOrLeftOut() throws {
    let constant = Self.text.replacing("Bern", with: "Rome").replacing("Oslo", with: "Rome")
    #expect(message { _ = try read(constant) }.contains("own.csv: column \"town\""))
    let table = try read(constant, constantColumns: .drop)
    #expect(table.featureNames == ["score", "age"])
    #expect(table.provenance.contains("constant column town left out"))
    let target = Self.text.replacing("yes", with: "no")
    let text = message { _ = try read(target, constantColumns: .drop) }
    #expect(text.contains("column \"hired\": expected at least two values"))
  }

  @Test func missingValuesAreAnErrorOrDropped() throws {
    let holes = Self.text.replacing("Bern", with: "").replacing("0.5", with: "NA")
    let text = message { _ = try read(holes) }
    #expect(text.contains("line 3, column \"town\": expected a value"))
    let table = try read(holes, missing: .dropRows)
    #expect(table.rowCount == 2)
    #expect(table.provenance.contains("2 rows with missing values dropped"))
    let all = Self.text.replacing("e", with: "").replacing("Rom", with: "?")
    #expect(
      message {
        _ = try read(
          all.replacing("Oslo", with: "?"), target: "hird", sensitive: "ag", missing: .dropRows)
      }
      .contains("at least 2 complete rows"))
  }

  @Test(arguments: ["inf", "-Infinity", "1e999", "1e39"])
  func notFiniteNumbersNameTheirPlace(_ value: String) {
    let text = message { _ = try read(Self.text.replacing("1.5", with: value)) }
    #expect(text.contains("own.csv") && text.contains("column \"score\": expected a finite number"))
  }

  @Test func textAmongNumbersIsAnErrorUnlessDeclared() throws {
    let mixed = Self.text.replacing("1.5", with: "high")
    let text = message { _ = try read(mixed) }
    #expect(text.contains("line 3, column \"score\"") && text.contains("\"high\""))
    let first = message { _ = try read(Self.text.replacing("0.5", with: "low")) }
    #expect(first.contains("line 2, column \"score\"") && first.contains("\"low\""))
    let table = try read(mixed, textColumns: ["score"])
    #expect(try table.column("score").max() == 3)
  }

  @Test func raggedAndEmptyFilesAreErrors() {
    #expect(
      message { _ = try read(Self.text + "5,1,2\n") }.contains("line 6: expected 5 fields, found 3")
    )
    #expect(message { _ = try read("") }.contains("an empty file"))
    #expect(message { _ = try read("id,age,town,score,hired\n") }.contains("at least one row"))
    #expect(
      message {
        _ = try FairnessTable.read(csv: "/nowhere/own.csv", target: "a", sensitive: "b")
      }.contains("/nowhere/own.csv: cannot read"))
  }

  @Test func aWrittenTableReadsBack() throws {
    let table = try AdultTwin.table(rowCount: 50)
    try withTemporaryFolder { folder in
      try table.write(csv: folder + "/twin.csv")
      let back = try FairnessTable.read(
        csv: folder + "/twin.csv", target: "income >50K", sensitive: "age")
      #expect(back.x == table.x)
      #expect(back.y == table.y)
      #expect(back.featureNames == table.featureNames)
    }
  }
}
