extension SceneSplit {
  /// The words for a split that folders and groups of files are called by, in small letters.
  private static let words: [String: SceneSplit] = [
    "train": .train, "training": .train, "validation": .validation, "val": .validation,
    "valid": .validation, "dev": .validation, "test": .test, "testing": .test,
  ]

  /// The split that a folder or group is called after: `train`, `val`, `valid`, `dev`, `test` and their like, in any letters.
  public init?(calledAfter name: String) {
    guard let split = Self.words[name.lowercased()] else { return nil }
    self = split
  }

  /// The name of each split among those of folders or groups.
  ///
  /// - Throws: ``DatasetError`` if two are called after one split: which one is meant is not known.
  static func named(
    among names: [String], path: String, at place: String
  ) throws(DatasetError) -> [SceneSplit: String] {
    var named: [SceneSplit: String] = [:]
    for name in names {
      guard let split = SceneSplit(calledAfter: name) else { continue }
      if let other = named[split] {
        throw .unexpected(
          path: path, at: place, expected: "one that is called after \(split.rawValue)",
          found: "\(other) and \(name)", advice: "give one of them another name")
      }
      named[split] = name
    }
    return named
  }
}
