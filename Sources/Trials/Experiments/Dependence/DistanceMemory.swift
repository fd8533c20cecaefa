import TensorCore

/// What distance correlation takes of memory: it holds the distances between all rows, of Z and of T.
enum DistanceMemory {
  /// Refuses rows whose distances do not fit, before the first step.
  ///
  /// - Throws: ``ConfigError/invalid(key:place:expected:found:)`` under `key`, which sets the number of rows.
  static func check(
    rows: Int, key: String, available: Int = SystemMemory.availableBytes
  ) throws {
    // The pool's blocks are up to a quarter larger than what is asked for.
    let bytes = 2 * 4 * 1.25 * Double(rows) * Double(rows)
    guard bytes > Double(available) else { return }
    let size = SystemMemory.text(bytes < 1e18 ? Int(bytes) : .max)
    throw ConfigError.invalid(
      key: key, expected: "rows whose distances, two square matrices, fit into memory",
      found:
        "\(rows) rows, which take \(size) (\(bytes < 1e18 ? "\(Int(bytes))" : "\(bytes)") bytes) of the "
        + "\(SystemMemory.text(available)) that can be had; take fewer rows, or allow more memory")
  }
}
