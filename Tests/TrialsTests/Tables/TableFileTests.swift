import Foundation
import Testing

@testable import Trials

/// Tables that a file describes: what they run, what they print, and what is wrong with a file.
@Suite struct TableFileTests {
  private static let text = """
    summary: two walks
    seeds: 2
    footnotes: [of walks alone]
    source: "the paper's is a guess"
    columns:
      - {title: end, metric: x, expected: [-9, 9]}
      - {metric: y}
    rows:
      - {label: short, config: walk.yaml, paper: {end: 0.5}, note: four steps}
      - label: long
        config: walk.yaml
        set: {stepCount: 12, optimizer: {momentum: 0.5}, hidden: [3, 4]}
        expected: {x: [8, 9]}
        seeds: 3
      - {label: other, columns: [y], paper: {y: 7}, note: not built here}
    """

  private func filled(
    _ text: String = text, quick: Bool = false, in folder: String, onlyDone: Bool = false,
    seeds: Int? = nil, rows: String? = nil
  ) throws -> TableResult {
    let config = "experiment: walk\nseed: 5\nstepCount: 6\n"
    try Data(config.utf8).write(to: URL(fileURLWithPath: folder + "/walk.yaml"))
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/own.yaml"))
    return try TableCatalog.standard.table(folder + "/own.yaml").fill(
      TableContext(
        quick: quick, registry: walks, options: RunOptions(runsFolder: folder + "/runs"),
        seeds: seeds, onlyDone: onlyDone, rows: rows))
  }

  @Test func fillsATableOfOnesOwn() throws {
    try withTemporaryFolder { folder in
      let result = try filled(in: folder)
      #expect(result.table == "own" && result.footnotes == ["of walks alone"])
      #expect(
        result.rows.map { "\($0.row) \($0.column) \($0.seeds)" }
          == ["short end 2", "short y 2", "long end 3", "long y 3", "other y 0"])
      let (short, long) = (result.rows[0], result.rows[2])
      #expect(short.paper == 0.5 && short.verdict == .within)
      #expect(short.note == "four steps; the paper's is a guess")
      #expect(result.rows[1].note == "four steps")
      #expect(long.verdict == .below && long.expected?.low == 8 && long.note.isEmpty)
      #expect(result.rows[4].paper == 7)
      #expect(result.rows[4].note == "not built here; the paper's is a guess")
      #expect(try RunFolder.all(in: folder + "/runs").count == 5)
      // The seeds are those from 0, whatever the config's.
      #expect(
        try RunFolder.all(in: folder + "/runs").map { try $0.record().seed }.sorted()
          == [0, 0, 1, 1, 2])
      let sheet = try result.printed(as: .text)
      #expect(sheet.contains("of walks alone") && sheet.contains("(0.5)"))
      #expect(result.json["footnotes"] != nil)
      // From the runs that are done the same cells come.
      #expect(try filled(in: folder, onlyDone: true).json == result.json)
    }
  }

  @Test func aMetricThatNoRunHasIsSaid() throws {
    try withTemporaryFolder { folder in
      let text = """
        columns: [{metric: x}, {title: end, metric: xx, note: of the walk}]
        rows: [{label: short, config: walk.yaml}]
        """
      let result = try filled(text, in: folder)
      #expect(result.rows[0].seeds == 1 && result.rows[0].note.isEmpty)
      #expect(result.rows[1].seeds == 0)
      #expect(
        result.rows[1].note == "no run has a number `xx`, did you mean `x`?; of the walk")
    }
  }

  @Test func optionsAct() throws {
    try withTemporaryFolder { folder in
      let quick = try filled(quick: true, in: folder, rows: "LONG")
      #expect(quick.rows.map(\.row) == ["long", "long"] && quick.rows[0].seeds == 1)
      #expect(quick.rows[0].expected == nil)
      // The steps of the quick form stand over the row's.
      #expect(try RunFolder.all(in: folder + "/runs").map { try $0.record().stepCount } == [4])
      #expect(try filled(in: folder, seeds: 4, rows: "long").rows[0].seeds == 4)
      #expect { try filled(in: folder, rows: "none") } throws: {
        "\($0)" == "no row of own has `none` in its name; the rows are short; long; other"
      }
    }
  }

  /// Blocks share rows; the quick form may have names, notes, settings and ranges of its own.
  @Test func blocksLayTheirSettingsOver() throws {
    try withTemporaryFolder { folder in
      let text = """
        table: blocks
        config: walk.yaml
        columns: {metric: x, expected: [100, 200], optional: true}
        rows:
          - {label: a, paper: {x: 1}, quick: {label: A, set: {stepCount: 3}, expected: true}}
          - {label: b}
        blocks:
          - {label: near, note: in full, quick: {note: in brief}}
          - {label: far, set: {optimizer.momentum: 0.1}, without: [b], compared: false}
        """
      let full = try filled(text, in: folder)
      #expect(full.rows.map(\.row) == ["a, near", "b, near", "a, far"])
      #expect(full.rows.map(\.paper) == [1, nil, nil])
      #expect(full.rows.map(\.verdict) == [.below, .below, .none])
      #expect(full.rows[0].ours != full.rows[2].ours && full.rows[0].ours == full.rows[1].ours)
      let quick = try filled(text, quick: true, in: folder)
      #expect(quick.rows.map(\.row) == ["A, near", "b, near", "A, far"])
      #expect(quick.rows.map(\.note) == ["in brief", "in brief", ""])
      #expect(quick.rows.map(\.verdict) == [.below, .none, .none])
      #expect(
        try Set(RunFolder.all(in: folder + "/runs").map { try $0.record().stepCount }) == [3, 4, 6])
    }
  }

  /// A config that came with the program needs no file; what reads data takes the first that is there.
  @Test func takesDataThatAreThere() throws {
    try withTemporaryFolder { folder in
      let text = """
        columns: {metric: utility.coded}
        rows: {label: row, config: fairness/adult-slice.yaml}
        blocks:
          data:
            - {set: {data.source: adult}, note: the files}
            - {set: {data.source: adult-twin}, note: GENERATED}
        """
      let file = try TableFile(text: text, path: "t.yaml", files: ExperimentFiles(folder: folder))
      func context(_ data: String) -> TableContext {
        TableContext(
          quick: true,
          options: RunOptions(
            runsFolder: folder + "/runs", environment: RunEnvironment(dataDirectories: [data])),
          onlyDone: true)
      }
      #expect(try file.fill(context(folder)).rows[0].note == "0 of 1 seeds done; GENERATED")
      try FileManager.default.createDirectory(
        atPath: folder + "/adult", withIntermediateDirectories: true)
      for name in ["adult.data", "adult.test"] {
        try Data().write(to: URL(fileURLWithPath: "\(folder)/adult/\(name)"))
      }
      let there = try file.configurations(context(folder))
      #expect(there.map { $0["data.source"] } == [.string("adult")])
    }
  }

  @Test(arguments: [
    ("rows: []", "t.yaml:2:7: `rows`: expected a list of at least one, found an empty one"),
    ("", "t.yaml: `rows`: expected at least one row, of the table or of each block, found none"),
    ("row: {label: a}", "t.yaml:2:1: unknown key `row`; did you mean `rows`?"),
    ("rows: {lable: a}", "t.yaml:2:8: unknown key `rows[0].lable`; did you mean `rows[0].label`?"),
    ("rows: {config: a}", "t.yaml:2:8: `rows[0].label`: expected the name of the row, found none"),
    (
      "rows: {label: a, paper: {y: 1}}",
      "t.yaml:2:8: unknown key `y`; did you mean `x`?"
    ),
    (
      "rows: {label: a, expected: {x: [2, 1]}}",
      "t.yaml:2:32: `rows[0].expected.x`: expected two numbers [low, high], the smaller one first, found [2.0, 1.0]"
    ),
    (
      "rows: {label: a, paper: {x: high}}",
      "t.yaml:2:29: `rows[0].paper.x`: expected a number, found `high`"
    ),
    ("rows: {label: a, seeds: 0}", "t.yaml:2:25: `rows[0].seeds`: expected a whole number from 1"),
    (
      "rows: {label: a}\nblocks: {without: [b]}",
      "t.yaml:3:10: unknown key `b`; did you mean `a`?"
    ),
    (
      "rows: {label: a, config: b.yaml, experiment: c}",
      "t.yaml:2:46: `rows[0].experiment`: expected a config or an experiment, found both"
    ),
  ]) func namesWhatIsWrong(text: String, message: String) {
    #expect {
      try TableFile(
        text: "columns: {title: x, metric: id}\n" + text, path: "t.yaml",
        files: ExperimentFiles(folder: nil))
    } throws: {
      let isSame = "\($0)".hasPrefix(message)
      if !isSame { print("\($0)") }
      return isSame
    }
  }

  @Test(arguments: [
    ("set: {stepCuont: 3}", ":2:24: unknown key `stepCuont`; did you mean `stepCount`?"),
    ("set: {stepCount: many}", ":2:35: `stepCount`: expected a whole number, found `many`"),
    ("set: {stepCount: [3, 4]}", ":2:35: `stepCount`: expected a whole number, found a list"),
    ("set: {seed: 3}", ":2:30: `seed`: expected `seeds: COUNT` beside `set`"),
    ("config: wlak.yaml", "`config`: expected a config beside the table, or one that came with"),
    ("experiment: wolk", "no experiment is called `wolk`; did you mean `walk`?"),
  ]) func namesWhatIsWrongWithARow(line: String, message: String) throws {
    try withTemporaryFolder { folder in
      let base = line.hasPrefix("set") ? ", config: walk.yaml" : ""
      let text = "columns: {metric: x}\nrows: {label: a, \(line)\(base)}"
      #expect { try filled(text, in: folder) } throws: {
        let isSame = "\($0)".contains(message)
        if !isSame { print("\($0)") }
        return isSame
      }
    }
  }

  @Test func aRowIsOneConfiguration() throws {
    try withTemporaryFolder { folder in
      let sweep = "experiment: walk\nsweep: {stepCount: [2, 3]}\n"
      try Data(sweep.utf8).write(to: URL(fileURLWithPath: folder + "/sweep.yaml"))
      let text = "columns: {metric: x}\nrows: {label: a, config: sweep.yaml}"
      #expect { try filled(text, in: folder) } throws: {
        "\($0)".contains("`stepCount`: expected one value: a row of a table is one configuration")
      }
    }
  }

  @Test func filesThatAreNotThere() {
    #expect { try TableCatalog.standard.table("none.yaml") } throws: {
      "\($0)".contains("none.yaml: expected a readable YAML file, found: no such file")
    }
    #expect { try TableCatalog.standard.table("fairness-adlut") } throws: {
      "\($0)" == "no table is called `fairness-adlut`; did you mean `fairness-adult`?"
    }
  }
}
