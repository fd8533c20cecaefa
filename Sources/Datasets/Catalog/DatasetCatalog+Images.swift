extension DatasetCatalog {
  static let mnist = DatasetRecord(
    name: "mnist", title: "MNIST handwritten digits",
    summary: "Digits, 28 x 28 grey: 60,000 to learn from and 10,000 to test on.",
    tables: ["mnist", "mnistM", "morphoMNIST"], rows: 70_000, licence: "CC BY-SA 3.0",
    citation: "LeCun, Cortes and Burges 1998, the MNIST database",
    files: [
      byHand(
        "train-images-idx3-ubyte.gz", 9_719_438,
        "0b367032e93c5d0cea0925647cfdb18614af8ee15f83e6f2fc2ad904a6835971", rows: 60_000,
        "take it from a mirror of MNIST (the original archive holds the same images and is read as "
          + "well, but has another digest)"),
      byHand(
        "train-labels-idx1-ubyte.gz", 28_881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", rows: 60_000, mirror),
      byHand(
        "t10k-images-idx3-ubyte.gz", 1_648_877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", rows: 10_000, mirror),
      byHand(
        "t10k-labels-idx1-ubyte.gz", 4_542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", rows: 10_000, mirror),
    ], isSynthetic: false)

  static let dsprites = DatasetRecord(
    name: "dsprites", title: "dSprites, a grid of factors and a random part",
    summary: "True images of dSprites, 64 x 64 binary; the rest of the set is redrawn.",
    tables: ["dsprites"], rows: 64_834, licence: "Apache 2.0",
    citation: "Matthey, Higgins, Hassabis and Lerchner 2017, dSprites",
    files: [
      byHand(
        "dsprites_downsampled.npz", 1_341_726,
        "8a632f70c0dbd279dd771854981a3de945b2448eddbd9b2af59fb83e8728f871", rows: 46_080,
        "take dsprites/dsprites_downsampled.npz from github.com/\(spriteRepository)"),
      byHand(
        "dsprites_subset.npz", 710_021,
        "32e7cb03fbab06c521df18877073c8d8508877ccecf27d98a9815fa2d4856567", rows: 20_000,
        "take dsprites/dsprites_subset.npz from github.com/\(spriteRepository)"),
    ], isSynthetic: false)

  static let cifar10 = DatasetRecord(
    name: "cifar10_subset", title: "CIFAR-10, the first batch and 1,000 test images",
    summary: "Coloured pictures in ten classes, 32 x 32; a full cifar10 folder is read as well.",
    tables: ["cifar10", "cifar10Shifted"], rows: 11_000, licence: "none stated by the authors",
    citation: "Krizhevsky 2009, Learning multiple layers of features from tiny images",
    files: [
      byHand(
        "data_batch_1.bin.gz", 28_230_024,
        "f27c826404183bf6fd3823fb45744b4f7fd83201dfa6253c32e8d2f8e60e8f1b", rows: 10_000, cifar),
      byHand(
        "test_batch_first1000.bin.gz", 2_825_834,
        "481869234567c4835abc7c5f640eb4c2dd6fb841f09ea94a7f989d31f337e06c", rows: 1_000, cifar),
    ], isSynthetic: false)

  static let cmuFaces = DatasetRecord(
    name: "cmu_faces", title: "CMU Face Images",
    summary: "20 people, 4 poses, 4 expressions, with and without sunglasses; 120 x 128 grey.",
    tables: ["cmuFaces"], rows: 624, licence: "CC BY 4.0",
    citation: "Mitchell 1999, UCI Machine Learning Repository",
    files: [
      byHand(
        "cmu_faces_120x128-images-idx3-ubyte.gz", 5_797_824,
        "72e557550f556061860a2d5fdffd1c6b9473fcf4135391f62475e96c9a46a805", rows: 640, faces),
      byHand(
        "cmu_faces-labels.csv", 23_167,
        "c13a1f63f1525abd822e060433fa3dbe11cd8edefec01092f02dfd41c963ac14", rows: 640, faces),
    ], isSynthetic: false)

  static let orlFaces = DatasetRecord(
    name: "orl_faces", title: "ORL (AT&T) faces",
    summary: "Ten pictures of each of 40 people; 112 x 92 grey.", tables: ["orlFaces"], rows: 400,
    licence: "free to use with credit to Olivetti Research Laboratory",
    citation: "Samaria and Harter 1994, Parameterisation of a stochastic model for human faces",
    files: [
      byHand(
        "orl_faces_112x92-images-idx3-ubyte.gz", 3_687_427,
        "863a817d0d4375497294c40a21864f0b8327317a86ebf3b52742ce0f68047eb5", rows: 400, faces),
      byHand(
        "orl_faces-labels.csv", 3_460,
        "3b9e7c58ce1db4533d99b46c9966178d5e66e94fe20a304d119573c383314181", rows: 400, faces),
    ], isSynthetic: false)

  private static let mirror = "take it from a mirror of MNIST"
  private static let cifar =
    "take the binary version of CIFAR-10 from the authors' page (whole batches, in a folder cifar10, "
    + "are read as well)"
  private static let faces =
    "put the pictures of the set into one IDX file in the order of the table of labels"
  private static let spriteRepository =
    "colleenjg/neuromatch_ssl_tutorial at commit 130380eb77e46a993489d7c6c89d0c9ee8ce3ed3"

  static func byHand(
    _ name: String, _ bytes: Int, _ sha256: String, rows: Int, _ instruction: String
  ) -> DatasetFile {
    DatasetFile(
      name: name, bytes: bytes, sha256: sha256, gitBlob: nil, rows: rows,
      origin: .byHand(instruction), isOptional: false)
  }
}
