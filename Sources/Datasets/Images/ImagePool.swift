import Storage
import TensorCore

/// What a source has to choose from: how many images its parts have, and how the chosen ones are had.
struct ImagePool: Sendable {
  /// A part of a source.
  enum Part: String, Sendable {
    /// What to learn from; all of it where the source has no part for testing.
    case train
    /// What to test on.
    case test
  }

  /// The name for messages.
  var name: String
  /// The images to learn from, or all images.
  var trainCount: Int
  /// The images to test on; `nil` where they are cut from the others.
  var testCount: Int?
  /// The name of the random order; two sources over the same images share it.
  var order: String
  /// Whether images are taken from the end of the order, so that a source that takes them from the start has others.
  var isReversed = false
  /// The images of a part at these indices, in their own size.
  var read: @Sendable (Part, [Int]) throws(DatasetError) -> ImageSet

  /// Chooses disjoint images by a seed and brings them to a size.
  ///
  /// - Throws: ``DatasetError/unexpected(path:at:expected:found:advice:)`` if there are too few, or what reading throws.
  func splits(
    side: Int, channels: Int, counts: (train: Int, validation: Int, test: Int), seed: UInt64
  ) throws(DatasetError) -> ImageSplits {
    let (train, validation, test) = try sizes(counts)
    let random = Philox(seed: seed).stream("images/\(order)")
    func shuffled(_ part: Part, _ count: Int) -> [Int] {
      var stream = random.stream(part.rawValue)
      let order = stream.permutation(count)
      return isReversed ? order.reversed() : order
    }
    let rows = shuffled(.train, trainCount)
    let testRows =
      testCount.map { shuffled(.test, $0) } ?? Array(rows[(train + validation)...])
    func images(_ part: Part, _ rows: ArraySlice<Int>) throws(DatasetError) -> ImageSet {
      try self.images(part, Array(rows), side: side, channels: channels)
    }
    return ImageSplits(
      train: try images(.train, rows[..<train]),
      validation: try images(.train, rows[train..<(train + validation)]),
      test: try images(testCount == nil ? .train : .test, testRows[..<test]))
  }

  /// Images in parts, so that those in their own size are never all in memory.
  private func images(
    _ part: Part, _ rows: [Int], side: Int, channels: Int
  ) throws(DatasetError) -> ImageSet {
    let block = 4096
    var result = try read(part, Array(rows.prefix(block))).fitted(side: side, channels: channels)
    result.pixels.reserveCapacity(rows.count * result.imageSize)
    for start in stride(from: block, to: rows.count, by: block) {
      let rows = Array(rows[start..<min(start + block, rows.count)])
      result.append(try read(part, rows).fitted(side: side, channels: channels))
    }
    return result
  }

  /// The sizes that are asked for, with those that are 0 filled in as ``ImageSource/load(in:side:channels:counts:seed:)``
  /// says.
  private func sizes(
    _ counts: (train: Int, validation: Int, test: Int)
  ) throws(DatasetError) -> (Int, Int, Int) {
    require(
      counts.train >= 0 && counts.validation >= 0 && counts.test >= 0,
      "ImageSource.load: counts must not be negative, got \(counts)")
    let test = counts.test == 0 ? testCount ?? trainCount / 5 : counts.test
    let rest = testCount == nil ? trainCount - test : trainCount
    let most = counts.train == 0 ? rest / 5 : min(counts.train / 4, max(rest - counts.train, 0))
    let validation = counts.validation == 0 ? most : counts.validation
    let train = counts.train == 0 ? rest - validation : counts.train
    guard test <= testCount ?? trainCount, train > 0, train + validation <= rest else {
      throw .unexpected(
        path: name, at: "images",
        expected: "\(train) images to train, \(validation) to validate and \(test) to test"
          + (testCount.map { " (\($0) are for testing alone)" } ?? ""),
        found: "\(trainCount + (testCount ?? 0))", advice: "ask for fewer")
    }
    return (train, validation, test)
  }
}
