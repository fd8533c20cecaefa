import Storage

/// Which files of a folder a set of scenes is read from: what tells whether the set is still the same one.
///
/// It may name a picture that a reader then leaves out, and never leaves out one that a reader takes. Folders further down, hidden
/// files and files of other kinds are no part of the set, so that a folder may hold a run's own output.
public enum SceneListing: String, Sendable, Codable, CaseIterable {
  /// Pictures in the folder itself, or in folders of splits.
  case pictures
  /// Folders of splits, with boxes beside the pictures.
  case rooms
  /// A folder a game, with folders of splits in it.
  case games

  private static let pictureEndings = [".png", ".jpg", ".jpeg"]

  /// The files below `folder`, by their paths from there, sorted by their bytes; links are followed.
  public func files(in folder: String) -> [String] {
    var files: [String] = []
    switch self {
    case .pictures:
      files += Self.pictures(folder)
      files += Self.splitFiles(folder)
    case .rooms: files += Self.splitFiles(folder)
    case .games:
      for game in SceneFolders.folders(folder) {
        files += Self.splitFiles("\(folder)/\(game)").map { "\(game)/\($0)" }
      }
    }
    return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func splitFiles(_ folder: String) -> [String] {
    SceneFolders.folders(folder).filter { SceneSplit(calledAfter: $0) != nil }.flatMap { split in
      pictures("\(folder)/\(split)").map { "\(split)/\($0)" }
        + names("\(folder)/\(split)/bb", [".txt"]).map { "\(split)/bb/\($0)" }
    }
  }

  private static func pictures(_ folder: String) -> [String] { names(folder, pictureEndings) }

  private static func names(_ folder: String, _ endings: [String]) -> [String] {
    (FolderListing(folder)?.files ?? []).filter { name in
      !name.hasPrefix(".") && endings.contains { name.lowercased().hasSuffix($0) }
    }
  }
}
