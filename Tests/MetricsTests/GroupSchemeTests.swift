import Metrics
import TensorCore
import Testing

/// Groups by the words and in the units of the attribute.
struct GroupSchemeTests {
  private func counts(_ division: GroupScheme.Division) throws -> [String: Int] {
    let groups = try #require(division.groups)
    return groups.assignment.reduce(into: [:]) { $0[groups.names[$1], default: 0] += 1 }
  }

  @Test func everyWordIsAGroupHoweverManyThereAre() throws {
    let words = (0..<8).map { "\(Character(Unicode.Scalar(65 + $0)!))\($0)" }
    let rows = (0..<120).map { Double($0 % 8) }
    let division = try GroupScheme(attribute: "group", values: rows, words: words)
      .division(of: rows, leastCount: 5)
    #expect(division.groups?.names == words)
    #expect(try counts(division).values.allSatisfy { $0 == 15 })
    #expect(division.compared == Array(0..<8) && division.notes.isEmpty)
    #expect(division.name(3) == "D3")
  }

  @Test func smallGroupsStandTogetherAndAreNamed() throws {
    let values: [Double] =
      Array(repeating: 0, count: 30) + Array(repeating: 1, count: 20) + [2, 2, 2, 2, 3, 3, 4]
    let scheme = try GroupScheme(
      attribute: "job", values: values + [5],
      words: ["cook", "smith", "dyer", "tailor", "monk", "earl"])
    let division = scheme.division(of: values, leastCount: 5)
    #expect(try counts(division) == ["cook": 30, "smith": 20, "other": 7])
    #expect(
      division.notes == [
        "groups of job: 3 values with fewer than 5 of the 57 test rows each (dyer, tailor, monk) stand together as \"other\", 7 rows"
      ])
    #expect(division.compared == [0, 1, 2])
    #expect(division.name(4) == "other" && division.name(5) == "other")
    #expect(
      try counts(scheme.division(of: values, leastCount: 1)) == [
        "cook": 30, "smith": 20, "dyer": 4, "tailor": 2, "monk": 1,
      ])
  }

  @Test func anOtherThatIsSmallIsLeftOutOfDifferences() throws {
    let values: [Double] = Array(repeating: 0, count: 9) + Array(repeating: 1, count: 8) + [2]
    let division = try GroupScheme(
      attribute: "town", values: values, words: ["other", "Rome", "Bern"]
    )
    .division(of: values, leastCount: 5)
    #expect(division.groups?.names == ["other", "Rome", "all other"])
    #expect(division.compared == [0, 1])
    #expect(division.notes.last?.contains("\"all other\" has 1 test row, fewer than 5") == true)
    let kept = try #require(division.groups).keeping(division.compared)
    #expect(kept.groups.names == ["other", "Rome"] && kept.rows == Array(0..<17))
  }

  /// 60 % of the rows at the cap: the median leaves no row above it.
  @Test func aCapIsCutBelowItself() throws {
    let below = (0..<40).map { Double($0) }
    let values = below + Array(repeating: 50, count: 60)
    let division = try GroupScheme(attribute: "score", values: values)
      .division(of: values, leastCount: 5)
    #expect(try counts(division) == ["score up to 39": 40, "score above 39": 60])
    #expect(division.notes.count == 1 && division.notes[0].contains("the median, 50"))
    #expect(division.name(50) == "score above 39" && division.name(39) == "score up to 39")
  }

  @Test func aFloorUnderHalfOfTheRowsIsCutAtIt() throws {
    let values = Array(repeating: 0.0, count: 60) + (1...40).map { Double($0) }
    let division = try GroupScheme(attribute: "gain", values: values)
      .division(of: values, leastCount: 5)
    #expect(try counts(division) == ["gain up to 0": 60, "gain above 0": 40])
    #expect(division.notes.isEmpty)
  }

  @Test func withoutTiesTheCutIsTheMedian() throws {
    let values = (0..<101).map { Double(Float($0) * 0.1 + 20) }
    let division = try GroupScheme(attribute: "age", values: values)
      .division(of: values, leastCount: 5)
    #expect(division.groups?.names == ["age up to 25", "age above 25"])
    let groups = try #require(division.groups)
    #expect(groups.assignment == values.map { $0 > 25 ? 1 : 0 })
  }

  @Test func fewNumbersAreGroupsOfTheirOwn() throws {
    let values = (0..<60).map { Double($0 % 2) }
    let division = try GroupScheme(attribute: "sex", values: values)
      .division(of: values, leastCount: 5)
    #expect(division.groups?.names == ["sex = 0", "sex = 1"])
  }

  @Test func wherePartsAreTooSmallTheCutMovesAndWhereThereIsNoneTheReasonIsGiven() throws {
    let all = (0..<100).map { Double($0) }
    let scheme = try GroupScheme(attribute: "age", values: all)
    // Of these rows two are up to the median of all, 50.
    let moved = scheme.division(of: [1, 2] + (60..<78).map { Double($0) }, leastCount: 5)
    #expect(moved.groups?.names.count == 2)
    #expect(try counts(moved).values.allSatisfy { $0 >= 5 })
    // One row beside equal ones is a group too, if a small one.
    let single = scheme.division(of: [7] + Array(repeating: 70, count: 19), leastCount: 5)
    #expect(try counts(single).values.sorted() == [1, 19])
    #expect(single.notes.contains { $0.contains("has 1 test row") })
    let none = scheme.division(of: Array(repeating: 7, count: 20), leastCount: 5)
    #expect(none.groups == nil && none.name(7) == nil)
    #expect(
      none.notes == [
        "rates by group of age are left out: of the 20 test rows, all have age = 7"
      ])
  }

  @Test func namesThatNobodySharesMakeNoGroups() throws {
    let values = (0..<40).map { Double($0) }
    let division = try GroupScheme(
      attribute: "name", values: values, words: (0..<40).map { "name \($0)" }
    ).division(of: values, leastCount: 5)
    #expect(division.groups == nil)
    #expect(division.notes.first?.contains("no value of it has 5 of them") == true)
  }

  @Test func numbersThatAreNoneAreErrors() {
    #expect(throws: MetricsError.self) { try GroupScheme(attribute: "t", values: []) }
    #expect(throws: MetricsError.self) { try GroupScheme(attribute: "t", values: [1, .nan]) }
  }
}
