extension TableCatalog {
  /// The tables of this package, in the order of listings.
  public static let standard = TableCatalog([
    FairnessAdultTable.self, FairnessCensusTable.self, InnerStepsTable.self, SliceCountTable.self,
    ToyGaussianTable.self, IndependenceTable.self, SpaceScenesTable.self, SpaceRoomsTable.self,
    SpaceAtariTable.self, SpaceAblationTable.self, DisentangleSpritesTable.self,
    DisentangleFacesTable.self, DisentangleMorphoTable.self, AdaptDigitsTable.self,
    AdaptPicturesTable.self,
  ])
}
