import Foundation
import Storage

/// US Census demographic data (American Community Survey, five years): how poor a county or tract is.
///
/// Y is `Poverty`, the share of people below the poverty line in per cent. X is every other number of the table with
/// `Income` replaced by `−log(Income)`, then T. The names of places and the identifier are left out, rows with a missing
/// value too.
public enum Census {
  /// The sensitive attribute.
  public enum Sensitive: String, Sendable, Codable, CaseIterable {
    /// `Men / (Men + Women)`; both columns are left out of X.
    case menShare = "men-share"
    /// `Black / (Black + White + Asian + 1)`; the three columns are left out of X.
    case blackShare = "black-share"
  }

  /// The county table of a year.
  public static func countyFileName(year: Int) -> String { "acs\(year)_county_data.csv" }

  /// The three joined tract files.
  public static let joinedTractFileNames = [
    "acs2015_tract_minnesota.csv", "acs2015_tract_oregon.csv", "acs2015_tract_nyc.csv",
  ]

  /// The tract table of the whole country, which a user may have.
  public static let fullTractFileName = "acs2015_census_tract_data.csv"

  /// All counties: 3,218 complete rows in 2015, 3,219 in 2017.
  ///
  /// A substitute for the tract table of the published experiment, with the same columns and fewer, larger places.
  ///
  /// - Parameters:
  ///   - folder: where the file is.
  ///   - year: 2015 or 2017.
  ///   - sensitive: what T is.
  /// - Throws: ``DatasetError`` if the file is missing or damaged.
  public static func counties(
    from folder: String, year: Int = 2015, sensitive: Sensitive = .menShare
  ) throws(DatasetError) -> FairnessTable {
    try read(
      [countyFileName(year: year)], from: folder, name: "census-county-\(year)",
      note: "county table of \(year)\(year == 2015 ? ", in place of the tract table" : "")",
      sensitive: sensitive)
  }

  /// The tracts of Minnesota, Oregon and New York City, joined: 4,254 complete rows of 2015.
  ///
  /// A substitute for the tract table of the whole country. `Pacific` is left out, since the New York file lacks it; the
  /// Oregon file holds three tracts of Oregon County, Missouri, which stay.
  ///
  /// - Throws: ``DatasetError`` if a file is missing or damaged.
  public static func joinedTracts(
    from folder: String, sensitive: Sensitive = .menShare
  ) throws(DatasetError) -> FairnessTable {
    try read(
      joinedTractFileNames, from: folder, name: "census-tracts",
      note: "tracts of Minnesota, Oregon (with 3 of Oregon County, Missouri) and New York City, in "
        + "place of the whole country's; Pacific left out",
      sensitive: sensitive, leavingOut: ["Pacific"])
  }

  /// The tract table of the whole country, as the published experiment had it (74,001 rows before the incomplete ones
  /// are dropped), for users who have the file.
  ///
  /// - Throws: ``DatasetError`` if the file is missing or damaged.
  public static func allTracts(
    from folder: String, sensitive: Sensitive = .menShare
  ) throws(DatasetError) -> FairnessTable {
    try read(
      [fullTractFileName], from: folder, name: "census-tracts-full",
      note: "tract table of the whole country", sensitive: sensitive)
  }

  /// Columns that name a place; a file has some of them.
  private static let placeColumns: Set<String> = [
    "CensusId", "CountyId", "CensusTract", "TractId", "State", "County", "Borough",
  ]

  private static func read(
    _ files: [String], from folder: String, name: String, note: String, sensitive: Sensitive,
    leavingOut: Set<String> = []
  ) throws(DatasetError) -> FairnessTable {
    var parts: [CSVTable] = []
    var counts: [String] = []
    for file in files {
      let path = try DatasetFiles.path(file, in: folder, dataset: "census")
      let part = try wrappingStorage { () throws(StorageError) in
        try CSVTable.read(from: path, options: CSVOptions(missingMarkers: ["", "NA", "NaN"]))
      }
      let complete = try wrappingStorage { () throws(StorageError) in try part.droppingRows() }
      guard complete.rowCount > 0 else {
        throw .tooFewRows(path: path, expected: "at least one complete row", found: 0)
      }
      for column in ["Poverty", "Income", "Men", "Women", "Black", "White", "Asian"] {
        _ = try complete.place(of: column)
      }
      counts.append("\(file) \(complete.rowCount) of \(part.rowCount)")
      parts.append(complete)
    }
    let kept = parts[0].columns.filter { !placeColumns.contains($0) && !leavingOut.contains($0) }
    var columns: [String: [Double]] = [:]
    for column in kept { columns[column] = try parts.flatMapNumbers(column) }
    let rows = columns["Poverty"]!.indices
    columns["Income"] = columns["Income"]!.map { -log($0) }
    let attribute: (name: String, values: [Double], parts: Set<String>)
    switch sensitive {
    case .menShare:
      let (men, women) = (columns["Men"]!, columns["Women"]!)
      attribute = (
        "Men/(Men+Women)", rows.map { men[$0] / (men[$0] + women[$0]) }, ["Men", "Women"]
      )
    case .blackShare:
      let (black, white, asian) = (columns["Black"]!, columns["White"]!, columns["Asian"]!)
      attribute = (
        "Black/(Black+White+Asian+1)",
        rows.map { black[$0] / (black[$0] + white[$0] + asian[$0] + 1) },
        ["Black", "White", "Asian"]
      )
    }
    let features = kept.filter { $0 != "Poverty" && !attribute.parts.contains($0) }
    var result = try FairnessTable(
      name: name,
      features: features.map { ($0 == "Income" ? "-log(Income)" : $0, columns[$0]!) },
      target: ("Poverty", columns["Poverty"]!), sensitive: (attribute.name, attribute.values),
      provenance: "US Census ACS: \(note); complete rows \(counts.joined(separator: ", ")); "
        + "incomplete rows dropped; Income as -log(Income); left out: places, "
        + attribute.parts.sorted().joined(separator: ", "),
      source: files.map { "\(folder)/\($0)" }.joined(separator: " + "))
    result.setRows(from: zip(files, parts).map { ($0, $1) })
    return result
  }
}
