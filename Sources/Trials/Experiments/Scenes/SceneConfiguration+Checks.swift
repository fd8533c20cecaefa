import Datasets
import Scenes

extension SceneConfiguration {
  /// Checks that schedules and steps fit one another, and that a network can be built.
  public func validate() throws {
    for (key, schedule) in [
      ("objective.presence", objective.presence), ("objective.scaleMean", objective.scaleMean),
      ("objective.temperature", objective.temperature),
      ("objective.appearanceWeight", objective.appearanceWeight),
    ] {
      try ConfigChecks.check(
        "\(key).to", schedule.to >= schedule.from, "a step from \(schedule.from) on", schedule.to)
    }
    try ConfigChecks.check(
      "headStartSteps", headStartSteps < steps,
      "fewer than \(steps), the number of steps (--quick fits all such keys to a trial)",
      headStartSteps)
    try ConfigChecks.check(
      "evaluation.keepsFrom", !evaluation.keepsBest || evaluation.keepsFrom <= steps,
      "a step in 0…\(steps), the number of steps, where evaluation.keepsBest (--quick fits all such keys to a trial)",
      evaluation.keepsFrom)
    try ConfigChecks.check(
      "data.path", data.source == .procedural || !data.path.isEmpty,
      "a file or folder for data.source \(data.source.rawValue)", "nothing")
    try model.kind.type.check(self)
    if data.source == .procedural {
      try ConfigChecks.check(
        "data.procedural.side", data.procedural.side == model.side,
        "\(model.side), the side of the model", data.procedural.side)
      if case .unexpected(_, let place, let expected, let found, _) = data.procedural.problem {
        throw ConfigError.invalid(
          key: "data.procedural.\(place)", place: "", expected: expected, found: found)
      }
    }
  }
}

extension SceneRecipe {
  /// What ``validate()`` finds, if anything.
  fileprivate var problem: DatasetError? {
    do { try validate() } catch { return error }
    return nil
  }
}
