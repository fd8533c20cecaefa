extension DatasetCatalog {
  static let atari = DatasetRecord(
    name: "atari", title: "Frames of Atari games with the boxes of their objects",
    summary: "Frames of ten Atari games, played and boxed on this machine; HDF5.",
    tables: [], rows: 90_000,
    licence: "the games' pictures belong to their owners: for research, not to be passed on",
    citation: "Bellemare et al. 2013 (ALE); Delfosse et al. 2023 (OCAtari)",
    files: [
      made("joint.h5"), made("SpaceInvaders.h5"), made("Riverraid.h5"), made("MsPacman.h5"),
    ], isSynthetic: false)

  static let rooms = DatasetRecord(
    name: "rooms", title: "Rooms with spheres, boxes and cylinders",
    summary: "Rooms drawn by MuJoCo on this machine, with boxes and masks; HDF5.",
    tables: [], rows: 13_200, licence: "that of this package",
    citation: "after the 3D-Room data of Lin et al. 2020 (SPACE)",
    files: [made("small.h5"), made("large.h5")], isSynthetic: false)

  static let scenes = DatasetRecord(
    name: "scenes", title: "Procedural scenes",
    summary: "Sprites over textured backgrounds, with exact boxes and masks; no file needed.",
    tables: [], rows: SceneRecipe().imageCount, licence: "that of this package",
    citation: "this package", files: [], isSynthetic: true)

  private static func made(_ name: String) -> DatasetFile {
    DatasetFile(
      name: name, bytes: nil, sha256: nil, gitBlob: nil, rows: nil, origin: .made, isOptional: true)
  }
}
