import Datasets
import Infomin
import Layers
import Metrics
import TensorCore

/// The evaluation of a disentangled representation: how well it rebuilds images, what it still says of the label, whether the
/// label can be swapped.
struct DisentanglingEvaluation {
  let experiment: DisentanglingExperiment

  private var settings: ImageEvaluationSettings { experiment.configuration.evaluation }

  /// Adds every number to a result.
  func measure(using random: Philox, monitor: RunMonitor, into result: inout RunResult) throws {
    let test = Array(0..<experiment.data.test.count)
    let train = Array(0..<min(settings.trainCount, experiment.data.train.count))
    let z = (
      train: codes(of: experiment.data.train, train), test: codes(of: experiment.data.test, test)
    )
    try monitor.checkCancellation()
    try reconstructions(test, z.test, into: &result)
    try monitor.checkCancellation()
    try swaps(test, z.test, into: &result)
    try factors(z.test, using: random.stream("factors"), into: &result)
    try monitor.checkCancellation()
    let t = (
      train: experiment.oneHot(experiment.data.train, train),
      test: experiment.oneHot(experiment.data.test, test)
    )
    let measurement = DependenceMeasurement(
      patience: settings.patience, permutations: settings.permutations, monitor: monitor)
    let testLabels = Set(experiment.labels(of: experiment.data.test, test))
    if testLabels.count < 2 {
      result.notes.append(
        "dependence is left out: all \(test.count) test images have the same \(experiment.configuration.data.label)"
      )
    }
    for (label, functions, passes) in [
      ("dependence.coded", RhoStar.Functions.oneSided(hidden: [200]), settings.passes),
      ("dependence.twoSided", .twoSided(hidden: 200), settings.twoSidedPasses),
      ("dependence.slice", .slices(count: settings.slices), 1),
    ] where testLabels.count > 1 {
      try measurement.measure(
        label, functions, passes: passes, train: (z.train, t.train), test: (z.test, t.test),
        using: random, into: &result)
    }
    let probe = try LabelProbe.accuracy(
      train: (z.train, experiment.labels(of: experiment.data.train, train)),
      test: (z.test, experiment.labels(of: experiment.data.test, test)),
      classes: experiment.classes, using: random.stream("probe"))
    result.scalars["probe.label"] = probe
    result.scalars["probe.chance"] = LabelProbe.chance(
      experiment.labels(of: experiment.data.test, test))
  }

  private func codes(of set: ImageSet, _ rows: [Int]) -> Tensor<Float> {
    inChunks(rows) { experiment.model.content(set.images($0), experiment.state.content) }
  }

  /// Rows of a function of some images at a time, one after the other.
  private func inChunks(_ rows: [Int], _ body: ([Int]) -> Tensor<Float>) -> Tensor<Float> {
    Tensor.concatenate(
      stride(from: 0, to: rows.count, by: 512).map {
        body(Array(rows[$0..<min($0 + 512, rows.count)]))
      }, along: 0)
  }

  private func reconstructions(
    _ rows: [Int], _ z: Tensor<Float>, into result: inout RunResult
  ) throws {
    let set = experiment.data.test
    var (squares, norms, hits) = (0.0, 0.0, 0)
    for start in stride(from: 0, to: rows.count, by: 512) {
      let part = Array(rows[start..<min(start + 512, rows.count)])
      let x = set.images(part)
      let labels = experiment.labels(of: set, part)
      let drawn = experiment.model.decode(
        z.rows(start..<start + part.count), labels: labels, experiment.state)
      squares += Double((x - drawn).map { $0 * $0 }.sum())
      norms += try swapError(x, drawn) * Double(part.count)
      let predicted = experiment.model.labelLogits(x, experiment.state).argmax()
      hits += zip(predicted, labels).count { $0 == $1 }
    }
    let count = Double(rows.count)
    result.scalars["reconstruction.mse"] =
      squares / (count * Double(set.height * set.width * set.channels))
    result.scalars["reconstruction.norm"] = norms / count
    result.scalars["accuracy.label"] = Double(hits) / count
  }

  /// Draws test images with every other label; the label encoder, which never saw such images, says what it sees.
  ///
  /// Sprites are known with every shape: there the drawn swap is compared with the true one as well.
  private func swaps(_ rows: [Int], _ z: Tensor<Float>, into result: inout RunResult) throws {
    let set = experiment.data.test
    let rows = Array(rows.prefix(1000))
    let labels = experiment.labels(of: set, rows)
    var (asWanted, asBefore, count) = (0, 0, 0)
    var (norms, normCount) = (0.0, 0)
    for shift in 1..<max(experiment.classes, 2) {
      for start in stride(from: 0, to: rows.count, by: 500) {
        let part = start..<min(start + 500, rows.count)
        let wanted = labels[part].map { ($0 + shift) % experiment.classes }
        let drawn = experiment.model.decode(z.rows(part), labels: wanted, experiment.state)
        let seen = experiment.model.labelLogits(drawn, experiment.state).argmax()
        asWanted += zip(seen, wanted).count { $0 == $1 }
        asBefore += zip(seen, labels[part]).count { $0 == $1 }
        count += wanted.count
        guard experiment.configuration.data.label == "shape" else { continue }
        for shape in 0..<experiment.classes {
          let places = wanted.indices.filter { wanted[$0] == shape }
          guard !places.isEmpty,
            let truth = set.sprites(
              withShape: shape, of: places.map { rows[part.lowerBound + $0] })
          else { continue }
          norms += try swapError(truth, drawn.gather(rows: places)) * Double(places.count)
          normCount += places.count
        }
      }
    }
    result.scalars["swap.asWanted"] = Double(asWanted) / Double(count)
    if normCount > 0 { result.scalars["swap.norm"] = norms / Double(normCount) }
    result.scalars["swap.asBefore"] = Double(asBefore) / Double(count)
  }

  /// How Z holds every known label column, the hidden one among them; nothing where there is only that one, or too few images
  /// for their values.
  private func factors(
    _ z: Tensor<Float>, using random: Philox, into result: inout RunResult
  ) throws {
    let count = min(1000, z.shape[0])
    let labels = experiment.data.test.labels.sorted { $0.key < $1.key }
      .map { (name: $0.key, values: Array($0.value.prefix(count))) }
      .filter { Set($0.values).count > 1 }
    let columns = labels.map(\.values)
    guard columns.count > 1, count >= 300 else { return }
    let scores = try FactorScores(
      codes: z.rows(0..<count), factors: columns,
      kinds: columns.map { Set($0).count > 10 ? .quantities : .classes }, using: random)
    for (name, value) in scores.scalars { result.scalars["factors.\(name)"] = value }
    result.notes += scores.notes(names: labels.map(\.name))
  }
}
