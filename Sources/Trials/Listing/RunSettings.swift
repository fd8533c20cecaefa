import Yams

/// The resolved settings of a run, as its `config.yaml` has them.
struct RunSettings {
  /// The dotted keys in the order of the file.
  let keys: [String]
  /// The value of each key, as text.
  let values: [String: String]

  /// Reads the settings of a run; none if the file is not YAML.
  ///
  /// - Throws: `StorageError` where there is no such file.
  init(of folder: RunFolder) throws {
    var pairs: [(key: String, value: String)] = []
    if let root = try? Yams.compose(yaml: folder.configuration()) {
      Self.flatten(root, prefix: "", into: &pairs)
    }
    keys = pairs.map(\.key)
    values = Dictionary(pairs.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
  }

  /// The keys whose values are not the same in all runs, in the order of the first run that has them.
  static func differingKeys(_ runs: [RunSettings]) -> [String] {
    var seen: Set<String> = []
    return runs.flatMap(\.keys).filter { key in
      seen.insert(key).inserted && Set(runs.map { $0.values[key] }).count > 1
    }
  }

  /// A few keys, besides the seed, whose values tell as many of the runs apart as all do: the one that tells most first.
  static func distinguishingKeys(_ runs: [RunSettings]) -> [String] {
    let candidates = differingKeys(runs).filter { $0 != "seed" }
    func groups(_ keys: [String]) -> Int {
      Set(runs.map { run in keys.map { run.values[$0] } }).count
    }
    let most = groups(candidates + ["seed"])
    var chosen: [String] = []
    var reached = groups(["seed"])
    while reached < most {
      // Of several that tell as many apart the first one declared; each round gains, since all of them together would.
      let best = candidates.map { ($0, groups(chosen + [$0, "seed"])) }
        .reduce(("", 0)) { $1.1 > $0.1 ? $1 : $0 }
      if best.1 == reached { return candidates }
      chosen.append(best.0)
      reached = best.1
    }
    return chosen
  }

  private static func flatten(
    _ node: Node, prefix: String, into pairs: inout [(key: String, value: String)]
  ) {
    switch node {
    case .mapping(let mapping):
      for (key, value) in mapping {
        let name = (prefix.isEmpty ? "" : prefix + ".") + (key.string ?? "?")
        flatten(value, prefix: name, into: &pairs)
      }
    case .sequence(let items):
      pairs.append((prefix, "[" + items.map { $0.string ?? "…" }.joined(separator: ", ") + "]"))
    default: pairs.append((prefix, node.string ?? ""))
    }
  }
}
