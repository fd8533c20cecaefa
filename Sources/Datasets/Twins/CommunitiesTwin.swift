import TensorCore

/// A generated stand-in for ``Communities``: the same number of columns and rows, with known dependence on the share of
/// black inhabitants.
///
/// 98 features around 0.5; every fifth loads 0.6 on g and the others 0.1 with alternating sign; Y = 0.24 + 0.055 s. The
/// names are those of the complete columns.
public enum CommunitiesTwin {
  /// The rows of Communities and Crime.
  public static let rowCount = 1_994

  /// The structural equations.
  public static let model = TwinModel(
    name: "communities-twin",
    features: featureNames.enumerated().map { index, name in
      let loading = index % 5 == 0 ? 0.6 : index % 2 == 0 ? 0.1 : -0.1
      return .init(
        name, .linear(loading), weight: index % 5 == 0 ? 0.2 : index % 3 == 0 ? 0.1 : 0,
        .numbers(mean: 0.5, standardDeviation: 0.1))
    },
    noise: 1, targetName: "ViolentCrimesPerPop",
    target: .numbers(mean: 0.24, standardDeviation: 0.055), sensitiveName: "racepctblack",
    sensitiveMean: 0.5, sensitiveDeviation: 0.1)

  /// Draws a table; the same seed gives the same bits.
  ///
  /// - Throws: ``DatasetError/tooFewRows(path:expected:found:)`` below 2 rows.
  public static func table(
    rowCount: Int = rowCount, seed: UInt64 = 0
  ) throws(DatasetError) -> FairnessTable {
    try model.table(rowCount: rowCount, from: Philox(seed: seed).stream("twin/communities"))
  }

  /// The complete columns of the real table without identifiers, target and sensitive attribute.
  static let featureNames = """
    population householdsize racePctWhite racePctAsian racePctHisp agePct12t21 agePct12t29
    agePct16t24 agePct65up numbUrban pctUrban medIncome pctWWage pctWFarmSelf pctWInvInc
    pctWSocSec pctWPubAsst pctWRetire medFamInc perCapInc whitePerCap blackPerCap
    indianPerCap AsianPerCap HispPerCap NumUnderPov PctPopUnderPov PctLess9thGrade
    PctNotHSGrad PctBSorMore PctUnemployed PctEmploy PctEmplManu PctEmplProfServ
    PctOccupManu PctOccupMgmtProf MalePctDivorce MalePctNevMarr FemalePctDiv TotalPctDiv
    PersPerFam PctFam2Par PctKids2Par PctYoungKids2Par PctTeen2Par PctWorkMomYoungKids
    PctWorkMom NumIlleg PctIlleg NumImmig PctImmigRecent PctImmigRec5 PctImmigRec8
    PctImmigRec10 PctRecentImmig PctRecImmig5 PctRecImmig8 PctRecImmig10 PctSpeakEnglOnly
    PctNotSpeakEnglWell PctLargHouseFam PctLargHouseOccup PersPerOccupHous PersPerOwnOccHous
    PersPerRentOccHous PctPersOwnOccup PctPersDenseHous PctHousLess3BR MedNumBR HousVacant
    PctHousOccup PctHousOwnOcc PctVacantBoarded PctVacMore6Mos MedYrHousBuilt PctHousNoPhone
    PctWOFullPlumb OwnOccLowQuart OwnOccMedVal OwnOccHiQuart RentLowQ RentMedian RentHighQ
    MedRent MedRentPctHousInc MedOwnCostPctInc MedOwnCostPctIncNoMtg NumInShelters NumStreet
    PctForeignBorn PctBornSameState PctSameHouse85 PctSameCity85 PctSameState85 LandArea
    PopDens PctUsePubTrans LemasPctOfficDrugUn
    """.split(whereSeparator: \.isWhitespace).map(String.init)
}
