import Foundation
import Settings
import Testing
import Trials

@Suite struct ConfigLoaderTests {
  private func load(_ text: String, _ overrides: [String] = [], quick: Bool = false) throws
    -> [ResolvedConfig]
  {
    try walks.load(text: text, path: "walk.yaml", overrides: overrides, quick: quick)
  }

  /// The message of the error that loading ends in.
  private func message(_ text: String, _ overrides: [String] = []) -> String {
    do {
      return "no error: " + (try load(text, overrides)[0].yaml)
    } catch let error as ConfigError {
      return error.description
    } catch {
      return "another error: \(error)"
    }
  }

  @Test func laysFileOverDefaultsAndArgumentsOverFile() throws {
    let text = """
      experiment: walk
      method: slice
      optimizer:
        learningRate: 1e-5
        momentum: 1
      hidden: [3, 4]
      """
    let config = try load(text, ["optimizer.nesterov=true", "method=pearson"])[0]
    let typed = try config.configuration(as: Walk.Configuration.self)
    #expect(typed.optimizer.learningRate == 1e-5)
    #expect(typed.optimizer.momentum == 1)
    #expect(typed.optimizer.nesterov)
    #expect(typed.method == .pearson)
    #expect(typed.hidden == [3, 4])
    #expect(typed.stepCount == 40)
    let origins = Dictionary(
      uniqueKeysWithValues: config.settings.map { ($0.key, $0.origin.description) })
    #expect(origins["optimizer.learningRate"] == "walk.yaml:4:17")
    #expect(origins["method"] == "command line (method=pearson)")
    #expect(origins["stepCount"] == "default")
  }

  @Test func layersQuickBetweenFileAndArguments() throws {
    let text = "experiment: walk\nstepCount: 100\n"
    #expect(try load(text, quick: true)[0]["stepCount"] == .integer(4))
    #expect(try load(text, ["stepCount=7"], quick: true)[0]["stepCount"] == .integer(7))
    #expect(try load(text, quick: true)[0].settings[3].origin == .quick)
  }

  @Test func readsEachKindOfNumber() throws {
    for (text, value) in [
      ("1e-5", 1e-5), ("1E+3", 1000), ("3", 3), ("-0.5", -0.5), (".5", 0.5), ("1e-05", 1e-5),
    ] {
      let config = try load(
        "experiment: walk\noptimizer: {momentum: 0.5, learningRate: 2}\n",
        [
          "optimizer.momentum=\(text)"
        ])[0]
      #expect(config["optimizer.momentum"] == .float(value), "\(text)")
    }
    #expect(try load("experiment: walk\nstepCount: 1e3\n")[0]["stepCount"] == .integer(1000))
  }

  @Test(arguments: [
    (
      "experiment: walk\nlearnigRate: 1\n",
      "walk.yaml:2:1: unknown key `learnigRate`; did you mean `optimizer.learningRate`?"
    ),
    (
      "experiment: walk\noptimizer:\n  learning_rate: 1\n",
      "walk.yaml:3:3: unknown key `optimizer.learning_rate`; did you mean `optimizer.learningRate`?"
    ),
    (
      "experiment: walk\nzzz: 1\n",
      "walk.yaml:2:1: unknown key `zzz`; the keys here are experiment, seed, threads"
    ),
    (
      "experiment: walk\nmethod: slcie\n",
      "walk.yaml:2:9: `method`: expected one of none, slice, pearson, found `slcie`; did you mean `slice`?"
    ),
    (
      "experiment: walk\nstepCount: many\n",
      "walk.yaml:2:12: `stepCount`: expected a whole number, found `many`"
    ),
    ("experiment: walk\nstepCount: 1.5\n", "expected a whole number, found `1.5`"),
    ("experiment: walk\nstepCount: \"3\"\n", "expected a whole number, found the text `\"3\"`"),
    (
      "experiment: walk\noptimizer: {nesterov: yes}\n",
      "walk.yaml:2:23: `optimizer.nesterov`: expected true or false, found `yes`"
    ),
    ("experiment: walk\noptimizer: {momentum: .nan}\n", "expected a number, found `.nan`"),
    (
      "experiment: walk\noptimizer: 3\n",
      "walk.yaml:2:12: expected `optimizer` to hold `key: value` lines, found `3`"
    ),
    (
      "experiment: walk\nhidden: 80\n",
      "`hidden`: expected a list [a, b, …], each a whole number, found `80`"
    ),
    (
      "experiment: walk\nhidden: [80, x]\n",
      "walk.yaml:2:14: `hidden`: expected a whole number, found `x`"
    ),
    ("experiment: walk\nname:\n", "`name`: expected text, found nothing"),
    ("experiment: walk\nname: [a]\n", "`name`: expected text, found a list"),
    (
      "experiment: walk\nseed: 1\nseed: 2\n",
      "walk.yaml:3:1: expected each key once, found `seed` again"
    ),
    (
      "experiment: walk\nseed: -1\n",
      "walk.yaml:2:7: `seed`: expected a whole number from 0, found -1"
    ),
    (
      "experiment: walk\nthreads: 0\n",
      "walk.yaml:2:10: `threads`: expected a whole number from 1, found 0"
    ),
    (
      "experiment: walk\noptimizer:\n  learningRate: -1\n",
      "walk.yaml:3:17: `optimizer.learningRate`: expected a positive number, found -1.0"
    ),
    ("experiment: wlak\n", "walk.yaml:1:13: no experiment is called `wlak`; did you mean `walk`?"),
    (
      "seed: 1\n",
      "walk.yaml: expected a line `experiment: NAME`, found none; the experiments are walk"
    ),
    ("", "walk.yaml: expected the file to hold `key: value` lines, found an empty file"),
    ("# nothing\n", "found an empty file"),
    ("- a\n- b\n", "walk.yaml:1:1: expected the file to hold `key: value` lines, found a list"),
    ("just words\n", "found `just words`"),
    (
      "experiment: walk\n\tseed: 1\n",
      "walk.yaml:2:1: expected YAML, found: found a tab character"
    ),
    ("experiment: [walk\n", "walk.yaml:2:1: expected YAML, found:"),
    (
      "experiment: walk\nsweep: 3\n",
      "walk.yaml:2:8: expected `sweep` to hold `key: value` lines, found `3`"
    ),
    (
      "experiment: walk\nsweep: {sed: [1, 2]}\n",
      "walk.yaml:2:9: unknown key `sed`; did you mean `seed`?"
    ),
    (
      "experiment: walk\nsweep: {seed: 1}\n",
      "walk.yaml:2:15: `sweep.seed`: expected a list of values, each a whole number, found `1`"
    ),
    (
      "experiment: walk\nsweep: {threads: [1, 2]}\n",
      "`threads`: expected one value, found a sweep over 2"
    ),
  ])
  func saysWhatIsWrongWithFile(_ text: String, _ expected: String) {
    #expect(message(text).contains(expected), "\(message(text))")
  }

  @Test(arguments: [
    ("stepCount", "command line: expected key=value, found `stepCount`"),
    ("=3", "command line: expected key=value, found `=3`"),
    ("stepcont=3", "command line (stepcont=3): unknown key `stepcont`; did you mean `stepCount`?"),
    ("learningRate=3", "did you mean `optimizer.learningRate`?"),
    ("stepCount=x", "command line (stepCount=x): `stepCount`: expected a whole number, found `x`"),
    ("stepCount=", "`stepCount`: expected a whole number, found nothing"),
    ("optimizer=3", "expected one of its settings, such as `optimizer.learningRate`"),
    ("hidden=80,80", "write the brackets, as in hidden=[80, 80]"),
    ("experiment=other", "`experiment`: expected `walk`, as in the file, found `other`"),
    ("method=slice,nne", "found `nne`; did you mean `none`?"),
  ])
  func saysWhatIsWrongWithArgument(_ argument: String, _ expected: String) {
    let found = message("experiment: walk\n", [argument])
    #expect(found.contains(expected), "\(found)")
  }

  @Test func saysWhatIsWrongWithPath() throws {
    #expect {
      try walks.load(path: "/nowhere/walk.yaml")
    } throws: {
      "\($0)".contains("/nowhere/walk.yaml: expected a readable YAML file, found: no such file")
    }
    try withTemporaryFolder { folder in
      #expect { try walks.load(path: folder) } throws: { "\($0)".contains("found: a folder") }
      let path = folder + "/bytes.yaml"
      try Data([0xff, 0xfe, 0x80]).write(to: URL(fileURLWithPath: path))
      #expect { try walks.load(path: path) } throws: { "\($0)".contains("not UTF-8") }
    }
  }

  @Test func expandsSweeps() throws {
    let text =
      "experiment: walk\nsweep:\n  method: [none, slice]\n  optimizer: {momentum: [0, 0.5]}\n"
    let configs = try load(text, ["seed=0,1,2"])
    #expect(configs.count == 12)
    #expect(configs[0].label == "method=none optimizer.momentum=0.0 seed=0")
    #expect(configs[1].label == "method=none optimizer.momentum=0.0 seed=1")
    #expect(configs[11].label == "method=slice optimizer.momentum=0.5 seed=2")
    #expect(Set(configs.map(\.hash)).count == 12)
    #expect(try load(text, ["method=pearson"]).count == 2)
    #expect(
      try load("experiment: walk\nsweep: {seed: [0, 1]}\n", ["seed=3,4,5"]).map(\.seed) == [
        3, 4, 5,
      ])
    let lists = try load("experiment: walk\n", ["hidden=[1],[2, 3]"])
    #expect(
      lists.map { $0["hidden"] } == [.list([.integer(1)]), .list([.integer(2), .integer(3)])])
    #expect(try load("experiment: walk\n", ["name='a,b'"])[0]["name"] == .string("a,b"))
  }

  @Test func hashesWhatHasEffect() throws {
    let base = try load("experiment: walk\n")[0].hash
    #expect(try load("experiment: walk\nthreads: 2\npauseMilliseconds: 9\n")[0].hash == base)
    #expect(try load("experiment: walk\nseed: 1\n")[0].hash != base)
    #expect(try load("experiment: walk\noptimizer: {learningRate: 0.0010}\n")[0].hash == base)
    // A key that came later counts only where it is set to something.
    #expect(try load("experiment: walk\ndrift: 0\n")[0].hash == base)
    #expect(try load("experiment: walk\ndrift: 0.5\n")[0].hash != base)
    // The name of a run folder must stay the same from build to build.
    #expect(base == "492762de55727dea")
  }

  @Test func writesYAMLThatReadsBack() throws {
    for name in [
      "plain", "true", "1e3", "a: b", "x # y", "- z", "", " space ", "näher/dran", "\"q\"\n",
    ] {
      let config = try walks.load(
        text: "experiment: walk\noptimizer: {learningRate: 1e-7, momentum: 0.1}\n", path: "a.yaml",
        overrides: [])[0]
      var typed = try config.configuration(as: Walk.Configuration.self)
      typed.name = name
      let text = config.yaml.replacing(
        "name: plain", with: "name: \(ConfigValue.string(name).yaml)")
      let again = try load(text)[0]
      #expect(again["name"] == .string(name), "\(text)")
      #expect(again["optimizer.momentum"] == .float(0.1))
      #expect(again["optimizer.learningRate"] == .float(1e-7))
      if name == "plain" {
        #expect(again.hash == config.hash)
        #expect(config.yaml.contains("optimizer:\n  learningRate: 1e-07\n  momentum: 0.1\n"))
      }
    }
  }

  @Test func describesTypesThatCannotBeDescribed() {
    struct WithOptional: ExperimentConfiguration {
      @Setting("the experiment") var experiment = "x"
      @Setting("the seed") var seed = 0
      @Setting(.threads) var threads = 1
      @Setting("a limit") var limit: Int? = nil
    }
    struct WithStructs: ExperimentConfiguration {
      struct Part: Codable, Sendable { var a = 1 }
      @Setting("the experiment") var experiment = "x"
      @Setting("the seed") var seed = 0
      @Setting(.threads) var threads = 1
      @Setting("parts") var parts = [Part()]
    }
    struct WithoutMeaning: ExperimentConfiguration {
      @Setting("the experiment") var experiment = "x"
      @Setting("the seed") var seed = 0
      var threads = 1
    }
    struct WithQuickOutside: ExperimentConfiguration {
      @Setting("the experiment") var experiment = "x"
      @Setting("the seed", 0..., quick: -1) var seed = 0
      @Setting(.threads) var threads = 1
    }
    func message<C: ExperimentConfiguration>(_ type: C.Type) -> String {
      do { _ = try ConfigTemplate(type) } catch { return "\(error)" }
      return ""
    }
    #expect(
      message(WithOptional.self).contains("WithOptional.limit: configurations have no Option"))
    #expect(message(WithStructs.self).contains("WithStructs.parts"))
    #expect(message(WithoutMeaning.self).contains("WithoutMeaning.threads: expected a meaning"))
    #expect(message(WithQuickOutside.self).contains("seed: expected at least 0 in the quick form"))
  }

  @Test func listsKeys() throws {
    let config = try load("experiment: walk\n")[0]
    #expect(ConfigListing.explain(config).contains("size of a step, positive"))
    let schema = ConfigListing.schema(walks.entries[0])
    #expect(schema["properties"]?["method"]?["enum"] == ["none", "slice", "pearson"])
    #expect(
      schema["properties"]?["optimizer"]?["properties"]?["learningRate"]?["type"] == "number")
    #expect(schema["properties"]?["experiment"]?["const"] == "walk")
    #expect(ConfigListing.schemaText(walks.entries[0].template).contains("none|slice|pearson"))
  }
}
