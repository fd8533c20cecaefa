extension DatasetCatalog {
  static let scenes = DatasetRecord(
    name: "scenes", title: "Procedural scenes",
    summary: "Sprites over textured backgrounds, with exact boxes and masks; no file needed.",
    tables: [], rows: SceneRecipe().imageCount, licence: "that of this package",
    citation: "this package", files: [], isSynthetic: true)
}
