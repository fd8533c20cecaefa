import Foundation
import Settings
import Testing
import Trials

private struct Group: Codable, Hashable, Sendable {
  @Setting("units", 1...8, quick: 2) var units = 4
  @Setting("share", .between(0, 1)) var share = 0.5
  @Setting("names", .eachOnce) var names = ["a"]
}

private struct Part: Codable, Hashable, Sendable {
  @Setting("at first", .ofGroup) var first = 1.0
  @Setting("steps", 0...) var steps = 3
}

private struct Configuration: ExperimentConfiguration {
  @Setting("the experiment") var experiment = "x"
  @Setting("the seed", 0...) var seed = 0
  @Setting(.threads) var threads = 1
  var group = Group()
  @Setting("rate", .positive, isWithoutEffect: true) var rate = Part()
  init() {
    group.$units.meaning = "units of this experiment"
    group.$units.quick = 3
  }
}

@Suite struct SettingTests {
  @Test func aSettingIsItsValueToCodersAndComparisons() throws {
    var group = Group()
    group.units = 7
    let data = try JSONEncoder().encode(group)
    let tree = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    #expect(tree?["units"] as? Int == 7 && tree?["names"] as? [String] == ["a"])
    let again = try JSONDecoder().decode(Group.self, from: data)
    #expect(again == group && again.hashValue == group.hashValue && again != Group())
    #expect(again.$units.meaning.isEmpty && group.$units.meaning == "units")
  }

  @Test func theTemplateReadsTheDeclaration() throws {
    let settings = try ConfigTemplate(Configuration.self).settings
    #expect(
      settings.map(\.key) == [
        "experiment", "seed", "threads", "group.units", "group.share", "group.names",
        "rate.first", "rate.steps",
      ])
    func setting(_ key: String) throws -> ConfigSetting {
      try #require(settings.first { $0.key == key })
    }
    let units = try setting("group.units")
    #expect(units.documentation == "units of this experiment, 1 to 8" && units.quick == .integer(3))
    #expect(
      try setting("threads").documentation == "threads of the run, 1 to 1024; changes no result")
    // Members of a group that is a setting itself: its meaning before theirs, its range where they ask for it, its flags.
    let first = try setting("rate.first")
    #expect(first.documentation == "rate: at first, positive; changes no result")
    #expect(try setting("rate.steps").range == .atLeast(0) && first.isWithoutEffect)
    #expect(try ConfigTemplate(Configuration.self).quickArguments == ["group.units=3"])
  }

  @Test func aProgramsConfigurationIsCheckedToo() throws {
    var configuration = Configuration()
    try configuration.check()
    configuration.rate.first = 0
    #expect {
      try configuration.check()
    } throws: {
      "\($0)" == "program: `rate.first`: expected a positive number, found 0.0"
    }
  }

  /// Of each kind of range one value on each side of each end.
  @Test func rangesHoldWhatTheySay() {
    func holds(_ range: SettingRange, _ values: Any...) -> [Bool] { values.map(range.holds) }
    #expect(holds(.atLeast(2), 1, 2, 1.9, Double.infinity) == [false, true, false, false])
    #expect(holds(.within(2...4), 1, 2, 4, 5) == [false, true, true, false])
    #expect(
      holds(.within(0.5...1), 0.4, 0.5, 1, 1.1, Double.nan) == [false, true, true, false, false])
    #expect(holds(.positive, 0, 1e-9, -1, Double.infinity) == [false, true, false, false])
    #expect(holds(.between(0, 1), 0, 0.1, 1) == [false, true, false])
    #expect(holds(.among([1, 3]), 1, 2, 3) == [true, false, true])
    #expect(holds(.zeroOr(.atLeast(4)), 0, 3, 4) == [true, false, true])
    #expect(holds(.each(1...3), [Int](), [1, 3], [0], [1, 1]) == [false, true, false, true])
    #expect(holds(.each(1...3, once: true), [1, 1], [1, 2]) == [false, true])
    #expect(holds(.eachOnce, ["a", "a"], ["a", "b"]) == [false, true])
    #expect(holds(.notEmpty, "", "a", [Int](), [1]) == [false, true, false, true])
    #expect(holds(.length(least: 0, most: 2), "abc", "ab", [1, 2, 3]) == [false, true, false])
  }

  @Test func rangesAreSaidInMessagesAndListings() {
    let ranges: [SettingRange] = [
      .atLeast(2), .within(0.5...1), .positive, .between(0, .pi / 4), .among([1, 2, 4]),
      .zeroOr(.atLeast(4)), .each(1...3, once: true), .length(least: 0, most: 9), .notEmpty,
    ]
    #expect(
      ranges.map { $0.expectation() } == [
        "at least 2", "a number from 0.5 to 1", "a positive number",
        "a number between 0 and 0.785", "1, 2 or 4", "0, or at least 4",
        "one or more numbers from 1 to 3, each number once",
        "at most 9 long (characters or elements)", "one that is not empty",
      ])
    #expect(
      ranges.map(\.text) == [
        "at least 2", "0.5 to 1", "positive", "between 0 and 0.785", "1, 2 or 4", "at least 4",
        "each 1 to 3 once", "at most 9 long", "not empty",
      ])
    #expect(
      SettingRange.eachOnce.expectation(among: ["a", "b"]) == "at least one of a, b, each once")
  }

  @Test func theFirstSettingOutsideIsFoundInAGroup() throws {
    #expect(SettingProblem(in: Group(), declaredBy: Group())?.name == nil)
    var group = try JSONDecoder().decode(Group.self, from: JSONEncoder().encode(Group()))
    group.share = 1
    let problem = try #require(SettingProblem(in: group, declaredBy: Group()))
    #expect(problem.name == "share" && problem.found == "1.0")
    #expect(problem.expected == "a number between 0 and 1")
  }
}
