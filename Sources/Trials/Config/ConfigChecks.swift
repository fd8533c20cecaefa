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
