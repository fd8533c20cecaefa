import Settings

/// The fairness tables by the names that configs and listings use.
public enum FairnessSource: String, Sendable, Codable, CaseIterable {
  /// ``Adult`` without the outcome among the inputs.
  case adult
  /// ``Adult`` as the authors' code reads it, with the label leak.
  case adultOfficial = "adult-official"
  /// The county table of 2015.
  case censusCounty2015 = "census-county-2015"
  /// The county table of 2017.
  case censusCounty2017 = "census-county-2017"
  /// The joined tracts of Minnesota, Oregon and New York City.
  case censusTracts = "census-tracts"
  /// The tract table of the whole country, if the user has it.
  case censusTractsFull = "census-tracts-full"
  /// ``Communities``.
  case communities
  /// ``AdultTwin``.
  case adultTwin = "adult-twin"
  /// ``AdultTwin`` with the label leak.
  case adultTwinOfficial = "adult-twin-official"
  /// ``CensusTwin``.
  case censusTwin = "census-twin"
  /// ``CommunitiesTwin``.
  case communitiesTwin = "communities-twin"

  /// The source of a name.
  ///
  /// - Throws: ``DatasetError/unknownDataset(name:suggestion:known:)`` with the nearest name.
  public init(named name: String) throws(DatasetError) {
    guard let source = FairnessSource(rawValue: name) else {
      let known = Self.allCases.map(\.rawValue)
      throw .unknownDataset(
        name: name, suggestion: NearMiss.nearest(to: name, among: known), known: known)
    }
    self = source
  }

  /// Whether the table is generated and needs no file.
  public var isSynthetic: Bool { dataset == nil }

  /// The data set of ``DatasetCatalog`` whose files are read; `nil` for generated tables.
  public var dataset: String? {
    switch self {
    case .adult, .adultOfficial: "adult"
    case .censusCounty2015, .censusCounty2017, .censusTracts, .censusTractsFull: "census"
    case .communities: "communities"
    case .adultTwin, .adultTwinOfficial, .censusTwin, .communitiesTwin: nil
    }
  }

  /// The files that are read, within the data set's folder.
  public var fileNames: [String] {
    switch self {
    case .adult, .adultOfficial: Adult.fileNames
    case .censusCounty2015: [Census.countyFileName(year: 2015)]
    case .censusCounty2017: [Census.countyFileName(year: 2017)]
    case .censusTracts: Census.joinedTractFileNames
    case .censusTractsFull: [Census.fullTractFileName]
    case .communities: Communities.fileNames
    case .adultTwin, .adultTwinOfficial, .censusTwin, .communitiesTwin: []
    }
  }

  /// The generated stand-in of a measured table; `nil` for the generated ones.
  public var twin: FairnessSource? {
    switch self {
    case .adult: .adultTwin
    case .adultOfficial: .adultTwinOfficial
    case .censusCounty2015, .censusCounty2017, .censusTracts, .censusTractsFull: .censusTwin
    case .communities: .communitiesTwin
    case .adultTwin, .adultTwinOfficial, .censusTwin, .communitiesTwin: nil
    }
  }

  /// The folder that holds all the files, the first among `<directory>/<dataset>` and `<directory>`; `nil` if there is
  /// none, or for generated tables.
  public func folder(in directories: [String]) -> String? {
    guard let dataset else { return nil }
    return directories.flatMap { [$0 + "/" + dataset, $0] }.first { folder in
      fileNames.allSatisfy { DatasetFiles.exists(folder + "/" + $0) }
    }
  }

  /// The first folder that holds some of the files, and which it lacks.
  private func incompleteFolder(in directories: [String]) -> (folder: String, missing: [String])? {
    guard let dataset else { return nil }
    for folder in directories.flatMap({ [$0 + "/" + dataset, $0] }) {
      let missing = fileNames.filter { !DatasetFiles.exists(folder + "/" + $0) }
      if missing.count < fileNames.count { return (folder, missing) }
    }
    return nil
  }

  /// Whether the table can be had: its files are found, or it is generated.
  public func isAvailable(in directories: [String]) -> Bool {
    isSynthetic || folder(in: directories) != nil
  }

  /// Reads or generates the table.
  ///
  /// - Parameters:
  ///   - directories: where to look, in this order, for `<directory>/<dataset>/<file>`.
  ///   - sensitive: what T is in the census tables.
  ///   - seed: the seed of generated tables.
  ///   - rowCount: the rows of generated tables; by default as many as the measured table has.
  /// - Throws: ``DatasetError/notFound(dataset:files:searched:advice:)`` with the folders looked at, or what reading
  ///   throws.
  public func table(
    in directories: [String], sensitive: Census.Sensitive = .menShare, seed: UInt64 = 0,
    rowCount: Int? = nil
  ) throws(DatasetError) -> FairnessTable {
    switch self {
    case .adultTwin, .adultTwinOfficial:
      return try AdultTwin.table(
        rowCount: rowCount ?? AdultTwin.rowCount, seed: seed,
        labelLeak: self == .adultTwinOfficial)
    case .censusTwin:
      return try CensusTwin.table(rowCount: rowCount ?? CensusTwin.rowCount, seed: seed)
    case .communitiesTwin:
      return try CommunitiesTwin.table(rowCount: rowCount ?? CommunitiesTwin.rowCount, seed: seed)
    default: break
    }
    guard let folder = folder(in: directories) else {
      let dataset = dataset ?? rawValue
      let standIn = twin.map { ", or use the generated \($0.rawValue)" } ?? ""
      if let (folder, missing) = incompleteFolder(in: directories) {
        throw .unexpected(
          path: folder, at: rawValue, expected: NameList.short(fileNames),
          found: NameList.short(fileNames.filter { !missing.contains($0) }) + " alone",
          advice:
            "\(NameList.short(missing)) \(missing.count == 1 ? "is" : "are") missing: run `tessera data "
            + "fetch \(dataset)`, or put \(missing.count == 1 ? "it" : "them") there\(standIn)")
      }
      throw .notFound(
        dataset: rawValue, files: fileNames, searched: directories.map { "\($0)/\(dataset)" },
        advice: "run `tessera data fetch \(dataset)`, or give the folder with --data or "
          + "TESSERA_DATA\(standIn)")
    }
    switch self {
    case .adult: return try Adult.read(from: folder)
    case .adultOfficial: return try Adult.read(from: folder, labelLeak: true)
    case .censusCounty2015:
      return try Census.counties(from: folder, year: 2015, sensitive: sensitive)
    case .censusCounty2017:
      return try Census.counties(from: folder, year: 2017, sensitive: sensitive)
    case .censusTracts: return try Census.joinedTracts(from: folder, sensitive: sensitive)
    case .censusTractsFull: return try Census.allTracts(from: folder, sensitive: sensitive)
    default: return try Communities.read(from: folder)
    }
  }
}
