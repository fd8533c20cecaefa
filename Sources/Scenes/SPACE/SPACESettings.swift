/// The constants of SPACE's objective and their schedules (the authors' configuration files; spec §6–8).
public struct SPACESettings: Sendable, Hashable {
  /// The deviation of a foreground pixel.
  public var foregroundDeviation = 0.15
  /// The deviation of a background pixel.
  public var backgroundDeviation = 0.15
  /// The prior probability that a cell holds an object.
  public var presence = LinearSchedule(from: 4_000, to: 10_000, first: 0.1, last: 0.01)
  /// The prior mean of a scale sample: the advice is the logit of object side over image side.
  public var scaleMean = LinearSchedule(from: 10_000, to: 20_000, first: -1, last: -2)
  /// The prior deviation of a scale sample.
  public var scaleDeviation = 0.1
  /// The temperature of the relaxed presence.
  public var temperature = LinearSchedule(from: 0, to: 20_000, first: 2.5, last: 0.5)
  /// What takes alpha's place at first.
  public var fixedAlpha = 0.0
  /// Alpha is fixed in the steps less than this, but for the very first (the authors' code skips step 0 by a truth test).
  public var fixedAlphaSteps = 0
  /// What the divergence of appearance counts: 1 throughout, as published.
  ///
  /// Less at first, rising to 1, keeps glimpses from saying nothing before they have learnt to draw (Bowman et al. 2016,
  /// §3.1: annealing of the divergence); the objective is the bound of the likelihood once it is 1.
  public var appearanceWeight = LinearSchedule(constant: 1)
  /// The last step with the boundary loss; −1 for never.
  public var boundarySteps = 100_000
  /// First steps in which the background learns alone, none as published; everything above counts from their end.
  public var headStartSteps = 0

  /// The settings of the authors' `3d_room_small` and `3d_room_large`.
  public init() {}

  /// Which step of the whole model a training step is, both counted from 0; negative while the background has its head start.
  public func wholeStep(_ step: Int) -> Int { step - headStartSteps }

  /// What holds at a training step, counted from 0, the head start included.
  public func stage(at step: Int) -> SPACEStage {
    let whole = wholeStep(step)
    return SPACEStage(
      presence: presence.value(at: whole), scaleMean: scaleMean.value(at: whole),
      scaleDeviation: scaleDeviation, temperature: temperature.value(at: whole),
      fixedAlpha: step > 0 && whole < fixedAlphaSteps ? fixedAlpha : nil,
      appearanceWeight: appearanceWeight.value(at: whole), hasBoundaryLoss: whole <= boundarySteps)
  }

  /// What holds in an evaluation: all schedules at their ends, alpha free, no boundary loss.
  public var finalStage: SPACEStage {
    SPACEStage(
      presence: presence.last, scaleMean: scaleMean.last, scaleDeviation: scaleDeviation,
      temperature: temperature.last, appearanceWeight: appearanceWeight.last)
  }
}
