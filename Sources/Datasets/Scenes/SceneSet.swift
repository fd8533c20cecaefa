import Storage
import TensorCore

/// A set of scenes from files.
///
/// What fits ``Loading/memoryLimit`` is read at once and kept as bytes; of larger sets the images are read as they are
/// asked for, which ``SceneBatches`` does ahead of time.
public struct SceneSet: SceneSource {
  /// How a set is read.
  public struct Loading: Sendable, Hashable {
    /// The bytes of images that may be kept in memory; beyond, they are read as they are asked for.
    public var memoryLimit: Int
    /// Whether images are handed out with blue first and red last, as the SPACE authors trained on Atari.
    public var isBlueFirst: Bool
    /// What becomes of transparent pixels of pictures.
    public var alpha: SceneAlpha

    /// Up to 2 GiB in memory, red first, without alpha.
    public init(
      memoryLimit: Int = 2 << 30, isBlueFirst: Bool = false, alpha: SceneAlpha = .drop
    ) {
      self.memoryLimit = memoryLimit
      self.isBlueFirst = isBlueFirst
      self.alpha = alpha
    }
  }

  /// One split.
  struct Part: Sendable {
    var count: Int
    var images: any ScenePixels
    /// The boxes of each image; `nil` where none are known.
    var boxes: [[SceneBox]]?
    var masks: (any ScenePixels)?
    /// Which source each image is of; empty if all are of the first.
    var sources: [Int] = []
    /// The name of each image's file; empty if images have none of their own.
    var names: [String] = []
  }

  /// The name in listings and reports.
  public let name: String
  /// The rows of an image.
  public let height: Int
  /// The columns of an image.
  public let width: Int
  /// What images are taken from, such as games.
  public let sourceNames: [String]
  /// How many pictures had another proportion than the images: what becomes of them, ``SceneFit`` says.
  public let misfitCount: Int
  /// What a reader of results must know about the files: pictures left out, transparent, nearly black, equal, ….
  public let notes: [String]
  private let parts: [SceneSplit: Part]

  init(
    name: String, height: Int, width: Int, sourceNames: [String], parts: [SceneSplit: Part],
    misfitCount: Int = 0, notes: [String] = []
  ) {
    self.name = name
    self.misfitCount = misfitCount
    self.notes = notes
    self.height = height
    self.width = width
    self.sourceNames = sourceNames
    self.parts = parts
  }

  /// Pictures that are in memory already, all in one split; requires at least one, all of one size.
  public init(name: String, pictures: [Image], split: SceneSplit = .test) {
    let sizes = Set(pictures.map { [$0.height, $0.width] })
    require(
      sizes.count == 1,
      "SceneSet: wants pictures of one size, got \(sizes.sorted { $0[0] < $1[0] })")
    let first = pictures[0]
    self.init(
      name: name, height: first.height, width: first.width, sourceNames: [name],
      parts: [
        split: Part(
          count: pictures.count,
          images: MemoryPixels(
            all: pictures.flatMap(\.rgb.bytes), size: first.height * first.width * 3))
      ])
  }

  /// The number of images of a split, 0 if the set does not have it.
  public func count(of split: SceneSplit) -> Int { parts[split]?.count ?? 0 }

  /// Whether the boxes of a split are known.
  public func hasBoxes(_ split: SceneSplit) -> Bool { parts[split]?.boxes != nil }

  /// Which of ``sourceNames`` images are of.
  public func sources(at indices: [Int], of split: SceneSplit) -> [Int] {
    check(indices, of: split)
    guard let sources = parts[split]?.sources, !sources.isEmpty else {
      return indices.map { _ in 0 }
    }
    return indices.map { sources[$0] }
  }

  /// The names of the files of images, without their folder; `nil` where images have no files of their own.
  public func fileNames(at indices: [Int], of split: SceneSplit) -> [String]? {
    check(indices, of: split)
    guard let names = parts[split]?.names, !names.isEmpty else { return nil }
    return indices.map { names[$0] }
  }

  /// Images as bytes `[height, width, 3]`, one after the other.
  ///
  /// - Throws: ``DatasetError`` if they are read now and a file is damaged.
  public func bytes(at indices: [Int], of split: SceneSplit) throws(DatasetError) -> [UInt8] {
    check(indices, of: split)
    return try parts[split]?.images.bytes(at: indices) ?? []
  }

  /// What is known about images; no boxes where none are known.
  ///
  /// - Throws: ``DatasetError`` if masks are read now and a file is damaged.
  public func truth(
    at indices: [Int], of split: SceneSplit
  ) throws(DatasetError) -> [SceneTruth] {
    check(indices, of: split)
    guard let part = parts[split], let boxes = part.boxes else {
      return indices.map { _ in SceneTruth(boxes: []) }
    }
    let size = height * width
    let masks = try part.masks?.bytes(at: indices)
    var truths: [SceneTruth] = []
    for (place, index) in indices.enumerated() {
      let mask = masks.map { Array($0[(place * size)..<((place + 1) * size)]) }
      if let most = mask?.max(), most > boxes[index].count {
        throw .unexpected(
          path: name, at: "masks of \(split), image \(index)",
          expected: "0 to \(boxes[index].count), the image's boxes", found: "\(most)",
          advice: "make the file again, or leave its masks out")
      }
      truths.append(SceneTruth(boxes: boxes[index], mask: mask))
    }
    return truths
  }
}
