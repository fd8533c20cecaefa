extension DatasetCatalog {
  static let atari = made(
    "atari", title: "Frames of Atari games",
    summary:
      "Games played at random, with the boxes of the objects that are seen; one file a game, or joint.h5.",
    images: 9_000,
    files: [
      "AirRaid", "Asterix", "Atlantis", "Carnival", "DoubleDunk", "Kangaroo", "MontezumaRevenge",
      "MsPacman", "Pooyan", "Qbert", "RiverRaid", "SpaceInvaders", "joint",
    ],
    licence: "frames of commercial games (ROMs through ale-py): research, not to be passed on",
    citation: "Bellemare et al. 2013 (ALE); Delfosse et al. 2023 (OCAtari)")

  static let rooms = made(
    "rooms", title: "Rooms with spheres, boxes and cylinders",
    summary: "Walled rooms drawn with MuJoCo, 4 to 8 or 18 to 24 objects, with boxes and masks.",
    images: 6_600, files: ["small", "large"], licence: "that of this package",
    citation: "this package; Todorov et al. 2012 (MuJoCo)")

  /// A set of images whose files, any of which may be missing, a ``PythonMaker`` writes.
  private static func made(
    _ name: String, title: String, summary: String, images: Int, files: [String], licence: String,
    citation: String
  ) -> DatasetRecord {
    DatasetRecord(
      name: name, title: title, summary: summary, tables: [], rows: images, licence: licence,
      citation: citation,
      files: files.map { file in
        DatasetFile(
          name: file + ".h5", bytes: nil, sha256: nil, gitBlob: nil, rows: nil, origin: .made,
          isOptional: true)
      }, isSynthetic: false)
  }
}
