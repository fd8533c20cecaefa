import Infomin
import Layers

/// When an experiment on images takes a max-step, writes a row of its log and lowers its learning rate.
struct ImageSchedule: Sendable {
  private let epochs, epochSteps, fitEvery, logEvery: Int
  private let rate: StepSchedule

  /// Passes over some images: the last part of a batch is left to the next pass.
  init(_ configuration: some ImageConfiguration, images: Int, batchSize: Int) {
    epochs = configuration.epochs
    epochSteps = max(images / batchSize, 1)
    fitEvery = configuration.fit.every
    logEvery = configuration.logEvery
    let decayEpoch = configuration.decayEpoch
    rate = StepSchedule(
      initialRate: configuration.learningRate, at: decayEpoch > 0 ? [decayEpoch] : [])
  }

  /// The gradient steps.
  var stepCount: Int { epochs * epochSteps }

  /// Whether a max-step comes before a step.
  func fits(at step: Int) -> Bool { step % fitEvery == 0 }

  /// Whether a step writes a row; the last one does.
  func logs(at step: Int) -> Bool { step % logEvery == 0 || step + 1 == stepCount }

  /// Adam's learning rate at a step.
  func learningRate(at step: Int) -> Double { rate.learningRate(epoch: step / epochSteps) }
}

/// An experiment on images, whose steps begin alike.
protocol ImageExperiment: MaxStepTiming {
  /// When it does what.
  var schedule: ImageSchedule { get }
  /// The max-step of a step.
  mutating func maxStep(_ step: Int) throws -> FitReport
}

extension ImageExperiment {
  /// The start of a step: a max-step if it is due, with its values in the log if the step writes a row.
  ///
  /// - Returns: whether it does.
  mutating func begin(_ step: Int, log: inout StepLog) throws -> Bool {
    let logs = schedule.logs(at: step)
    if schedule.fits(at: step) {
      let report = try maxStep(step)
      if logs { log.add(report) }
    }
    return logs
  }

  mutating func maxStepOfSchedule(_ index: Int) throws { _ = try maxStep(index) }
}

extension StepLog {
  /// Adds what a max-step found, as far as it found anything.
  mutating func add(_ report: FitReport) {
    if report.inSample.isFinite { self["dependence/fit in-sample"] = report.inSample }
    if let heldOut = report.heldOut, heldOut.isFinite { self["dependence/fit held-out"] = heldOut }
  }
}
