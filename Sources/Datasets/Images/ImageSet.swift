import Storage
import TensorCore

/// Pictures of one size with what is known of each: bytes in memory, named columns of labels and of measures.
public struct ImageSet: Sendable {
  /// The name in listings and reports.
  public var name: String
  /// The rows of an image.
  public let height: Int
  /// The columns of an image.
  public let width: Int
  /// Numbers a pixel: 1 grey, 3 red, green and blue.
  public let channels: Int
  /// The images one after the other, `[count, height, width, channels]`.
  public var pixels: [UInt8]
  /// Whole numbers from 0 on, one per image, by the name of the column: `digit`, `shape`, `person`, `class`, ….
  public var labels: [String: [Int]]
  /// The names of a label column's values, where they have names.
  public var labelNames: [String: [String]]
  /// Measures, one per image, by the name of the column: `thickness`, `slant`, ….
  public var attributes: [String: [Float]]
  /// Which files the images are of, and what is redrawn, perturbed or generated, in one sentence.
  public var provenance: String

  /// A set of these images; requires as many bytes as whole images have, and a label and a measure for each.
  public init(
    name: String, height: Int, width: Int, channels: Int, pixels: [UInt8],
    labels: [String: [Int]] = [:], labelNames: [String: [String]] = [:],
    attributes: [String: [Float]] = [:], provenance: String
  ) {
    let size = height * width * channels
    require(
      height > 0 && width > 0 && (channels == 1 || channels == 3) && pixels.count % size == 0,
      "ImageSet: wants whole images of positive extents with 1 or 3 channels, got \(pixels.count) "
        + "bytes for \(height) x \(width) x \(channels)")
    let count = pixels.count / size
    for (column, found) in labels.mapValues(\.count).merging(
      attributes.mapValues(\.count), uniquingKeysWith: { $1 })
    {
      require(
        found == count, "ImageSet: column \"\(column)\" must have \(count) values, got \(found)")
    }
    self.name = name
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
    self.labels = labels
    self.labelNames = labelNames
    self.attributes = attributes
    self.provenance = provenance
  }

  /// The bytes of an image.
  var imageSize: Int { height * width * channels }

  /// The number of images.
  public var count: Int { pixels.count / imageSize }

  /// Images as numbers in [0, 1], `[rows, height, width, channels]`: each byte divided by 255.
  public func images(_ rows: some Sequence<Int>) -> Tensor<Float> {
    let rows = Array(rows)
    check(rows)
    let size = imageSize
    return Tensor(shape: [rows.count, height, width, channels]) { out in
      for (place, row) in rows.enumerated() {
        Image.scale(
          pixels[row * size..<(row + 1) * size],
          into: UnsafeMutableBufferPointer(rebasing: out[place * size..<(place + 1) * size]))
      }
    }
  }

  /// One image, for looking at.
  public func picture(_ row: Int) -> Image {
    check([row])
    return Image(
      height: height, width: width, channels: channels,
      bytes: Array(pixels[row * imageSize..<(row + 1) * imageSize]))
  }

  /// The images of these rows in this order, with their labels and measures; rows may repeat.
  public func subset(_ rows: [Int]) -> ImageSet {
    check(rows)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(rows.count * imageSize)
    for row in rows { pixels += self.pixels[row * imageSize..<(row + 1) * imageSize] }
    return ImageSet(
      name: name, height: height, width: width, channels: channels, pixels: pixels,
      labels: labels.mapValues { column in rows.map { column[$0] } }, labelNames: labelNames,
      attributes: attributes.mapValues { column in rows.map { column[$0] } },
      provenance: provenance)
  }

  /// The number of classes of a label: that of its names where it has names, else one more than its largest value.
  public func classCount(_ label: String) -> Int {
    labelNames[label]?.count ?? (column(label).max().map { $0 + 1 } ?? 0)
  }

  /// The images whose label has one of these names, the label counted again in the order of `names`.
  ///
  /// It brings two sets to the classes that they share: those of CIFAR-10 and STL-10 are
  /// ``ImageSource/classesSharedWithSTL10``.
  public func keeping(_ names: [String], of label: String) -> ImageSet {
    let old = labelNames[label] ?? []
    require(
      !names.isEmpty && names.allSatisfy(old.contains),
      "ImageSet.keeping: \(name), label \"\(label)\" has the names \(old), got \(names)")
    let new = Dictionary(
      uniqueKeysWithValues: names.enumerated().map { (old.firstIndex(of: $1)!, $0) })
    let column = column(label)
    var result = subset(column.indices.filter { new[column[$0]] != nil })
    result.labels[label] = result.labels[label]?.map { new[$0]! }
    result.labelNames[label] = names
    return result
  }

  private func column(_ label: String) -> [Int] {
    require(
      labels[label] != nil,
      "ImageSet: \(name) has the labels \(labels.keys.sorted()), got \"\(label)\"")
    return labels[label]!
  }

  private func check(_ rows: [Int]) {
    require(
      rows.allSatisfy { (0..<count).contains($0) },
      "ImageSet: \(name) has the images 0..<\(count), got rows "
        + "\(rows.filter { !(0..<count).contains($0) }.prefix(5))")
  }
}

/// Three disjoint sets of images of one source.
public struct ImageSplits: Sendable {
  /// What models learn from.
  public var train: ImageSet
  /// What choices are made on.
  public var validation: ImageSet
  /// What results are reported on.
  public var test: ImageSet

  /// These sets.
  public init(train: ImageSet, validation: ImageSet, test: ImageSet) {
    self.train = train
    self.validation = validation
    self.test = test
  }
}
