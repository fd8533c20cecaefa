import Settings
import Storage

/// The data sets that this package knows: the one list behind listings, manifests, downloads and checks.
public enum DatasetCatalog {
  /// All data sets: measured tables, generated ones, and the sets of images that makers write.
  public static let records: [DatasetRecord] = [
    adult, census, communities, adultTwin, censusTwin, communitiesTwin, scenes, atari, rooms,
    mnist, photographs, dsprites, cifar10, cmuFaces, orlFaces,
  ]

  /// The data set of a name.
  ///
  /// - Throws: ``DatasetError/unknownDataset(name:suggestion:known:)`` with the nearest name.
  public static func record(_ name: String) throws(DatasetError) -> DatasetRecord {
    guard let record = records.first(where: { $0.name == name }) else {
      let known = records.map(\.name)
      throw .unknownDataset(
        name: name, suggestion: NearMiss.nearest(to: name, among: known), known: known)
    }
    return record
  }

  /// One line of a listing.
  public struct Entry: Sendable, Hashable, Codable {
    /// The data set.
    public var record: DatasetRecord
    /// The folder that holds at least one of its files; `nil` if none was found, or it is generated.
    public var folder: String?
    /// The files that are missing there, optional ones not counted.
    public var missing: [String]
    /// ``missing`` for a listing: of many files, the first and how many others there are.
    public var missingNames: String { NameList.short(missing) }

    /// Whether all files but optional ones are found, or none is needed.
    public var isFound: Bool { record.isSynthetic || (folder != nil && missing.isEmpty) }
  }

  /// Every data set with where it was found.
  ///
  /// - Parameter directories: where to look, in this order, for `<directory>/<name>/<file>`.
  public static func list(in directories: [String]) -> [Entry] {
    records.map { record in
      let folder = locate(record, in: directories)
      let missing = record.files.filter { file in
        !file.isOptional && !(folder.map { DatasetFiles.exists("\($0)/\(file.name)") } ?? false)
      }
      return Entry(record: record, folder: folder, missing: missing.map(\.name))
    }
  }

  /// The folder of a data set: the first `<directory>/<name>` or `<directory>` that holds all its files, optional ones not
  /// counted; else the first that holds any of them.
  ///
  /// - Throws: ``DatasetError/unknownDataset(name:suggestion:known:)``, or
  ///   ``DatasetError/notFound(dataset:files:searched:advice:)`` with the folders looked at.
  public static func locate(
    _ name: String, in directories: [String]
  ) throws(DatasetError) -> String {
    let record = try record(name)
    guard !record.isSynthetic else {
      throw .unexpected(
        path: "data", at: name, expected: "a data set with files", found: "a generated one",
        advice: "it needs no file; `tessera data make \(name)` writes it out")
    }
    guard let folder = locate(record, in: directories) else {
      let verb = record.isMade ? "make" : "fetch"
      let files = record.files.filter { !$0.isOptional || $0.origin == .made }.map(\.name)
      throw .notFound(
        dataset: name, files: files, searched: directories.map { "\($0)/\(name)" },
        advice: "run `tessera data \(verb) \(name)`, or give the folder with --data or TESSERA_DATA"
      )
    }
    return folder
  }

  private static func locate(_ record: DatasetRecord, in directories: [String]) -> String? {
    let folders = directories.flatMap { ["\($0)/\(record.name)", $0] }
    func has(_ folder: String, _ file: DatasetFile) -> Bool {
      DatasetFiles.exists("\(folder)/\(file.name)")
    }
    let required = record.files.filter { !$0.isOptional }
    return folders.first { folder in
      !required.isEmpty && required.allSatisfy { has(folder, $0) }
    } ?? folders.first { folder in record.files.contains { has(folder, $0) } }
  }

  /// Writes a generated data set, so that one can look at it or use it elsewhere: a table as CSV, scenes as HDF5.
  ///
  /// - Parameters:
  ///   - name: one of the generated data sets.
  ///   - folder: an existing folder; the file is `<folder>/<name>.csv`, or `.h5`.
  ///   - seed: the same seed gives the same file.
  ///   - rowCount: by default as many rows as the measured table has, or images to train on as ``SceneRecipe`` says.
  /// - Returns: the file's path.
  /// - Throws: ``DatasetError/unexpected(path:at:expected:found:advice:)`` for a measured data set,
  ///   ``DatasetError/unknownDataset(name:suggestion:known:)``, ``DatasetError/storage(_:)`` if it cannot be written.
  @discardableResult
  public static func make(
    _ name: String, into folder: String, seed: UInt64 = 0, rowCount: Int? = nil
  ) throws(DatasetError) -> String {
    let record = try record(name)
    if name == scenes.name {
      var recipe = SceneRecipe()
      recipe.train = rowCount ?? recipe.train
      let path = "\(folder)/\(name).h5"
      let source = try ProceduralScenes(recipe, seed: seed)
      try SceneFile.write(source, to: path, generator: source.generator)
      return path
    }
    guard record.isSynthetic, let source = FairnessSource(rawValue: name) else {
      throw .unexpected(
        path: "data", at: name, expected: "a generated data set", found: "a measured one",
        advice: "`tessera data fetch \(name)` gets its files; `make` knows "
          + records.filter(\.isSynthetic).map(\.name).joined(separator: ", "))
    }
    let path = "\(folder)/\(name).csv"
    try source.table(in: [], seed: seed, rowCount: rowCount).write(csv: path)
    return path
  }
}
