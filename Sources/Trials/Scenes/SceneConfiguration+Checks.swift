import Datasets
import Scenes

extension SceneConfiguration {
  /// One line a key.
  public static let documentation: [String: String] = [
    "experiment": "the experiment: scenes",
    "seed": "seed of weights, noise, shuffles and generated scenes; 0 or more",
    "threads": "threads of the run, 1 to 1024; changes no result",
    "data.source":
      "procedural (generated), hdf5 (as `tessera data make` writes), rooms, atari (published folders), or folder of PNGs",
    "data.path": "the file or folder; looked for as it stands, then in the data folders",
    "data.fit":
      "how pictures of a folder are made square: crop (the middle), pad (with black), stretch",
    "data.alpha":
      "transparent pixels of pictures: drop (alpha is left out, the colours beneath are seen), black or white (laid on it)",
    "data.count": "training images used, from the first on; 0 for all",
    "data.procedural.side": "height and width of generated images: that of model.side",
    "data.procedural.train": "generated images to train on, at most 10000000",
    "data.procedural.validation": "generated images to validate on, at most 10000000",
    "data.procedural.test": "generated images to test on, at most 10000000",
    "data.procedural.leastObjects": "fewest objects of an image",
    "data.procedural.mostObjects": "most objects of an image, at most 255",
    "data.procedural.leastSize": "smallest size of an object in pixels, at least 2",
    "data.procedural.mostSize": "largest size of an object in pixels",
    "data.procedural.shapes": "shapes of objects",
    "data.procedural.rotates": "whether objects are turned by any angle",
    "data.procedural.colours": "colours of objects, evenly spaced in hue; 0 for any",
    "data.procedural.backgrounds": "kinds of backgrounds",
    "data.procedural.worlds":
      "backgrounds, each seen from a place of the image's own; 0: one for each image",
    "data.procedural.noise": "largest deviation of a pixel's noise, 0 to 0.5",
    "data.procedural.overlap": "how much of their reaches two objects may share, 0 to 1",
    "data.procedural.leastVisible": "objects with a smaller share in sight have no box, 0 to 1",
    "model.kind": "which model: space",
    "model.side": "height and width of an image in pixels: a multiple of 16 from 32 to 256",
    "model.grid": "cells along each side, G; the side over it is 2, 4, 8, 16 or 32",
    "model.components": "background segments, K, 1 to 64",
    "model.glimpse": "height and width of a glimpse in pixels: 8, 16 or 32",
    "model.widthDivisor": "what divides the channels of hidden layers: 1 (as published), 2 or 4",
    "model.alignsCorners": "the samplers' convention; true is that of the published results",
    "objective.foregroundDeviation": "deviation of a foreground pixel, positive",
    "objective.backgroundDeviation": "deviation of a background pixel, positive",
    "objective.presence.from": "last step with the first prior probability of presence",
    "objective.presence.to": "first step with the last one",
    "objective.presence.first": "prior probability that a cell holds an object, at first, in 0…1",
    "objective.presence.last": "the same at the end",
    "objective.scaleMean.from": "last step with the first prior mean of scale",
    "objective.scaleMean.to": "first step with the last one",
    "objective.scaleMean.first": "prior mean of a scale sample at first: logit of box over image",
    "objective.scaleMean.last": "the same at the end: logit of object side over image side",
    "objective.scaleDeviation": "prior deviation of a scale sample, positive",
    "objective.temperature.from": "last step with the first temperature",
    "objective.temperature.to": "first step with the last one",
    "objective.temperature.first": "temperature of the relaxed presence at first, positive",
    "objective.temperature.last": "the same at the end",
    "objective.fixedAlpha": "what takes alpha's place at first, in 0…1",
    "objective.fixedAlphaSteps": "steps with a fixed alpha (after step 0), 0 for none",
    "objective.appearanceWeight.from": "last step with the first weight of appearance's divergence",
    "objective.appearanceWeight.to": "first step with the last one",
    "objective.appearanceWeight.first":
      "weight of appearance's divergence at first, 0 or more; 1 as published, less keeps glimpses alive",
    "objective.appearanceWeight.last": "the same at the end; 1 for the bound of the likelihood",
    "objective.boundarySteps": "last step with the boundary loss, -1 for never",
    "steps": "gradient steps, at least 1",
    "batchSize": "images of a step, 2 to 1024",
    "foregroundRate": "RMSprop's learning rate for the foreground, positive",
    "headStartSteps":
      "first steps, which train the background alone, 0 for none (published); schedules count from their end",
    "warmUpSteps":
      "steps over which the foreground's rate rises from 0 to foregroundRate, 0 for none (published)",
    "backgroundRate": "Adam's learning rate for the background, positive",
    "clipNorm": "longest gradient of both together, positive",
    "logEvery": "steps between two rows of the log, at least 1",
    "evaluation.every": "steps between two validations, 0 for none",
    "evaluation.validationCount": "images of a validation, at most",
    "evaluation.testCount": "images of the test, at most",
    "evaluation.batchSize": "images of a batch where no gradient is wanted, 1 to 1024",
    "evaluation.keepsBest":
      "whether the parameters with the best validation AP are tested (the authors' way); else the last",
    "evaluation.keepsFrom": "first step whose parameters may be kept, at most steps",
    "evaluation.pictures": "images shown in pictures, at most 200, 0 for none",
    "health.step":
      "after which step to look whether training has gone astray, 0 for never; counted as schedules are",
    "health.action": "note: go on and say so; stop: end the run, to be started with another seed",
  ]

  /// A form that ends in seconds: it shows that all runs, and learns nothing yet.
  public static let quickOverrides: [(key: String, value: String)] = [
    ("steps", "20"), ("batchSize", "4"), ("evaluation.every", "10"),
    ("evaluation.validationCount", "8"), ("evaluation.testCount", "16"),
    ("evaluation.batchSize", "8"), ("evaluation.pictures", "4"), ("evaluation.keepsFrom", "0"),
    ("health.step", "0"), ("logEvery", "2"), ("headStartSteps", "0"),
  ]

  /// Keys that older runs do not have.
  public static let keysAddedLater = ["data.alpha", "model.kind"]

  /// `threads`, and how often the log is written.
  public static let keysWithoutEffect = ["threads", "logEvery"]

  /// Checks ranges, and that a network can be built.
  public func validate() throws {
    try ConfigChecks.atLeast([
      ("seed", seed, 0), ("data.count", data.count, 0),
      ("objective.fixedAlphaSteps", objective.fixedAlphaSteps, 0),
      ("objective.boundarySteps", objective.boundarySteps, -1), ("steps", steps, 1),
      ("logEvery", logEvery, 1), ("warmUpSteps", warmUpSteps, 0),
      ("headStartSteps", headStartSteps, 0),
      ("evaluation.every", evaluation.every, 0),
      ("evaluation.validationCount", evaluation.validationCount, 1),
      ("evaluation.testCount", evaluation.testCount, 1),
      ("evaluation.keepsFrom", evaluation.keepsFrom, 0), ("health.step", health.step, 0),
    ])
    try ConfigChecks.within([
      ("threads", threads, ConfigRanges.threads), ("batchSize", batchSize, 2...1024),
      ("model.components", model.components, 1...64),
      ("evaluation.batchSize", evaluation.batchSize, 1...1024),
      ("evaluation.pictures", evaluation.pictures, ConfigRanges.pictures),
      ("data.procedural.train", data.procedural.train, 0...10_000_000),
      ("data.procedural.validation", data.procedural.validation, 0...10_000_000),
      ("data.procedural.test", data.procedural.test, 0...10_000_000),
    ])
    try ConfigChecks.positive([
      ("objective.foregroundDeviation", objective.foregroundDeviation),
      ("objective.backgroundDeviation", objective.backgroundDeviation),
      ("objective.scaleDeviation", objective.scaleDeviation),
      ("objective.temperature.first", objective.temperature.first),
      ("objective.temperature.last", objective.temperature.last),
      ("foregroundRate", foregroundRate), ("backgroundRate", backgroundRate),
      ("clipNorm", clipNorm),
    ])
    for (key, value) in [
      ("objective.presence.first", objective.presence.first),
      ("objective.presence.last", objective.presence.last),
    ] { try ConfigChecks.check(key, value > 0 && value < 1, "a number between 0 and 1", value) }
    try ConfigChecks.check(
      "objective.fixedAlpha", (0...1).contains(objective.fixedAlpha), "a number in 0…1",
      objective.fixedAlpha)
    for (key, value) in [
      ("objective.appearanceWeight.first", objective.appearanceWeight.first),
      ("objective.appearanceWeight.last", objective.appearanceWeight.last),
    ] { try ConfigChecks.check(key, value >= 0 && value.isFinite, "a number of 0 or more", value) }
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
