import Datasets
import Infomin
import Layers
import TensorCore

/// The evaluation of domain adaptation: accuracy on both domains, and what the representations still share.
struct AdaptationEvaluation {
  let experiment: AdaptationExperiment

  private var settings: ImageEvaluationSettings { experiment.configuration.evaluation }

  /// Representations of images of both domains: those of the source first.
  struct Codes {
    /// `z_c` and `z_d`, a row per image.
    var content, domain: Tensor<Float>
    /// 0 for the source, 1 for the target.
    var domains: [Int]
    /// The label of each image.
    var labels: [Int]
  }

  /// Those of training images, as many of each domain as metrics learn on, and of all test images.
  func codes() -> (train: Codes, test: Codes) {
    let count = settings.trainCount / 2
    return (
      codes(
        experiment.source.train, experiment.target.train,
        min(count, experiment.source.train.count), min(count, experiment.target.train.count)),
      codes(
        experiment.source.test, experiment.target.test, experiment.source.test.count,
        experiment.target.test.count)
    )
  }

  private func codes(_ source: ImageSet, _ target: ImageSet, _ first: Int, _ second: Int) -> Codes {
    let label = experiment.configuration.data.label
    func encoded(_ body: (Tensor<Float>) -> Tensor<Float>) -> Tensor<Float> {
      let parts = [(source, first), (target, second)].flatMap { set, count in
        stride(from: 0, to: count, by: 512).map { body(set.images($0..<min($0 + 512, count))) }
      }
      return .concatenate(parts, along: 0)
    }
    return Codes(
      content: encoded { experiment.model.content($0, experiment.state.content) },
      domain: encoded { experiment.model.domain($0, experiment.state.domain) },
      domains: .init(repeating: 0, count: first) + .init(repeating: 1, count: second),
      labels: Array(source.labels[label]!.prefix(first) + target.labels[label]!.prefix(second)))
  }

  /// Adds every number to a result.
  func measure(
    _ codes: (train: Codes, test: Codes), using random: Philox, monitor: RunMonitor,
    into result: inout RunResult
  ) throws {
    let predicted = experiment.model.contentHead(
      codes.test.content, experiment.state.contentHead
    ).argmax()
    let sourceCount = experiment.source.test.count
    let hits = zip(predicted, codes.test.labels).map { $0 == $1 }
    file("accuracy.source", hits.prefix(sourceCount), into: &result)
    file("accuracy.target", hits.dropFirst(sourceCount), into: &result)
    if !experiment.configuration.sourceOnly {
      let domains = experiment.model.domainHead(codes.test.domain, experiment.state.domainHead)
        .argmax()
      file("accuracy.domain", zip(domains, codes.test.domains).map { $0 == $1 }, into: &result)
    }
    try monitor.checkCancellation()
    let probe = try LabelProbe.accuracy(
      train: (codes.train.content, codes.train.domains),
      test: (codes.test.content, codes.test.domains), classes: 2, using: random.stream("probe"))
    result.scalars["probe.domain"] = probe
    result.scalars["probe.chance"] = LabelProbe.chance(codes.test.domains)
    let measurement = DependenceMeasurement(
      patience: settings.patience, permutations: settings.permutations, monitor: monitor)
    func target(_ codes: Codes) -> Tensor<Float> { .oneHot(codes.domains, classCount: 2) }
    // T is the domain itself: what the content representation ought not to tell.
    for (label, functions, passes) in [
      ("dependence.coded", RhoStar.Functions.oneSided(hidden: [200]), settings.passes),
      ("dependence.twoSided", .twoSided(hidden: 200), settings.twoSidedPasses),
      ("dependence.slice", .slices(count: settings.slices), 1),
    ] {
      try measurement.measure(
        label, functions, passes: passes,
        train: shuffled(codes.train.content, target(codes.train), random),
        test: shuffled(codes.test.content, target(codes.test), random), using: random,
        into: &result)
    }
    // And what the objective minimised: that of both representations.
    try measurement.measure(
      "dependence.representations", .slices(count: settings.slices), passes: 1,
      train: shuffled(codes.train.content, codes.train.domain, random),
      test: shuffled(codes.test.content, codes.test.domain, random), using: random, into: &result)
  }

  /// Metrics split rows by position: domains must not lie in blocks.
  private func shuffled(_ z: Tensor<Float>, _ t: Tensor<Float>, _ random: Philox)
    -> (Tensor<Float>, Tensor<Float>)
  {
    var shuffle = random.stream("shuffle")
    let order = shuffle.permutation(z.shape[0])
    return (z.gather(rows: order), t.gather(rows: order))
  }

  /// A share of hits with its 95 % interval (Wilson's).
  private func file(
    _ name: String, _ hits: some Collection<Bool>, into result: inout RunResult
  ) {
    let (count, z) = (Double(hits.count), 1.959964)
    let share = Double(hits.count { $0 }) / count
    let centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    let half =
      z / (1 + z * z / count)
      * (share * (1 - share) / count + z * z / (4 * count * count)).squareRoot()
    result.scalars[name] = share
    result.intervals[name] = Interval(low: centre - half, high: centre + half)
  }
}
