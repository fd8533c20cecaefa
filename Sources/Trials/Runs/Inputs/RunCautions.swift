import Datasets
import Foundation

extension RunFolder {
  /// Why the result of the run may not be of the data that are there now; none if nothing is known against it.
  ///
  /// Data that are gone say nothing against a result.
  ///
  /// - Parameters:
  ///   - registry: the experiments, which know of a run from before its data were noted whether it read any.
  ///   - environment: where data sets lie.
  public func cautions(
    registry: ExperimentRegistry = .standard, environment: RunEnvironment = RunEnvironment()
  ) -> [String] {
    let noted = ((try? result()) ?? nil)?.cautions ?? []
    guard let inputs = inputs() else {
      return noted
        + (registry.readsFiles(self, environment)
          ? [RunFolder.unknownData] : [])
    }
    let now = inputs.inputs.compactMap { record in
      (try? record.again()).map { (record, $0) }
    }
    let changes = RunInputs(now.map(\.1)).changes(since: RunInputs(now.map(\.0)))
    return noted
      + (changes.isEmpty
        ? [] : ["of other data than those of now: " + changes.joined(separator: "; ")])
  }

  /// What is to be said of a run from before inputs were noted.
  static let unknownData =
    "from before the contents of data were noted: it cannot be told whether it is of the data that are there now"
}

extension ExperimentRegistry {
  /// Whether the run in a folder reads files, by its configuration; a configuration that is not known any more says nothing.
  func readsFiles(_ folder: RunFolder, _ environment: RunEnvironment) -> Bool {
    guard let config = try? load(path: folder.file("config.yaml")).first,
      let entry = try? entry(named: config.experiment)
    else { return false }
    do {
      return try !entry.inputs(config, environment).isEmpty
    } catch {
      // It names files that are not there.
      return true
    }
  }
}
