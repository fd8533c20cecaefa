import Infomin
import Layers
import TensorCore

/// Measures ρ* between frozen representations and a target in several forms, and files each under its name.
struct DependenceMeasurement {
  /// Passes of the metric's networks without improvement before they stop.
  var patience: Int
  /// Shuffles of the permutation null.
  var permutations: Int
  /// Who watches; asked now and then whether to stop.
  var monitor: RunMonitor

  /// Learns functions on the training rows, measures them on the test rows, and adds to a result the value on test rows under
  /// `label`, and under `label.validation`, `.testTail`, `.null95`, `.pValue` what ``Infomin/RhoStar/Result`` has.
  ///
  /// - Parameters:
  ///   - start: a network that the one-sided form starts from.
  ///   - random: the parent of the stream `label` that everything is drawn from.
  @discardableResult
  func measure(
    _ label: String, _ functions: RhoStar.Functions, passes: Int,
    train: (Tensor<Float>, Tensor<Float>), test: (Tensor<Float>, Tensor<Float>),
    startingFrom start: MLP<Float>? = nil, using random: Philox, into result: inout RunResult
  ) throws -> RhoStar.Measurement<Float> {
    let metric = RhoStar(
      functions, training: InnerTraining(passes: passes, patience: patience),
      permutations: permutations)
    let measurement = try metric.measure(
      train: train, test: test, startingFrom: start, using: random.stream(label)
    ) { done, total in
      try monitor.checkCancellation()
      if done % 10 == 0 { monitor.report("\(label) \(done)/\(total)") }
    }
    let found = measurement.result
    result.scalars[label] = found.test
    result.scalars["\(label).validation"] = found.validation
    result.scalars["\(label).testTail"] = found.testTail
    result.scalars["\(label).null95"] = found.null95
    result.scalars["\(label).pValue"] = found.pValue
    for warning in measurement.warnings where !result.notes.contains(warning) {
      result.notes.append(warning)
    }
    return measurement
  }
}
