import Foundation
import Settings

/// Where a table finds the configs that it names: beside its own file, else among those that came with the program.
struct ExperimentFiles: Sendable {
  /// The folder of the table; `nil` for one that came with the program.
  let folder: String?

  /// The tables that came with the program, by their paths below `Experiments`.
  static var tables: [(path: String, text: String)] {
    EmbeddedExperiments.files.filter { $0.key.hasPrefix("tables/") }.sorted { $0.key < $1.key }
      .map { ($0.key, $0.value) }
  }

  /// The text of a table's file, and where the files that it names are.
  ///
  /// - Throws: ``ConfigError/unreadable(path:reason:)``.
  static func disk(_ path: String) throws -> (text: String, files: ExperimentFiles) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    return (try ConfigFile.checkedText(path), ExperimentFiles(folder: folder))
  }

  /// The text of a config, and the path that messages have for it.
  ///
  /// - Throws: ``ConfigError``, with `place` for a config that is not there.
  func config(_ name: String, place: String) throws -> (text: String, path: String) {
    if name.hasPrefix("/") { return (try ConfigFile.checkedText(name), name) }
    if let folder {
      let path = folder + "/" + name
      if FileManager.default.fileExists(atPath: path) {
        return (try ConfigFile.checkedText(path), path)
      }
    }
    // Those that came with the program lie below `Experiments`, and its tables in a folder of that.
    var parts = name.split(separator: "/")
    while let first = parts.first, [".", "..", "Experiments"].contains(first) {
      parts.removeFirst()
    }
    let path = parts.joined(separator: "/")
    guard let text = EmbeddedExperiments.files[path] else {
      throw ConfigError.invalid(
        key: "config", place: place,
        expected: "a config beside the table, or one that came with the program",
        found: "`\(name)`, which is neither"
          + (NearMiss.nearest(to: path, among: Array(EmbeddedExperiments.files.keys))
            .map { "; did you mean `\($0)`?" } ?? ""))
    }
    return (text, "Experiments/" + path)
  }
}
