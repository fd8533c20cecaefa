/// Checks of ranges that configurations share; each throws ``ConfigError/invalid(key:place:expected:found:)``.
enum ConfigChecks {
  /// Throws unless `holds`.
  static func check(_ key: String, _ holds: Bool, _ expected: String, _ found: Any) throws {
    guard holds else {
      throw ConfigError.invalid(
        key: key, place: "", expected: expected, found: String(describing: found))
    }
  }

  /// Throws for the first whole number that is below its least value.
  static func atLeast(_ values: [(key: String, value: Int, least: Int)]) throws {
    for (key, value, least) in values { try check(key, value >= least, "at least \(least)", value) }
  }

  /// Throws for the first whole number that is outside its range.
  static func within(_ values: [(key: String, value: Int, range: ClosedRange<Int>)]) throws {
    for (key, value, range) in values {
      try check(
        key, range.contains(value), "a number from \(range.lowerBound) to \(range.upperBound)",
        value)
    }
  }

  /// The largest magnitude of a whole number that is no seed: sums and products of such numbers fit into 64 bits.
  static let mostWhole = 1_000_000_000
  /// The range of a number's magnitude, where it is not 0: all arithmetic is in single precision.
  static let magnitudes = 1e-30...1e30

  /// Looks at what holds for every number of every experiment.
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

  /// Throws for the first number that is not positive and finite.
  static func positive(_ values: [(key: String, value: Double)]) throws {
    for (key, value) in values {
      try check(key, value > 0 && value.isFinite, "a positive number", value)
    }
  }

  /// Throws for the first number that is negative or not finite.
  static func notNegative(_ values: [(key: String, value: Double)]) throws {
    for (key, value) in values {
      try check(key, value >= 0 && value.isFinite, "a number of at least 0", value)
    }
  }
}
