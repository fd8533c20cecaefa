import Storage

/// MNIST (LeCun, Cortes and Burges 1998): 60,000 handwritten digits to learn from and 10,000 to test on, 28 x 28 grey.
struct MNIST: Sendable {
  static let folder = ImageFolder(
    names: ["mnist"],
    files: [
      "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
      "t10k-labels-idx1-ubyte",
    ])
  static let names = (0..<10).map(String.init)

  /// One of the two parts.
  struct Digits: Sendable {
    let images: IDXImages
    let labels: [Int]
  }

  let train: Digits
  let test: Digits

  /// Reads the four files.
  ///
  /// - Throws: ``DatasetError`` if one is missing or damaged, or labels and images do not go together.
  init(in folder: String) throws(DatasetError) {
    train = try Self.digits("train", in: folder)
    test = try Self.digits("t10k", in: folder)
  }

  subscript(part: ImagePool.Part) -> Digits { part == .train ? train : test }

  static func pool(in folder: String) throws(DatasetError) -> ImagePool {
    let mnist = try MNIST(in: folder)
    return ImagePool(
      name: folder, trainCount: mnist.train.labels.count, testCount: mnist.test.labels.count,
      order: "mnist"
    ) { part, rows in
      let digits = mnist[part]
      return ImageSet(
        name: "mnist", height: 28, width: 28, channels: 1, pixels: digits.images.pixels(rows),
        labels: ["digit": rows.map { digits.labels[$0] }], labelNames: ["digit": names],
        provenance: "MNIST, images as in the files")
    }
  }

  private static func digits(_ part: String, in folder: String) throws(DatasetError) -> Digits {
    let images = try IDXImages(
      ImageFolder.path("\(part)-images-idx3-ubyte", in: folder, dataset: "mnist"),
      height: 28, width: 28)
    let path = try ImageFolder.path("\(part)-labels-idx1-ubyte", in: folder, dataset: "mnist")
    let array = try wrappingStorage { () throws(StorageError) in try IDX.read(from: path) }
    guard case .uint8(let labels) = array.elements, array.shape.count == 1,
      let largest = labels.max(), largest < 10
    else {
      throw .unexpected(
        path: path, at: "labels", expected: "one column of digits 0 to 9",
        found: array.shape.count == 1
          ? "values up to \(array.values(as: Double.self).max() ?? 0)"
          : array.shape.map(String.init).joined(separator: " x "),
        advice: "check that this is the file you meant")
    }
    try images.check(labels: labels.count, in: path)
    return Digits(images: images, labels: labels.map(Int.init))
  }
}
