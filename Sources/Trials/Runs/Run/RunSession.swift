import Foundation
import Storage
import TensorCore

/// One process's work on a run folder: the lock, the logs, the checkpoints and `run.json`.
///
/// The order of writing is what lets a run survive a kill at any moment: logs reach the disk before the checkpoint that
/// notes their lengths, and each other file is replaced in one step. On resuming, the logs are cut back to the lengths
/// in the checkpoint, so that the steps after it are logged once.
final class RunSession {
  let folder: RunFolder
  let config: ResolvedConfig
  /// The state to resume from; `nil` for a start from nothing.
  let restored: Checkpoint?
  /// Steps done in earlier sessions.
  let firstStep: Int
  private let lock: RunLock
  private let metrics: JSONLines
  private let events: TensorBoardWriter
  private var record: RunRecord
  private let began = ContinuousClock.now
  private let earlierSeconds: Double

  /// Wall time in seconds over all sessions.
  var seconds: Double {
    earlierSeconds + (ContinuousClock.now - began) / Duration.seconds(1)
  }

  /// What a reader must know of how the run goes on.
  private(set) var cautions: [String] = []
  private let inputs: RunInputs

  /// Takes the folder, finds the newest sound checkpoint, and cuts the logs back to it.
  ///
  /// - Throws: ``RunError``, `StorageError`.
  init(
    config: ResolvedConfig, options: RunOptions, folder place: RunFolder? = nil,
    inputs: RunInputs = RunInputs([])
  ) throws {
    let folder = place ?? RunFolder(of: config, in: options.runsFolder)
    self.folder = folder
    self.config = config
    self.inputs = inputs
    try Folders.make(folder.file("checkpoints"))
    lock = try RunLock(folder: folder.path)
    var cautions: [String] = []
    restored = try CheckpointFolder(folder).newest(
      hash: config.hash, fits: { try RunSession.checkLogs(folder, $0) },
      passed: { file, reason in
        cautions.append(
          "\(file) is left out, the state before it serves: \(ExitStatus.message(for: reason))")
      })
    self.cautions = cautions
    firstStep = try restored.map { try CheckpointFolder.integer("step", of: $0) } ?? 0
    earlierSeconds = restored.flatMap { Double($0.metadata["run.seconds"] ?? "") } ?? 0
    if let stamp = restored?.metadata["run.inputs"], stamp != inputs.stamp {
      let before = folder.inputs() ?? RunInputs([])
      throw RunPlace.refusal(
        folder, inputs, inputs.changes(since: before).joined(separator: "; "))
    }
    try AtomicFile.write(config.yaml, to: folder.file("config.yaml"))
    // A run from before the contents were noted keeps saying so: what its first steps read is not known.
    if restored == nil || restored?.metadata["run.inputs"] != nil {
      try AtomicFile.write(RunCoding.text(inputs), to: folder.file(RunInputs.fileName))
    }
    let lengths = try restored.map { try RunSession.lengths($0) }
    metrics = try JSONLines(
      appendingTo: folder.file("metrics.jsonl"), truncatedTo: lengths?.metrics ?? 0)
    events = try TensorBoardWriter(folder: folder.path, truncatedTo: lengths?.events ?? 0)
    let before = try? folder.record()
    let now = RunSession.timestamp()
    record = RunRecord(
      experiment: config.experiment, hash: config.hash, label: config.label, status: .running,
      commit: SourceCommit.current, seed: config.seed, threads: config.threads,
      blas: BLAS.configuration, host: HostFacts.current.record, started: before?.started ?? now,
      updated: now, seconds: earlierSeconds, step: firstStep, stepCount: 0,
      pid: Int(getpid()), command: options.command, error: "")
  }

  private static let eventsName = "events.out.tfevents.0.tessera"

  /// The lengths that the logs had when a state was saved.
  private static func lengths(_ state: Checkpoint) throws -> (metrics: Int, events: Int) {
    (
      try CheckpointFolder.integer("metricsLength", of: state),
      try CheckpointFolder.integer("eventsLength", of: state)
    )
  }

  /// Throws if a log has become shorter than it was when the state was saved.
  private static func checkLogs(_ folder: RunFolder, _ state: Checkpoint) throws {
    let noted = try lengths(state)
    for (name, length) in [("metrics.jsonl", noted.metrics), (eventsName, noted.events)] {
      let size = FileState(folder.file(name))?.size ?? 0
      if size < length {
        throw RunError.unreadable(
          path: folder.file(name), expected: "the \(length) bytes that the state notes",
          found: "\(size)", advice: "put the log back from a copy")
      }
    }
  }

  /// Notes how many steps there are and that the run is on its way.
  func start(stepCount: Int) throws {
    record.stepCount = stepCount
    try update(.running, step: firstStep)
  }

  /// Appends the values of a step to both logs, and its pictures to the events and the folder of figures.
  ///
  /// A step that is done again after a kill replaces its figures by the same ones.
  func log(_ log: StepLog) throws {
    let row = MetricsRow(log, time: seconds)
    try metrics.append(row.json)
    try events.scalars(
      log.entries.map { (tag: $0.name, value: $0.value) }, step: log.step)
    for figure in log.images {
      try events.image(figure.name, png: figure.png, step: log.step)
      try FigureFolder(of: folder).write(figure, step: log.step)
    }
  }

  /// Saves the state after `step` steps.
  func save(_ state: Checkpoint, step: Int) throws {
    try metrics.requireInPlace()
    try metrics.synchronize()
    try events.synchronize()
    try CheckpointFolder(folder).write(stamped(state, step: step), step: step)
    try update(.running, step: step)
  }

  /// Saves a state that the run must not resume from, to be looked at; returns its path.
  func saveFailed(_ state: Checkpoint, step: Int) throws -> String {
    try CheckpointFolder(folder).writeFailed(stamped(state, step: step), step: step)
  }

  /// Writes the result and the mark that all is there.
  func complete(_ result: RunResult) throws {
    try metrics.requireInPlace()
    try AtomicFile.write(RunCoding.text(result), to: folder.file("result.json"))
    try update(.done, step: record.stepCount)
    try AtomicFile.write("", to: folder.file("done"))
  }

  /// Notes how the run stands; not in a folder that was put in the place of this run's.
  func update(_ status: RunRecord.Status, step: Int? = nil, error: String = "") throws {
    try metrics.requireInPlace()
    record.status = status
    record.step = step ?? record.step
    record.error = error
    record.seconds = seconds
    record.updated = RunSession.timestamp()
    try AtomicFile.write(RunCoding.text(record), to: folder.file("run.json"))
  }

  /// Notes that the run failed, as well as that can be noted: the caller's error is the one to show.
  ///
  /// On a full disk the note itself may not fit; states before the newest give way to it.
  func fail(with error: any Error) {
    do {
      try update(.failed, error: "\(error)")
    } catch {
      CheckpointFolder(folder).keepLast(1)
      try? update(.failed, error: record.error)
    }
  }

  private func stamped(_ state: Checkpoint, step: Int) -> Checkpoint {
    var state = state
    state.metadata["run.experiment"] = config.experiment
    state.metadata["run.config"] = config.hash
    state.metadata["run.step"] = String(step)
    state.metadata["run.seconds"] = String(seconds)
    state.metadata["run.metricsLength"] = String(metrics.length)
    state.metadata["run.eventsLength"] = String(events.length)
    if restored == nil || restored?.metadata["run.inputs"] != nil {
      state.metadata["run.inputs"] = inputs.stamp
    }
    return state
  }

  static func timestamp() -> String { ISO8601DateFormatter().string(from: Date()) }

  /// When a file was last written.
  static func timestamp(ofFile path: String) -> String {
    let seconds = Double(FileState(path)?.modified ?? 0) / 1e9
    return ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: seconds))
  }
}
