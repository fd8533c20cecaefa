import Foundation
import Storage

/// A run folder of which something cannot be read, and what to do about it; it keeps no other run from being shown.
public struct RunFault: Sendable, Equatable {
  /// The folder.
  public let path: String
  /// Where, what was expected, what was found and what to do.
  public let message: String
}

/// The run folders below a folder, those too of which something is missing.
public struct RunSurvey: Sendable {
  /// The folders, by experiment and start.
  public private(set) var folders: [RunFolder] = []
  /// What cannot be shown.
  public private(set) var faults: [RunFault] = []

  /// Looks for `<runsFolder>/<experiment>/<run>`; plain files, such as reports, are no runs.
  public init(of runsFolder: String) {
    var entries: [(experiment: String, started: String, folder: RunFolder)] = []
    for experiment in names(in: runsFolder) {
      let parent = runsFolder + "/" + experiment
      guard RunSurvey.isFolder(parent) else { continue }
      for name in names(in: parent) {
        let folder = RunFolder(parent + "/" + name)
        guard RunSurvey.isFolder(folder.path) else { continue }
        if !folder.exists("run.json") {
          note(missingRecord: folder)
          continue
        }
        entries.append((experiment, (try? folder.record().started) ?? "", folder))
      }
    }
    folders = entries.sorted {
      ($0.experiment, $0.started, $0.folder.path) < ($1.experiment, $1.started, $1.folder.path)
    }
    .map(\.folder)
  }

  /// Leaves out the runs whose `run.json` cannot be read, and those too for which `isSound` throws.
  public mutating func keepSound(_ isSound: (RunFolder) throws -> Void = { _ in }) {
    folders = folders.filter { folder in
      do {
        _ = try folder.record()
        try isSound(folder)
        return true
      } catch {
        faults.append(RunFault(path: folder.path, message: ExitStatus.message(for: error)))
        return false
      }
    }
  }

  /// Runs that were named.
  public init(_ folders: [RunFolder]) { self.folders = folders }

  private mutating func names(in folder: String) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      if FileState(folder) != nil {
        faults.append(
          RunFault(
            path: folder,
            message: "\(folder): expected a folder that can be read, found one that cannot ("
              + "\(String(cString: strerror(errno)))); check its permissions: what is in it is kept"
          ))
      }
      return []
    }
  }

  /// A folder with a configuration or states but without `run.json`; any other folder is no run.
  private mutating func note(missingRecord folder: RunFolder) {
    guard ["config.yaml", "checkpoints", "result.json"].contains(where: folder.exists) else {
      return
    }
    faults.append(
      RunFault(
        path: folder.path,
        message: "\(folder.file("run.json")): expected the record of a run, found none; "
          + folder.advice(for: "run.json")))
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
