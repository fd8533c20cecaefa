import Storage
import TensorCore

/// The parts of a set of scenes.
public enum SceneSplit: String, Sendable, Hashable, Codable, CaseIterable {
  /// What models learn from.
  case train
  /// What choices are made on.
  case validation
  /// What results are reported on.
  case test
}

/// The box around what is seen of an object, in fractions of the image.
///
/// 0 is the outer edge of the first pixel and 1 that of the last, from left to right and from top to bottom; columns
/// `a...b` of an image `W` wide have the width `(b − a + 1) / W` and the centre `(a + b + 1) / 2W`.
public struct SceneBox: Sendable, Hashable, Codable {
  /// The centre from left to right.
  public var centreX: Float
  /// The centre from top to bottom.
  public var centreY: Float
  /// The width.
  public var width: Float
  /// The height.
  public var height: Float

  /// A box of these fractions.
  public init(centreX: Float, centreY: Float, width: Float, height: Float) {
    self.centreX = centreX
    self.centreY = centreY
    self.width = width
    self.height = height
  }

  /// The box of pixels in inclusive ranges of columns and rows.
  init(columns: ClosedRange<Int>, rows: ClosedRange<Int>, inWidth width: Int, height: Int) {
    self.init(
      centreX: Float(columns.lowerBound + columns.upperBound + 1) / Float(2 * width),
      centreY: Float(rows.lowerBound + rows.upperBound + 1) / Float(2 * height),
      width: Float(columns.count) / Float(width), height: Float(rows.count) / Float(height))
  }
}

/// What is known about one image.
public struct SceneTruth: Sendable, Hashable {
  /// The boxes of the visible parts of its objects.
  public var boxes: [SceneBox]
  /// Which box a pixel belongs to, `[height, width]` row by row: 0 for none, k for `boxes[k − 1]`; `nil` if unknown.
  public var mask: [UInt8]?

  /// Boxes, and masks if known.
  public init(boxes: [SceneBox], mask: [UInt8]? = nil) {
    self.boxes = boxes
    self.mask = mask
  }

  /// The boxes as numbers `[count, 4]`: centre x, centre y, width, height.
  public var boxTensor: Tensor<Float> {
    Tensor(
      shape: [boxes.count, 4],
      scalars: boxes.flatMap { [$0.centreX, $0.centreY, $0.width, $0.height] })
  }
}

/// Images of one size to decompose into objects and background, with or without known boxes.
///
/// Any image can be had at any time by its split and index, and is always the same.
public protocol SceneSource: Sendable {
  /// The name in listings and reports.
  var name: String { get }
  /// The rows of an image.
  var height: Int { get }
  /// The columns of an image.
  var width: Int { get }
  /// Whether ``truth(at:of:)`` has boxes.
  func hasBoxes(_ split: SceneSplit) -> Bool
  /// The number of images of a split.
  func count(of split: SceneSplit) -> Int
  /// What images are taken from, such as games; at least one.
  var sourceNames: [String] { get }
  /// Which of ``sourceNames`` images are of.
  func sources(at indices: [Int], of split: SceneSplit) -> [Int]
  /// The names of the files of images; `nil` where images have no files of their own.
  func fileNames(at indices: [Int], of split: SceneSplit) -> [String]?
  /// Images as bytes `[height, width, 3]`, one after the other.
  ///
  /// - Throws: ``DatasetError`` if a file behind them cannot be read.
  func bytes(at indices: [Int], of split: SceneSplit) throws(DatasetError) -> [UInt8]
  /// What is known about images; no boxes where none are known.
  ///
  /// - Throws: ``DatasetError`` if a file behind them cannot be read.
  func truth(at indices: [Int], of split: SceneSplit) throws(DatasetError) -> [SceneTruth]
}

extension SceneSource {
  /// The name alone.
  public var sourceNames: [String] { [name] }
  /// The first for every image.
  public func sources(at indices: [Int], of split: SceneSplit) -> [Int] { indices.map { _ in 0 } }

  /// No names.
  public func fileNames(at indices: [Int], of split: SceneSplit) -> [String]? { nil }

  /// Images as numbers in [0, 1], `[indices, height, width, 3]`: each byte divided by 255.
  ///
  /// - Throws: ``DatasetError`` if a file behind them cannot be read.
  public func images(
    at indices: [Int], of split: SceneSplit
  ) throws(DatasetError) -> Tensor<Float> {
    SceneBytes.tensor(
      try bytes(at: indices, of: split), count: indices.count, height: height, width: width)
  }

  /// Requires that indices are those of images.
  func check(_ indices: [Int], of split: SceneSplit) {
    let count = count(of: split)
    require(
      indices.allSatisfy { (0..<count).contains($0) },
      "\(name): images 0..<\(count) of \(split) exist, got \(indices)")
  }
}
