import TensorCore
import Trials

/// One epoch of the sliced estimator on a generated table of Adult's size: one step of the fairness experiment, exactly what
/// `tessera run` does. The names are those of `infomin_torch.py`.
struct EpochCase {
  let name: String
  let schedule: MaxStepSchedule

  static var all: [BenchmarkCase] {
    [
      EpochCase(name: "adult-epoch", schedule: .epoch),
      EpochCase(name: "adult-batch", schedule: .batch),
    ].map(\.benchmark)
  }

  /// The rows of the fit and of validation, of a mini-batch; the encoder's widths.
  static let (fitRows, validationRows, batchRows, batches) = (16_000, 4_000, 500, 32)
  static let (inputs, hidden, learnt, predictor, slices) = (16, 200, 80, 100, 100)

  private var benchmark: BenchmarkCase {
    BenchmarkCase(name, operations: operations, peer: .script("infomin_torch.py")) {
      var configuration = FairnessConfiguration()
      configuration.data.source = .adultTwinOfficial
      configuration.data.split = .official
      configuration.fit.rows = .all
      configuration.method = .slice
      configuration.schedule = schedule
      configuration.slice.count = Self.slices
      var experiment = try FairnessExperiment(
        configuration: configuration, environment: RunEnvironment(dataDirectories: []))
      var epoch = 0
      return {
        var log = StepLog(step: epoch)
        try experiment.advance(step: epoch, log: &log)
        epoch += 1
      }
    }
  }

  /// The products of a row of the encoder, whose first two layers are multiplied out, and of the utility's network.
  static let encoderProducts = Double(inputs * hidden + hidden * learnt)
  static let utilityProducts = Double(learnt * predictor + predictor * predictor + predictor)
  static let sliceProducts = Double(learnt * slices)

  /// The operations of an epoch's products: forward once, backward twice (but no gradient of the inputs), the slices forward
  /// and back, and the solves.
  private var operations: Double {
    let (fit, validation) = (Double(Self.fitRows), Double(Self.validationRows))
    let forward = Self.encoderProducts + Self.utilityProducts + Self.sliceProducts
    let encoderBackward = Double(Self.inputs * Self.hidden + 2 * Self.hidden * Self.learnt)
    let backward = encoderBackward + 2 * Self.utilityProducts + Self.sliceProducts
    var total = 2 * (fit * (forward + backward) + validation * (forward - Self.encoderProducts))
    func solve(rows: Int) -> Double {
      SolveCase(
        rows: rows, columns: Self.learnt, slices: Self.slices, target: .normal(columns: 1)
      ).operations
    }
    total += solve(rows: Self.fitRows + Self.validationRows)
    total += 2 * (fit + validation) * Self.encoderProducts
    if schedule == .batch { total += Double(Self.batches) * solve(rows: Self.batchRows) }
    return total
  }
}
