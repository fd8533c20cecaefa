/// What the schedules make of a training step: constants of the objective, through which no gradient flows.
public struct SPACEStage: Sendable, Equatable {
  /// The prior probability `ρ` that a cell holds an object.
  public var presence: Double
  /// The prior mean of a scale sample: boxes have the side `sigmoid(scaleMean)` of the image.
  public var scaleMean: Double
  /// The prior deviation of a scale sample.
  public var scaleDeviation: Double
  /// The temperature `τ` of the relaxed presence.
  public var temperature: Double
  /// What takes alpha's place in the mixture, if anything.
  public var fixedAlpha: Double?
  /// What the divergence of appearance counts in the objective; 1 gives the bound of the likelihood.
  public var appearanceWeight: Double
  /// Whether the boundary loss counts.
  public var hasBoundaryLoss: Bool

  /// A stage of these parts.
  public init(
    presence: Double, scaleMean: Double, scaleDeviation: Double, temperature: Double,
    fixedAlpha: Double? = nil, appearanceWeight: Double = 1, hasBoundaryLoss: Bool = false
  ) {
    self.presence = presence
    self.scaleMean = scaleMean
    self.scaleDeviation = scaleDeviation
    self.temperature = temperature
    self.fixedAlpha = fixedAlpha
    self.appearanceWeight = appearanceWeight
    self.hasBoundaryLoss = hasBoundaryLoss
  }
}
