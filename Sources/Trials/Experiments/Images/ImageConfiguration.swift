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
}
