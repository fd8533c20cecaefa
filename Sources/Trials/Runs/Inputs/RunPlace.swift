import Foundation
import Storage

/// What is to become of a run whose inputs are not those of the run that is there.
public enum ChangedInputs: Sendable, Equatable {
  /// After a run that is done, one of its own for the new contents; an unfinished run is not gone on with.
  case refuse
  /// A run of its own, whatever is there.
  case runAnew
  /// The result that is there, with a caution.
  case showOld
}

/// The folder that a configuration's run has, given the contents of its inputs.
///
/// The first run of a configuration has `<hash>`, whatever it reads. Where that folder holds a run of other contents, theirs is
/// `<hash>-<the beginning of the digest of the contents>`: editing a table makes a new run, and putting the old table back finds
/// the old one.
struct RunPlace {
  let folder: RunFolder
  /// What a reader must know before anything else.
  let cautions: [String]

  /// The folders that runs of a configuration have, that of the hash alone first.
  static func folders(of config: ResolvedConfig, in runsFolder: String) -> [RunFolder] {
    let base = RunFolder(of: config, in: runsFolder)
    let parent = "\(runsFolder)/\(config.experiment)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    return [base]
      + names.filter { $0.hasPrefix(config.hash + "-") }.sorted()
      .map { RunFolder("\(parent)/\($0)") }
  }

  /// The place of a run whose inputs can be read.
  ///
  /// - Throws: ``RunError/unreadable(path:expected:found:advice:)`` for an unfinished run of other inputs.
  init(
    _ config: ResolvedConfig, _ inputs: RunInputs, in runsFolder: String, policy: ChangedInputs
  ) throws {
    let base = RunFolder(of: config, in: runsFolder)
    let beside = RunFolder("\(base.path)-\(inputs.digest.prefix(8))")
    if inputs.inputs.isEmpty {
      (folder, cautions) = (base, [])
      return
    }
    let standing = Standing(of: base, inputs)
    if beside.hasState && !(standing == .same) {
      // Of a table that is filled from what is done, an unfinished run says nothing.
      if policy != .showOld || beside.isDone || !base.isDone {
        (folder, cautions) = (beside, [])
        return
      }
    }
    switch standing {
    case .unused, .same: (folder, cautions) = (base, [])
    case .unknown:
      if policy == .runAnew {
        (folder, cautions) = (
          beside, ["it is not known of what data \(base.path) is: these are run in \(beside.path)"]
        )
      } else {
        let what = base.isDone ? "this result is" : "the steps that are done are"
        (folder, cautions) = (
          base,
          [
            "\(base.path) is from before the contents of data were noted: it cannot be told whether \(what) of the "
              + "data that are there now; for a run on them, the same command with --new-data"
          ]
        )
      }
    case .other(let changes):
      let what = changes.joined(separator: "; ")
      if policy == .runAnew || (base.isDone && policy == .refuse) {
        (folder, cautions) = (
          beside,
          ["\(base.path) is of other data (\(what)): those of now are run in \(beside.path)"]
        )
      } else if policy == .showOld {
        (folder, cautions) = (
          base, ["\(base.path): this result is of other data than those of now: \(what)"]
        )
      } else {
        throw RunPlace.refusal(base, inputs, what)
      }
    }
  }

  /// The place of a run whose inputs are not there, or cannot be read: the newest result, if there is one.
  init(_ config: ResolvedConfig, unreadable error: any Error, in runsFolder: String) {
    let done = RunPlace.folders(of: config, in: runsFolder).filter(\.isDone)
    func time(_ folder: RunFolder) -> Int { FileState(folder.file("done"))?.modified ?? 0 }
    guard let newest = done.max(by: { time($0) < time($1) }) else {
      (folder, cautions) = (RunFolder(of: config, in: runsFolder), [])
      return
    }
    let others = done.filter { $0 != newest }.map(\.path)
    folder = newest
    cautions = [
      "\(newest.path): the data of this result cannot be read now, so that they were not compared: "
        + ExitStatus.message(for: error)
        + (others.isEmpty
          ? "" : "; there are results of other data, too: \(others.joined(separator: ", "))")
    ]
  }

  /// That a run cannot be gone on with.
  static func refusal(_ folder: RunFolder, _ inputs: RunInputs, _ changes: String) -> RunError {
    .unreadable(
      path: inputs.inputs.map(\.path).joined(separator: ", "),
      expected: "the data that the run in \(folder.path) began with", found: "others: \(changes)",
      advice:
        "put the old data back to resume, or give the same command with --new-data for a run on these in a folder of its own"
    )
  }

  /// How the run in a folder stands to the contents of now.
  private enum Standing: Equatable {
    /// There is no run, or none that has saved anything.
    case unused
    case same
    /// Nothing was noted.
    case unknown
    case other([String])

    init(of folder: RunFolder, _ inputs: RunInputs) {
      guard folder.hasState else {
        self = .unused
        return
      }
      if let before = folder.inputs() {
        let changes = inputs.changes(since: before)
        self = changes.isEmpty ? .same : .other(changes)
        return
      }
      guard let noted = (try? folder.result()).flatMap({ EarlierFingerprint(notes: $0.notes) }),
        !noted.isBlind, let input = inputs.inputs.first,
        let now = try? EarlierFingerprint(of: input.path)
      else {
        self = .unknown
        return
      }
      self =
        noted == now
        ? .same
        : .other(
          [
            "\(input.key) \(input.path): the SHA-256 of its \(noted.covers) was "
              + "\(noted.digest.prefix(12))…, is \(now.digest.prefix(12))…"
          ])
    }
  }
}

extension RunFolder {
  /// Whether there is anything in it that a run would go on from, or a result.
  var hasState: Bool { isDone || CheckpointFolder(self).hasState }
}
