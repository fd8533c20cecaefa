import Foundation
import Storage

/// Makes a report of runs: one HTML file that needs no other file and no network.
///
/// ## Topics
/// - ``write(runs:to:figures:registry:complain:)``
public enum Report {
  /// Writes the report of the runs in these folders and returns its path.
  ///
  /// Runs with the same experiment, data set and protocol are put side by side, seeds of the same settings are averaged.
  /// The page holds a table of all numbers (mean ± standard error over the seeds, the best of each column marked),
  /// utility against dependence with every seed and the permutation null, learning curves, rates by group with bootstrap
  /// intervals, the pictures that the runs made (in the page itself), the settings and what differs among them, and where and when the runs were made. A run that is not finished is
  /// reported as far as it got, with its gaps named.
  ///
  /// - Parameters:
  ///   - runs: run folders.
  ///   - path: where to write; when nil, `report.html` in the folder of a single run, in the common parent of several, or else
  ///     in the current folder.
  ///   - figures: the folder that gets each figure as an SVG file, made where it is missing; when nil, `figures` in the folder
  ///     of a single run, and none for several.
  ///   - registry: the experiments that may have made the runs, for what they declare of their numbers.
  ///   - complain: is given a line about each run that cannot be shown, and each caution.
  /// - Returns: the path of the page.
  /// - Throws: ``RunError`` for a folder that is no run or has a damaged file, named, if no other run can be shown;
  ///   `StorageError` where the report cannot be written. Nothing half-written is left.
  @discardableResult
  public static func write(
    runs: [String], to path: String? = nil, figures: String? = nil,
    registry: ExperimentRegistry = .standard,
    complain: (String) -> Void = { _ in }
  ) throws -> String {
    var shown: [ReportRun] = []
    var faults: [RunFault] = []
    var failure: (any Error)?
    for folder in firstMentions(runs) {
      do {
        shown.append(try ReportRun(folder: folder))
      } catch {
        failure = failure ?? error
        faults.append(RunFault(path: folder, message: ExitStatus.message(for: error)))
      }
    }
    if let failure, shown.isEmpty { throw failure }
    for run in shown {
      for caution in run.cautions { complain("caution: \(run.folder): \(caution)") }
    }
    for fault in faults { complain("left out: \(fault.message)") }
    let page = try ReportPage(runs: shown, faults: faults, registry: registry)
    let target = path ?? standardPath(runs)
    try AtomicFile.write(page.html(), to: target)
    if let folder = figures ?? (page.runs.count == 1 ? page.runs[0].folder + "/figures" : nil) {
      do {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw RunError.unwritable(
          path: folder, reason: error.localizedDescription,
          advice: "check the path and the permissions")
      }
      for figure in page.figures {
        try AtomicFile.write(figure.standalone, to: "\(folder)/\(figure.name).svg")
      }
    }
    return target
  }

  private static func firstMentions(_ runs: [String]) -> [String] {
    var seen = Set<String>()
    return runs.filter {
      seen.insert(URL(fileURLWithPath: $0).standardizedFileURL.resolvingSymlinksInPath().path)
        .inserted
    }
  }

  private static func standardPath(_ runs: [String]) -> String {
    let folders = runs.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    if folders.count == 1 { return folders[0] + "/report.html" }
    let parents = Set(folders.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path })
    if parents.count == 1, let parent = parents.first { return parent + "/report.html" }
    return "report.html"
  }
}
