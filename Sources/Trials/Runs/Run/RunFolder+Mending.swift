import Foundation
import Storage
import Yams

extension RunFolder {
  /// Writes `run.json` and `config.yaml` of a finished run where they are missing or damaged; what was there is kept beside
  /// them under a name with `.damaged`.
  ///
  /// - Returns: what was done, `nil` for nothing.
  func mend(_ config: ResolvedConfig) throws -> String? {
    var mended: [String] = []
    if (try? record()) == nil {
      try setAside("run.json")
      let state = try? CheckpointFolder(self).newest(hash: config.hash)
      let step = state.flatMap { try? CheckpointFolder.integer("step", of: $0) } ?? 0
      let time = RunSession.timestamp(ofFile: file("result.json"))
      let record = RunRecord(
        experiment: config.experiment, hash: config.hash, label: config.label, status: .done,
        commit: "unknown", seed: config.seed, threads: config.threads, blas: "unknown",
        host: .init(name: "unknown", processor: "unknown", cores: 0), started: time, updated: time,
        seconds: try result()?.seconds ?? 0, step: step, stepCount: step, pid: 0, command: "",
        error: "")
      try AtomicFile.write(RunCoding.text(record), to: file("run.json"))
      mended.append("run.json")
    }
    if !hasConfiguration {
      try setAside("config.yaml")
      try AtomicFile.write(config.yaml, to: file("config.yaml"))
      mended.append("config.yaml")
    }
    if mended.isEmpty { return nil }
    return "\(path): \(mended.joined(separator: " and ")) could not be read and "
      + "\(mended.count == 1 ? "was" : "were") written again; what is lost is where and when the run was made"
  }

  /// Whether `config.yaml` holds a mapping.
  var hasConfiguration: Bool {
    guard let text = try? configuration(), let node = try? BoundedYAML.compose(text),
      case .mapping = node
    else { return false }
    return true
  }

  /// Renames a damaged file that has anything in it.
  private func setAside(_ name: String) throws {
    guard let size = FileState(file(name))?.size, size > 0 else { return }
    rename(file(name), file(name + ".damaged"))
  }

  /// What to do about a damaged file that the run can write again.
  func advice(for name: String) -> String {
    let runs = path.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
      .joined(separator: "/")
    let command =
      name == "config.yaml"
      ? "the command of the run"
      : "`tessera run \(file("config.yaml")) --runs \(runs.isEmpty ? "." : runs)`"
    return "the other files of the run are kept: \(command) writes this one again"
  }
}

extension RunError {
  /// The message without what to do.
  var whatIsWrong: String {
    guard case .unreadable(let path, let expected, let found, _) = self else { return description }
    return "\(path): expected \(expected), found \(found)"
  }
}
