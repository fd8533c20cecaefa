extension DatasetCatalog {
  static let adult = DatasetRecord(
    name: "adult", title: "UCI Adult (census income)",
    summary: "People of the 1994 US census: who earns more than 50,000 dollars; hide age.",
    tables: ["adult", "adult-official"], rows: 45_222,
    licence: "CC BY 4.0", citation: "Becker and Kohavi 1996, UCI Machine Learning Repository",
    files: [
      uci(
        "adult", "adult.data", 3_974_305,
        "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d", rows: 32_561),
      uci(
        "adult", "adult.test", 2_003_153,
        "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05", rows: 16_281),
    ], isSynthetic: false)

  static let communities = DatasetRecord(
    name: "communities", title: "UCI Communities and Crime",
    summary: "US communities: violent crimes by population; hide the share of black inhabitants.",
    tables: ["communities"], rows: 1_994,
    licence: "CC BY 4.0", citation: "Redmond 2002, UCI Machine Learning Repository",
    files: [
      uci(
        "communities", "communities.data", 1_100_821,
        "d90d85bd66bad9a00fa0ed6c15ac017b5966d528e55ba2940ad028d071353f95", rows: 1_994),
      uci(
        "communities", "communities.names", 27_179,
        "80914f24ab37261fb0fbda7e417cad8001335dadda4a8d702c265601ef8434fc", rows: nil),
    ], isSynthetic: false)

  static let census = DatasetRecord(
    name: "census", title: "US Census demographic data (American Community Survey, five years)",
    summary: "US counties and tracts: the share of poor people; hide the share of men.",
    tables: [
      "census-county-2015", "census-county-2017", "census-tracts", "census-tracts-full",
    ], rows: 3_218,
    licence: "public domain (work of the US government); compilation on Kaggle as its page states",
    citation: "US Census Bureau; compiled as Kaggle muonneutrino/us-census-demographic-data",
    files: [
      file(
        "acs2015_county_data.csv", 613_237,
        "daa3d82910b99fb5925d0a78e2909c0d88195a7a75bf849bdd4aaebd515acf72", rows: 3_220,
        github("cyz-ai/infomin", authorsCommit, "data/acs2015_county_data.csv")),
      file(
        "acs2017_county_data.csv", 622_038,
        "0723ef51144f0d96116ecd9e43241008b36d93939b89fe5e9c6635b87bb94f25", rows: 3_220,
        github("cyz-ai/infomin", authorsCommit, "data/acs2017_county_data.csv"), isOptional: true),
      file(
        "acs2015_tract_minnesota.csv", 240_323,
        "772e019d4b053d5a9ff748ddf296d932342b79760907c97bd3053f9c0dee7bee", rows: 1_338,
        github(
          "MuzzyB/STAT421", "0a18e10dfdc0f9233abe9610ff75516068a233d2",
          "acs2015_census_tract_data.csv"), isOptional: true),
      file(
        "acs2015_tract_oregon.csv", 162_362,
        "c1acfe45be7128c771bfbe2044c6499109e9a5dc011d42022dd9fa98cc5c3f51", rows: 837,
        github(
          "varunvjr/DataStorage", "58305e95b4549299847c5278dc2b49355099df7d", "Oregon2015.csv"),
        isOptional: true),
      file(
        "acs2015_tract_nyc.csv", 373_934,
        "09a991323b44744560bb55f3c67da4b11f9bf224c176c6792c7a3b6fb029a42c", rows: 2_167,
        github(
          "racinenassau/mahattan-park-and-fitness-access",
          "278e29637b503b61270b305a7cd7cb082eaa946e", "nyc_census_tracts.csv"), isOptional: true),
      DatasetFile(
        name: Census.fullTractFileName, bytes: nil, sha256: nil,
        gitBlob: "74853aec5a990b56f2bca4e77826eb58c93c31e6", rows: 74_001,
        origin: .byHand(
          "sign in at Kaggle and download acs2015_census_tract_data.csv from the data set "
            + "muonneutrino/us-census-demographic-data"), isOptional: true),
    ], isSynthetic: false)

  static let adultTwin = twin(
    "adult-twin", of: "adult", rows: AdultTwin.rowCount,
    tables: ["adult-twin", "adult-twin-official"])
  static let censusTwin = twin("census-twin", of: "census", rows: CensusTwin.rowCount)
  static let communitiesTwin = twin(
    "communities-twin", of: "communities", rows: CommunitiesTwin.rowCount)

  private static let authorsCommit = "b3e0f7dbce27dd91c018b0cd5e5751b038f427b0"

  private static func twin(
    _ name: String, of original: String, rows: Int, tables: [String]? = nil
  ) -> DatasetRecord {
    DatasetRecord(
      name: name, title: "Generated twin of \(original)",
      summary:
        "Generated rows with the columns of \(original) and known dependence; no file needed.",
      tables: tables ?? [name], rows: rows, licence: "that of this package",
      citation: "this package", files: [], isSynthetic: true)
  }

  private static func uci(
    _ folder: String, _ name: String, _ bytes: Int, _ sha256: String, rows: Int?
  ) -> DatasetFile {
    file(
      name, bytes, sha256, rows: rows,
      .address("https://archive.ics.uci.edu/ml/machine-learning-databases/\(folder)/\(name)"))
  }

  private static func file(
    _ name: String, _ bytes: Int, _ sha256: String, rows: Int?, _ origin: DatasetFile.Origin,
    isOptional: Bool = false
  ) -> DatasetFile {
    DatasetFile(
      name: name, bytes: bytes, sha256: sha256, gitBlob: nil, rows: rows, origin: origin,
      isOptional: isOptional)
  }

  private static func github(
    _ repository: String, _ commit: String, _ path: String
  ) -> DatasetFile.Origin {
    .address("https://raw.githubusercontent.com/\(repository)/\(commit)/\(path)")
  }
}
