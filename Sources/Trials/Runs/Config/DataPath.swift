import Datasets
import Foundation

/// Where a file or folder lies that a configuration names.
enum DataPath {
  /// The path as it stands, or in the first data folder that has it.
  ///
  /// - Parameters:
  ///   - key: the key of the configuration that names it, for the message.
  ///   - advice: what to do about a missing one besides changing the key.
  /// - Throws: `DatasetError.notFound`, with every place that was looked at.
  static func find(
    _ path: String, key: String, in directories: [String], advice: String? = nil
  ) throws(DatasetError) -> String {
    let candidates = path.hasPrefix("/") ? [path] : [path] + directories.map { "\($0)/\(path)" }
    guard let found = candidates.first(where: FileManager.default.fileExists) else {
      throw .notFound(
        dataset: key, files: [path], searched: candidates,
        advice: (path.hasPrefix("~/")
          ? "a shell replaces ~ at the beginning of a word only: write \"$HOME\(path.dropFirst())\"; or "
          : "") + (advice.map { "\($0), " } ?? "")
          + "set \(key), or name the folder that holds it with --data or TESSERA_DATA")
    }
    return found
  }
}
