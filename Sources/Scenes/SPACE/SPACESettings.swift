import Settings

/// The constants of SPACE's objective and their schedules (the authors' configuration files; spec §6–8).
public struct SPACEObjective: Codable, Sendable, Hashable {
  /// The deviation of a foreground pixel.
  @Setting("deviation of a foreground pixel", .positive) public var foregroundDeviation = 0.15
  /// The deviation of a background pixel.
  @Setting("deviation of a background pixel", .positive) public var backgroundDeviation = 0.15
  /// The prior probability that a cell holds an object.
  @Setting("prior probability that a cell holds an object", .between(0, 1))
  public var presence = LinearSchedule(from: 4_000, to: 10_000, first: 0.1, last: 0.01)
  /// The prior mean of a scale sample: the advice is the logit of object side over image side.
  @Setting("prior mean of a scale sample, the logit of object side over image side")
  public var scaleMean = LinearSchedule(from: 10_000, to: 20_000, first: -1, last: -2)
  /// The prior deviation of a scale sample.
  @Setting("prior deviation of a scale sample", .positive) public var scaleDeviation = 0.1
  /// The temperature of the relaxed presence.
  @Setting("temperature of the relaxed presence", .positive)
  public var temperature = LinearSchedule(from: 0, to: 20_000, first: 2.5, last: 0.5)
  /// What takes alpha's place at first.
  @Setting("what takes alpha's place at first", 0...1) public var fixedAlpha = 0.0
  /// Alpha is fixed in the steps less than this, but for the very first (the authors' code skips step 0 by a truth test).
  @Setting("steps with a fixed alpha (after step 0), 0 for none", 0...)
  public var fixedAlphaSteps = 0
  /// What the divergence of appearance counts: 1 throughout, as published.
  ///
  /// Less at first, rising to 1, keeps glimpses from saying nothing before they have learnt to draw (Bowman et al. 2016,
  /// §3.1: annealing of the divergence); the objective is the bound of the likelihood once it is 1.
  @Setting("weight of appearance's divergence, 1 as published", .atLeast(0))
  public var appearanceWeight = LinearSchedule(constant: 1)
  /// The last step with the boundary loss; −1 for never.
  @Setting("last step with the boundary loss, -1 for never", (-1)...)
  public var boundarySteps = 100_000

  /// The settings of the authors' `3d_room_small` and `3d_room_large`.
  public init() {}
}

/// The constants of SPACE's objective, and when the steps begin that they count. The objective's are its own members too:
/// `settings.fixedAlpha`.
@dynamicMemberLookup
public struct SPACESettings: Sendable, Hashable {
  /// The constants and schedules.
  public var objective: SPACEObjective
  /// First steps in which the background learns alone, none as published; all of the objective counts from their end.
  public var headStartSteps: Int

  /// Settings of these parts; by default those of the authors' `3d_room_small` and `3d_room_large`.
  public init(_ objective: SPACEObjective = SPACEObjective(), headStartSteps: Int = 0) {
    self.objective = objective
    self.headStartSteps = headStartSteps
  }

  /// A member of the objective.
  public subscript<Value>(dynamicMember member: WritableKeyPath<SPACEObjective, Value>) -> Value {
    get { objective[keyPath: member] }
    set { objective[keyPath: member] = newValue }
  }

  /// Which step of the whole model a training step is, both counted from 0; negative while the background has its head start.
  public func wholeStep(_ step: Int) -> Int { step - headStartSteps }

  /// What holds at a training step, counted from 0, the head start included.
  public func stage(at step: Int) -> SPACEStage {
    let whole = wholeStep(step)
    return SPACEStage(
      presence: objective.presence.value(at: whole),
      scaleMean: objective.scaleMean.value(at: whole),
      scaleDeviation: objective.scaleDeviation, temperature: objective.temperature.value(at: whole),
      fixedAlpha: step > 0 && whole < objective.fixedAlphaSteps ? objective.fixedAlpha : nil,
      appearanceWeight: objective.appearanceWeight.value(at: whole),
      hasBoundaryLoss: whole <= objective.boundarySteps)
  }

  /// What holds in an evaluation: all schedules at their ends, alpha free, no boundary loss.
  public var finalStage: SPACEStage {
    SPACEStage(
      presence: objective.presence.last, scaleMean: objective.scaleMean.last,
      scaleDeviation: objective.scaleDeviation,
      temperature: objective.temperature.last, appearanceWeight: objective.appearanceWeight.last)
  }
}
