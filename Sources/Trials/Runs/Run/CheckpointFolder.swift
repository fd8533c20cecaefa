import Foundation
import Storage

/// The saved states of a run: `checkpoints/step-00000120.safetensors`, the last two of them.
struct CheckpointFolder {
  private let path: String

  init(_ folder: RunFolder) { path = folder.file("checkpoints") }

  /// States in the order of their steps.
  private func names() -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return all.filter { $0.hasPrefix("step-") && $0.hasSuffix(".safetensors") }.sorted()
  }

  /// Whether a state was saved.
  var hasState: Bool { !names().isEmpty }

  /// What the newest sound state notes of the inputs; `nil` if there is none, or it notes nothing.
  var newestStamp: String? {
    for name in names().reversed() {
      if let state = try? Checkpoint.read(from: path + "/" + name) {
        return state.metadata["run.inputs"]
      }
    }
    return nil
  }

  /// The newest state that can be read and that fits; `nil` if there is none.
  ///
  /// A state is whole once it has its name, so a damaged one means a damaged disk: the one before serves then. The marker
  /// `latest` is for people; what counts is which states are there.
  ///
  /// - Parameters:
  ///   - fits: throws for a state that cannot be gone on from.
  ///   - passed: is told why a newer state is not taken.
  /// - Throws: ``RunError/unreadable(path:expected:found:advice:)`` for a state of another configuration, or if there are states
  ///   and none can be gone on from.
  func newest(
    hash: String, fits: (Checkpoint) throws -> Void = { _ in },
    passed: (_ state: String, _ reason: any Error) -> Void = { _, _ in }
  ) throws -> Checkpoint? {
    var failure: (file: String, reason: any Error)?
    for name in names().reversed() {
      let file = path + "/" + name
      let state: Checkpoint
      do {
        state = try Checkpoint.read(from: file)
        if state.metadata["run.config"] == hash { try fits(state) }
      } catch {
        failure = failure ?? (file, error)
        continue
      }
      guard state.metadata["run.config"] == hash else {
        throw RunError.unreadable(
          path: file, expected: "a state of configuration \(hash)",
          found: "one of `\(state.metadata["run.config"] ?? "none")`",
          advice: "files of two runs were mixed; move the states of the other run elsewhere")
      }
      if let failure { passed(failure.file, failure.reason) }
      return state
    }
    guard let failure else { return nil }
    throw RunError.unreadable(
      path: failure.file, expected: "a state to go on from",
      found: ExitStatus.message(for: failure.reason),
      advice:
        "put the run's files back from a copy, or move \(path) elsewhere: the same command then begins at the first step"
    )
  }

  /// Writes a state and lets those before the last two go.
  func write(_ state: Checkpoint, step: Int) throws {
    let name = "step-\(CheckpointFolder.padded(step)).safetensors"
    try state.write(to: path + "/" + name)
    try AtomicFile.write(name + "\n", to: path + "/latest")
    keepLast(2)
  }

  /// Deletes all states but the newest `count`.
  func keepLast(_ count: Int) {
    for old in names().dropLast(count) { unlink(path + "/" + old) }
  }

  /// Writes a state beside the others under a name that no run resumes from.
  func writeFailed(_ state: Checkpoint, step: Int) throws -> String {
    let file = path + "/failed-\(CheckpointFolder.padded(step)).safetensors"
    try state.write(to: file)
    return file
  }

  /// A number that ``RunSession`` noted in a state.
  ///
  /// - Throws: ``RunError/unreadable(path:expected:found:advice:)``.
  static func integer(_ name: String, of state: Checkpoint) throws -> Int {
    guard let text = state.metadata["run." + name], let value = Int(text) else {
      throw RunError.unreadable(
        path: "checkpoint", expected: "a whole number under `run.\(name)`",
        found: state.metadata["run." + name] ?? "nothing",
        advice: "the file was not written by a run: move it out of the run folder")
    }
    return value
  }

  private static func padded(_ step: Int) -> String {
    let digits = String(step)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }
}
