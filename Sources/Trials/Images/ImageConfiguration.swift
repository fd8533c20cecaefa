import Datasets

/// The settings that experiments on images share.
protocol ImageConfiguration: ExperimentConfiguration {
  var epochs: Int { get }
  var batchSize: Int { get }
  var learningRate: Double { get }
  var decayEpoch: Int { get }
  var logEvery: Int { get }
  var fit: ImageFitSettings { get }
  var slice: SliceSettings { get }
  var inner: InnerSettings { get }
  var evaluation: ImageEvaluationSettings { get }
}

extension ImageConfiguration {
  /// Looks at whether there are images enough for a max-step and for the measurements.
  static func checkCounts(_ data: ImageSplits, least: Int) throws {
    for (key, set) in [("data.train", data.train), ("data.test", data.test)] {
      try ConfigChecks.check(key, set.count >= least, "at least \(least) images", set.count)
    }
  }

  /// Checks the ranges of the shared settings and of the networks' sizes.
  func validateTraining(representation: Int, widthDivisor: Int) throws {
    try ConfigChecks.atLeast([
      ("seed", seed, 0), ("epochs", epochs, 1), ("batchSize", batchSize, 8),
      ("decayEpoch", decayEpoch, 0),
      ("logEvery", logEvery, 1),
    ])
    try ConfigChecks.within([
      ("threads", threads, ConfigRanges.threads),
      ("model.representation", representation, ConfigRanges.width),
    ])
    try ConfigChecks.check(
      "model.widthDivisor", [1, 2, 4, 8, 16].contains(widthDivisor), "1, 2, 4, 8 or 16",
      widthDivisor)
    try ConfigChecks.positive([("learningRate", learningRate)])
    try fit.validate()
    try slice.validate()
    try inner.validate()
    try evaluation.validate()
  }
}
