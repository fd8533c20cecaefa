/// Ranges that keys of several experiments share. Their upper ends are far beyond any use, and keep what a run allocates or does
/// between two looks at its signals within reason.
enum ConfigRanges {
  /// Units of a layer and columns of a representation.
  static let width = 1...4096
  /// Slices of a side: a solve factors a matrix of three times as many rows.
  static let slices = 1...2000
  /// Shuffles of a null, draws of a bootstrap.
  static let permutations = 20...100_000
  /// Passes and steps within one max-step.
  static let innerSteps = 10_000
  /// Images shown in pictures.
  static let pictures = 0...200
}
