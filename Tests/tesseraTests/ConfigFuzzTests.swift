import Foundation
import Testing

/// Every key of every experiment beyond the edges of its range, and random combinations of small values: a run ends with a
/// result, or with one line and exit code 2 before its first step, or with numbers that were driven out of range; never with a
/// trap. `Scripts/fuzz-configs` tries some thousands more.
@Suite(.enabled(if: Program.isBuilt, "the program is not built"), .serialized)
struct ConfigFuzzTests {
  private static let images = [
    "model.representation": "3", "model.widthDivisor": "16", "epochs": "1", "batchSize": "8",
    "decayEpoch": "0", "fit.sampleSize": "20", "slice.count": "3", "inner.passes": "2",
    "inner.batchSize": "16", "evaluation.trainCount": "50", "evaluation.passes": "2",
    "evaluation.patience": "2", "evaluation.twoSidedPasses": "2", "evaluation.slices": "3",
    "evaluation.permutations": "20", "evaluation.pictures": "1", "data.train": "40",
    "data.test": "20", "threads": "1",
  ]
  /// Settings under which a run of an experiment ends in a moment.
  static let small: [String: [String: String]] = [
    "fairness": [
      "data.source": "adult-twin", "data.rows": "140", "epochs": "2", "batchSize": "32",
      "model.hidden": "6", "model.representation": "3", "model.predictor": "4",
      "slice.count": "3", "inner.passes": "2", "inner.batchSize": "16", "evaluation.passes": "2",
      "evaluation.utilityPasses": "2", "evaluation.twoSidedPasses": "2", "evaluation.slices": "3",
      "evaluation.permutations": "20", "evaluation.bootstrap": "20",
    ],
    "toy-gaussian": [
      "steps": "10", "batchSize": "20", "slice.count": "3", "slice.rows": "40",
      "critic.hidden": "4", "critic.steps": "1",
    ],
    "independence": [
      "families": "[independent, linear]", "dimensions": "[1]", "rows": "[100]",
      "replications": "[1]", "slices": "2", "permutations": "19", "bias.slices": "[2]",
      "bias.dimension": "2", "bias.replications": "1",
    ],
    "disentangling": images.merging([
      "data.source": "digitTwin", "data.label": "digit", "data.validation": "4",
    ]) { $1 },
    "adaptation": images,
    "scenes": [
      "data.procedural.train": "8", "data.procedural.validation": "2",
      "data.procedural.test": "2", "data.procedural.side": "32", "model.side": "32",
      "model.grid": "4", "model.components": "2", "model.glimpse": "8",
      "model.widthDivisor": "4", "data.procedural.leastSize": "6",
      "data.procedural.mostSize": "10", "steps": "2", "batchSize": "2", "logEvery": "1",
      "evaluation.every": "1", "evaluation.validationCount": "2", "evaluation.testCount": "2",
      "evaluation.batchSize": "2", "evaluation.pictures": "1", "health.step": "0",
      "threads": "1",
    ],
  ]

  private struct Key {
    let name: String
    /// `integer`, `number`, `boolean`, `string`, `array`; the words of a choice.
    let kind: String
    let words: [String]

    /// Values at and beyond the edges that need no long run.
    var edges: [String] {
      switch kind {
      case "integer":
        [
          "0", "1", "-1", "2", "3", "9223372036854775807", "-9223372036854775808", "2147483648",
          "1.5", "nan", "", "a word",
        ]
      case "number":
        [
          "0", "-1", "1e-39", "1e-320", "1e30", "1e39", "1e308", "nan", ".inf", "-.inf", "",
          "a word",
        ]
      case "boolean": ["true", "false", "1", ""]
      case "array":
        words.isEmpty
          ? ["[]", "[0]", "[-1]", "[1, 1]", "[9223372036854775807]", "[a]", "1"]
          : ["[]", "[\(words[0]), \(words[0])]", "[none]"]
      case "choice": words + ["", "no-such-word"]
      default: ["''", "no such thing", "/dev/null", "."]
      }
    }

    /// Values that a stranger may try.
    var usual: [String] {
      switch kind {
      case "integer": ["0", "1", "2", "3", "4", "8", "16", "20", "33"]
      case "number": ["0", "1e-6", "0.01", "0.5", "1", "10"]
      case "boolean": ["true", "false"]
      case "array": words.isEmpty ? ["[1]", "[2, 3]", "[100]"] : ["[\(words[words.count - 1])]"]
      case "choice": words
      default: ["''"]
      }
    }
  }

  private static func keys(of experiment: String) throws -> [Key] {
    let schema = try Program.run(["config", "schema", experiment, "--json"])
    let json = try JSONSerialization.jsonObject(with: Data(schema.output.utf8))
    var keys: [Key] = []
    func collect(_ object: Any?, _ prefix: String) {
      guard let object = object as? [String: Any],
        let properties = object["properties"] as? [String: Any]
      else { return }
      for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
        guard let value = value as? [String: Any], !["experiment", "sweep"].contains(prefix + name)
        else { continue }
        if value["properties"] != nil {
          collect(value, prefix + name + ".")
        } else if let words = value["enum"] as? [String] {
          keys.append(Key(name: prefix + name, kind: "choice", words: words))
        } else if let kind = value["type"] as? String {
          let items = (value["items"] as? [String: Any])?["enum"] as? [String]
          keys.append(Key(name: prefix + name, kind: kind, words: items ?? []))
        }
      }
    }
    collect((json as? [Any])?.first ?? json, "")
    return keys
  }

  /// A generator of the same numbers in every run.
  private struct Congruence: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 31)
    }
  }

  private func check(_ experiment: String, _ settings: [String: String], in folder: String) throws {
    let config = "\(folder)/\(experiment).yaml"
    try Data("experiment: \(experiment)\n".utf8).write(to: URL(fileURLWithPath: config))
    let runs = "\(folder)/runs"
    defer { try? FileManager.default.removeItem(atPath: runs) }
    let values = Self.small[experiment]!.merging(settings) { $1 }
    let ending = try Program.run(
      ["run", config, "--quiet", "--runs", runs, "--data", folder]
        + values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
    let lines = ending.error.split(separator: "\n")
    let isRefused =
      ending.code == 2 && lines.count == 1 && lines[0].hasPrefix("tessera: ")
      && !FileManager.default.fileExists(atPath: runs)
    let isOutOfRange =
      ending.code == 1 && lines.count == 1
      && (ending.error.contains("to be finite") || ending.error.contains("expected finite numbers"))
    #expect(
      !ending.wasKilled && (ending.code == 0 || isRefused || isOutOfRange),
      "\(experiment) \(settings): \(ending)")
  }

  @Test(arguments: small.keys.sorted()) func everyKeyAtItsEdges(_ experiment: String) throws {
    let keys = try Self.keys(of: experiment)
    #expect(keys.count > 10)
    var random = Congruence(state: 17)
    try Program.withFolder { folder in
      for key in keys {
        // Three of them each time; the script tries all.
        for value in key.edges.shuffled(using: &random).prefix(3) {
          try check(experiment, [key.name: value], in: folder)
        }
      }
    }
  }

  @Test(arguments: small.keys.sorted()) func combinationsOfSmallValues(_ experiment: String) throws
  {
    let keys = try Self.keys(of: experiment).filter {
      !["threads", "data.rows"].contains($0.name) && !$0.name.hasPrefix("data.csv")
        && !["data.path", "data.source", "data.target"].contains($0.name)
    }
    var random = Congruence(state: 29)
    try Program.withFolder { folder in
      for _ in 0..<12 {
        var settings: [String: String] = [:]
        for key in keys.shuffled(using: &random).prefix(Int.random(in: 2...5, using: &random)) {
          settings[key.name] = key.usual.randomElement(using: &random)!
        }
        try check(experiment, settings, in: folder)
      }
    }
  }
}
