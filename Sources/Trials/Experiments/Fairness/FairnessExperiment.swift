import Datasets
import Foundation
import Infomin
import Layers
import RealModule
import Storage
import TensorCore

/// Learns a representation that predicts an outcome and hides a protected attribute (Chen et al. 2022, fairness).
///
/// Minimises `J(Z; T) − β · utility(Z; Y)`. A step is an epoch: shuffle, max-step, validation, then one Adam step for each
/// mini-batch, preceded by a max-step on that batch under `schedule: batch`.
public struct FairnessExperiment: Experiment, MaxStepTiming {
  /// `fairness`
  public static let name = "fairness"
  /// For listings.
  public static let summary =
    "fair representations of tabular data: predict Y from Z = f(X) while Z says nothing about T"

  let configuration: FairnessConfiguration
  let data: PreparedFairness
  let random: Philox
  private let folder: String?
  private let block: (x: Tensor<Float>, y: Tensor<Float>, t: Tensor<Float>)
  /// T as the estimators and measures of dependence see it.
  private let hidden: HiddenAttribute
  private let groups: FairnessGroups
  private(set) var model: FairModel
  private var estimator: any DependenceEstimator<Float>
  private var optimiser: Adam<Float>
  private var plateau: ReduceLROnPlateau
  private var best: (epoch: Int, loss: Double, model: FairModel)?
  private var warnings: Set<String> = []
  /// What standardises T for critics that have no standardisation of their own, for a table of one's own; the paper's tables are
  /// as the authors have them.
  private let sensitiveMoments: Layers.ColumnMoments<Float>?

  /// Loads the table and draws the initial weights.
  public init(configuration: FairnessConfiguration, environment: RunEnvironment) throws {
    self.configuration = configuration
    let seed = UInt64(configuration.seed)
    let table = try configuration.data.table(in: environment.dataDirectories)
    folder = environment.folder
    let sizes =
      configuration.data.csv.path.isEmpty
      ? SplitSizes.usual(rowCount: table.rowCount) : .proportional(rowCount: table.rowCount)
    try FairnessRows.check(table, sizes: sizes)
    data = try table.prepared(
      configuration.data.split == .official ? .official : .shuffled(seed: seed), sizes: sizes,
      constantColumns: .drop)
    try FairnessRows.checkOutcome(data, of: table)
    groups = try FairnessGroups(of: data, leastCount: configuration.evaluation.groupRows)
    if configuration.method == .distance {
      try DistanceMemory.check(
        rows: min(configuration.batchSize, data.xTrain.shape[0]), key: "batchSize")
      let validation = data.xValidation.shape[0]
      let limit = configuration.validationRows
      try DistanceMemory.check(
        rows: limit == 0 ? validation : min(limit, validation), key: "validationRows")
    }
    random = Philox(seed: seed).stream("fairness")
    block = data.trainingBlock
    hidden = HiddenAttribute(data)
    try FairnessRows.checkHidden(hidden, of: table)
    let isOwnNumber = !configuration.data.csv.path.isEmpty && hidden.columnCount == 1
    sensitiveMoments =
      isOwnNumber && [.tc, .club].contains(configuration.method)
      ? Layers.ColumnMoments(of: hidden.train) : nil
    model = FairModel(
      inputs: data.inputCount, configuration.model, random: random.stream("model"))
    estimator = configuration.method.estimator(
      inputs: configuration.model.representation, targets: hidden.columnCount,
      slice: configuration.slice,
      inner: configuration.inner, random: random.stream("estimator"))
    optimiser = Adam(learningRate: configuration.learningRate)
    plateau = ReduceLROnPlateau(factor: 0.1, patience: max(configuration.plateauPatience, 1))
  }

  /// The table of the user's own, or the files of the source.
  public static func inputs(
    configuration: FairnessConfiguration, environment: RunEnvironment
  ) throws -> [InputFile] {
    try configuration.data.inputs(in: environment.dataDirectories)
  }

  /// The epochs.
  public var stepCount: Int { configuration.epochs }

  /// One epoch.
  public mutating func advance(step epoch: Int, log: inout StepLog) throws {
    var shuffle = random.stream("shuffle", epoch)
    let order = shuffle.permutation(data.xTrain.shape[0])
    let encoded = try maxStep(epoch, log: &log)
    let validationLoss = validate(epoch, encoded: encoded, log: &log)
    var sums = (loss: 0.0, utility: 0.0, dependence: 0.0)
    let size = min(configuration.batchSize, order.count)
    // A last part of a batch is left out: its moments would be those of few rows.
    let batches = order.count / size
    for batch in 0..<batches {
      let rows = Array(order[batch * size..<(batch + 1) * size])
      let draw = random.stream("batch", epoch, batch)
      let (utility, dependence) = try minStep(rows, draw)
      sums.utility += utility
      sums.dependence += dependence
      sums.loss += dependence - configuration.utilityWeight * utility
    }
    log["loss/train"] = sums.loss / Double(batches)
    log["utility/train"] = sums.utility / Double(batches)
    log["dependence/train"] = sums.dependence / Double(batches)
    log["learning rate/Adam"] = optimiser.learningRate
    if configuration.plateauPatience > 0 {
      plateau.step(validationLoss, &optimiser.learningRate)
    }
  }

  /// The epoch's max-step. Returns the representation of the validation rows where they were among its rows.
  private mutating func maxStep(_ epoch: Int, log: inout StepLog) throws -> Tensor<Float>? {
    let draw = random.stream("max-step", epoch)
    let rows: (x: Tensor<Float>, t: Tensor<Float>)
    switch configuration.fit.rows {
    case .all: rows = (block.x, hidden.block)
    case .train: rows = (data.xTrain, hidden.train)
    case .sample:
      var pick = draw.stream("sample")
      let order = pick.permutation(data.xTrain.shape[0])
      let picked = Array(order.prefix(configuration.fit.sampleSize))
      rows = (data.xTrain.gather(rows: picked), hidden.train.gather(rows: picked))
    }
    let z = model.encode(rows.x)
    let report = try estimator.fit(z, sensitive(rows.t), using: draw)
    log.add(report)
    if let warning = report.warning { warnings.insert(warning) }
    guard configuration.fit.rows == .all else { return nil }
    return z.rows(data.xTrain.shape[0]..<z.shape[0])
  }

  /// T as the estimator has it.
  private func sensitive(_ t: Tensor<Float>) -> Tensor<Float> { sensitiveMoments?(t) ?? t }

  /// One max-step as the schedule has it (on the rows of an epoch, or on one mini-batch), for the timing in tables.
  mutating func maxStepOfSchedule(_ index: Int) throws {
    var log = StepLog(step: index)
    guard configuration.schedule == .batch else {
      _ = try maxStep(index, log: &log)
      return
    }
    let rows = 0..<min(configuration.batchSize, data.xTrain.shape[0])
    _ = try estimator.fit(
      model.encode(data.xTrain.rows(rows)), sensitive(hidden.train.rows(rows)),
      using: random.stream("max-step", index))
  }

  /// The validation loss under the present parameters; keeps a copy of them if it is the best so far.
  private mutating func validate(
    _ epoch: Int, encoded: Tensor<Float>?, log: inout StepLog
  ) -> Double {
    let limit = configuration.validationRows
    let count =
      limit == 0 ? data.xValidation.shape[0] : min(limit, data.xValidation.shape[0])
    let z = encoded?.rows(0..<count) ?? model.encode(data.xValidation.rows(0..<count))
    let utility = Double(
      RenyiObjective.value(model.predictor, z, data.yValidation.rows(0..<count)))
    let dependence = Double(
      estimator.value(
        z, sensitive(hidden.validation.rows(0..<count)), using: random.stream("validation", epoch)))
    let loss = dependence - configuration.utilityWeight * utility
    log["loss/validation"] = loss
    log["utility/validation"] = utility
    log["dependence/validation"] = dependence
    if configuration.method == .tc {
      log["dependence/critic cross-entropy above ln 2"] = -dependence - Double.log(2)
    }
    let first = min(configuration.keepsFrom, configuration.epochs * 2 / 3)
    if configuration.keepsBest && epoch >= first && loss < best?.loss ?? .infinity {
      best = (epoch, loss, model)
    }
    return loss
  }

  private mutating func minStep(_ rows: [Int], _ draw: Philox) throws -> (Double, Double) {
    let (x, y, t) = (
      data.xTrain.gather(rows: rows), data.yTrain.gather(rows: rows),
      sensitive(hidden.train.gather(rows: rows))
    )
    let (utility, dependence, gradient) = try Self.gradient(
      model, &estimator, x, y, t, configuration, draw, &warnings)
    optimiser.update(&model, with: gradient)
    return (Double(utility), Double(dependence))
  }

  /// The loss's gradient on a batch, after a max-step on it under `schedule: batch`; both read one pass of the encoder.
  ///
  /// Static, and with its passes gone when it returns, so that the optimiser finds the parameters uniquely referenced.
  private static func gradient(
    _ model: FairModel, _ estimator: inout any DependenceEstimator<Float>, _ x: Tensor<Float>,
    _ y: Tensor<Float>, _ t: Tensor<Float>, _ configuration: FairnessConfiguration,
    _ draw: Philox, _ warnings: inout Set<String>
  ) throws -> (utility: Float, dependence: Float, gradient: FairModel.Gradient) {
    let weight = Float(configuration.utilityWeight)
    let pass = ShardedPass(model.encoder.prepared(), x)
    if configuration.schedule == .batch {
      let report = try estimator.fit(pass.y, t, using: draw.stream("max-step"))
      if let warning = report.warning { warnings.insert(warning) }
    }
    let utility = RenyiObjective.evaluate(model.predictor, pass.y, y, wanting: [.network, .z])
    let term = estimator.valueAndGradient(
      pass.y, t, includingTarget: false, using: draw.stream("objective"))
    var predictor = utility.network!
    predictor *= -weight
    let encoder = pass.backward(
      term.dZ - utility.dZ! * weight, needsInputGradient: false
    ).gradient
    let gradient = FairModel.Gradient(of: model) {
      $0.encoder = encoder
      $0.predictor = predictor
    }
    return (utility.value, term.value, gradient)
  }

  private static var saved: [SavedPart<Self>] {
    [
      .parameters("model", \.model),
      .optimizer("optimiser", steps: "optimiserSteps", \.optimiser),
      .value("learningRate", \.optimiser.learningRate), .estimator("estimator", \.estimator),
      .value("plateau", \.plateau), .warnings("warnings", \.warnings),
      SavedPart(
        save: { whole, state, values in
          guard let best = whole.best else { return }
          state.set(under: "best", best.model.namedParameters)
          values.set("bestEpoch", best.epoch)
          values.set("bestLoss", best.loss)
        },
        restore: { whole, state, values in
          guard let epoch: Int = try values.optional("bestEpoch"),
            let loss: Double = try values.optional("bestLoss")
          else { return }
          var kept = whole.model
          try kept.setParameters(to: state.tensors(under: "best"))
          whole.best = (epoch, loss, kept)
        }),
    ]
  }

  /// Weights, moments, the kept copy, the critic and the schedule.
  public func checkpoint() throws -> Checkpoint {
    try Self.saved.checkpoint(of: self, "fairness")
  }

  /// Continues from a saved state.
  public mutating func restore(_ checkpoint: Checkpoint) throws {
    try Self.saved.restore(&self, from: checkpoint, "fairness")
  }

  /// Restores the kept parameters and measures the frozen representation.
  public mutating func finish(_ monitor: RunMonitor) throws -> RunResult {
    var notes = warnings.sorted()
    notes.append(data.provenance)
    notes += data.notes
    if !data.droppedColumns.isEmpty {
      notes.append(
        "constant among the rows that standardise them, left out: "
          + data.droppedColumns.joined(separator: ", "))
    }
    notes += hidden.notes
    notes.append("max-step schedule: \(configuration.schedule.rawValue)")
    if configuration.keepsBest, let best {
      model = best.model
      notes.append("parameters of epoch \(best.epoch), the best validation loss")
    }
    let z = (
      train: model.encode(block.x), test: model.encode(data.xTest)
    )
    var result = try FairnessEvaluation(
      configuration: configuration, data: data, block: block, hidden: hidden,
      predictor: model.predictor, groups: groups
    )
    .measure(z.train, z.test, using: random.stream("evaluation"), monitor: monitor)
    result.notes += notes
    if let folder, configuration.writesRepresentation {
      let path = "\(folder)/representation.csv"
      try FairnessRepresentation(
        data: data, groups: groups.division, trainingBlock: z.train, test: z.test
      ).write(to: path)
      result.notes.append("the representation of each row is in \(path)")
    }
    return result
  }
}

extension FairnessConfiguration.Data {
  /// The files that are read; none for generated tables.
  func inputs(in directories: [String]) throws -> [InputFile] {
    guard csv.path.isEmpty else {
      let key = "data.csv.path"
      return [InputFile(key: key, path: try DataPath.find(csv.path, key: key, in: directories))]
    }
    return try source.files(in: directories).map {
      [InputFile(key: "data.source", path: $0.folder, contents: .files($0.names))]
    } ?? []
  }

  /// The table of the user's own, or that of the source.
  func table(in directories: [String]) throws -> FairnessTable {
    guard csv.path.isEmpty else {
      return try FairnessTable.read(
        csv: DataPath.find(csv.path, key: "data.csv.path", in: directories),
        target: csv.target, sensitive: csv.sensitive, ignoring: csv.ignored,
        textColumns: Set(csv.text), missing: csv.missing, constantColumns: .drop,
        layout: csv.layout)
    }
    // A generated table takes its columns twice while it is made, at least a hundred bytes per row.
    let available = SystemMemory.availableBytes
    try ConfigChecks.check(
      "data.rows", Double(rows) * 100 <= Double(available),
      "a table that fits into the \(SystemMemory.text(available)) of memory that can be had", rows)
    return try source.table(
      in: directories, sensitive: sensitive, seed: 0, rowCount: rows == 0 ? nil : rows)
  }
}
