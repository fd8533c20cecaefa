/// Lowers the learning rate when a figure has stopped improving, as PyTorch's scheduler of that name.
///
/// A value with the whole state; it is saved as it stands (`Codable`).
public struct ReduceLROnPlateau: Sendable, Codable, Equatable {
  /// Whether a smaller figure is better, or a larger.
  public enum Mode: String, Sendable, Codable {
    /// Smaller is better (a loss).
    case min
    /// Larger is better (an accuracy).
    case max
  }

  /// What the threshold is a part of.
  public enum ThresholdMode: String, Sendable, Codable {
    /// Better means beyond `best (1 ∓ threshold)`.
    case relative
    /// Better means beyond `best ∓ threshold`.
    case absolute
  }

  /// Which figures are better.
  public let mode: Mode
  /// What the rate is multiplied by.
  public let factor: Double
  /// The number of bad steps in a row that are let pass.
  public let patience: Int
  /// How much better a figure must be to count.
  public let threshold: Double
  /// What the threshold is a part of.
  public let thresholdMode: ThresholdMode
  /// The number of steps after a cut in which bad figures do not count.
  public let cooldown: Int
  /// The rate below which it does not go.
  public let minimumRate: Double
  /// The change of the rate that is too small to make.
  public let minimumChange: Double

  /// The best figure so far; `nil` before the first that counts.
  public private(set) var best: Double?
  /// The number of bad steps in a row.
  public private(set) var badSteps = 0
  /// The steps of cooldown left.
  public private(set) var cooldownLeft = 0

  /// A schedule before its first figure.
  public init(
    mode: Mode = .min, factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4,
    thresholdMode: ThresholdMode = .relative, cooldown: Int = 0, minimumRate: Double = 0,
    minimumChange: Double = 1e-8
  ) {
    self.mode = mode
    self.factor = factor
    self.patience = patience
    self.threshold = threshold
    self.thresholdMode = thresholdMode
    self.cooldown = cooldown
    self.minimumRate = minimumRate
    self.minimumChange = minimumChange
  }

  /// Takes the figure of one step (an epoch) and lowers `learningRate` if its time has come. NaN counts as bad.
  ///
  /// - Returns: whether the rate was changed.
  @discardableResult
  public mutating func step(_ figure: Double, _ learningRate: inout Double) -> Bool {
    if isBetter(figure) {
      best = figure
      badSteps = 0
    } else {
      badSteps += 1
    }
    if cooldownLeft > 0 {
      cooldownLeft -= 1
      badSteps = 0
    }
    guard badSteps > patience else { return false }
    cooldownLeft = cooldown
    badSteps = 0
    let lower = max(learningRate * factor, minimumRate)
    guard learningRate - lower > minimumChange else { return false }
    learningRate = lower
    return true
  }

  private func isBetter(_ figure: Double) -> Bool {
    guard let best else { return mode == .min ? figure < .infinity : figure > -.infinity }
    switch (mode, thresholdMode) {
    case (.min, .relative): return figure < best * (1 - threshold)
    case (.min, .absolute): return figure < best - threshold
    case (.max, .relative): return figure > best * (1 + threshold)
    case (.max, .absolute): return figure > best + threshold
    }
  }
}
