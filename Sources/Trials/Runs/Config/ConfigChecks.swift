/// Checks that configurations share; each throws ``ConfigError/invalid(key:place:expected:found:)``.
enum ConfigChecks {
  /// Throws unless `holds`.
  static func check(_ key: String, _ holds: Bool, _ expected: String, _ found: Any) throws {
    guard holds else {
      throw ConfigError.invalid(
        key: key, place: "", expected: expected, found: String(describing: found))
    }
  }

  /// The largest magnitude of a whole number that is no seed: sums and products of such numbers fit into 64 bits.
  static let mostWhole = 1_000_000_000
  /// The range of a number's magnitude, where it is not 0: all arithmetic is in single precision.
  static let magnitudes = 1e-30...1e30

  /// Checks what holds for every number of every experiment.
  ///
  /// - Throws: ``ConfigError/invalid(key:place:expected:found:)`` with the place of the first that is out of range.
  static func checkNumbers(_ settings: [ConfigSetting]) throws {
    for setting in settings where setting.key != "seed" {
      let values: [ConfigValue]
      if case .list(let items) = setting.value { values = items } else { values = [setting.value] }
      for value in values {
        let expected: String
        switch value {
        case .integer(let number) where number.magnitude > UInt(mostWhole):
          expected = "a number from -\(mostWhole) to \(mostWhole)"
        case .float(let number) where number != 0 && !magnitudes.contains(number.magnitude):
          expected = "0, or a number whose magnitude is from 1e-30 to 1e30"
        default: continue
        }
        throw ConfigError.invalid(
          key: setting.key, place: setting.origin.description, expected: expected,
          found: setting.value.yaml)
      }
    }
  }

  /// Throws for the first setting that is outside the range it was declared with, with its place.
  static func checkRanges(_ settings: [ConfigSetting]) throws {
    for setting in settings where !setting.range.holds(setting.value) {
      var words: [String] = []
      if case .list(.choice(let cases)) = setting.kind { words = cases }
      throw ConfigError.invalid(
        key: setting.key, place: setting.origin.description,
        expected: setting.range.expectation(among: words), found: setting.value.yaml)
    }
  }
}
