import TensorCore
import Testing

@testable import Datasets

struct ImageSourceTests {
  static let generated = ImageSource.allCases.filter(\.isSynthetic)

  @Test(arguments: generated)
  func aGeneratedSourceNeedsNoFileAndDependsOnTheSeedAlone(_ source: ImageSource) throws {
    #expect(source.isThere(in: []) && source.twin == nil)
    func load(_ seed: UInt64) throws -> ImageSplits {
      try source.load(in: [], side: 32, channels: 3, counts: (24, 5, 6), seed: seed)
    }
    let splits = try load(4)
    #expect((splits.train.count, splits.validation.count, splits.test.count) == (24, 5, 6))
    let train = splits.train
    #expect((train.height, train.width, train.channels) == (32, 32, 3))
    #expect(train.provenance.hasPrefix("generated") && train.name == source.rawValue)
    #expect(!train.labels.isEmpty)
    for (label, values) in train.labels {
      #expect(values.allSatisfy { (0..<train.classCount(label)).contains($0) }, "\(label)")
    }
    // No image twice, none empty.
    let images = [splits.train, splits.validation, splits.test].flatMap { set in
      (0..<set.count).map { set.picture($0).bytes }
    }
    #expect(Set(images).count == images.count)
    #expect(images.allSatisfy { Set($0).count > 1 })
    let threads = Parallelism.threads
    defer { Parallelism.threads = threads }
    Parallelism.threads = 2
    #expect(try load(4).train.pixels == train.pixels)
    #expect(try load(5).train.pixels != train.pixels)
  }

  @Test func everyMeasuredSourceHasATwinWithItsLabels() throws {
    for source in ImageSource.allCases where !source.isSynthetic {
      let twin = try #require(source.twin)
      #expect(twin.isSynthetic)
      #expect(!source.isThere(in: ["/nowhere"]))
      let text = message {
        _ = try source.load(in: ["/nowhere"], side: 32, channels: 1, counts: (1, 1, 1), seed: 0)
      }
      #expect(text.contains("/nowhere/") && text.contains("--data"))
      #expect(text.contains(twin.rawValue) && text.contains(source.rawValue))
    }
  }

  @Test func anUnknownNameGetsTheNearest() {
    #expect(message { _ = try ImageSource(named: "mnistN") }.contains("did you mean"))
    #expect(message { _ = try ImageSource(named: "pictures") }.contains("the data sets are mnist"))
  }

  @Test func zeroStandsForWhatIsLeft() throws {
    let pool = ImagePool(name: "p", trainCount: 100, testCount: nil, order: "p") { _, rows in
      ImageSet(
        name: "p", height: 1, width: 1, channels: 1, pixels: rows.map(UInt8.init),
        labels: ["row": rows], provenance: "")
    }
    func sizes(_ train: Int, _ validation: Int, _ test: Int) throws -> [Int] {
      let splits = try pool.splits(
        side: 1, channels: 1, counts: (train, validation, test), seed: 2)
      let all = [splits.train, splits.validation, splits.test]
      let rows = all.flatMap { $0.labels["row"]! }
      #expect(Set(rows).count == rows.count)
      return all.map(\.count)
    }
    #expect(try sizes(0, 0, 0) == [64, 16, 20])
    #expect(try sizes(0, 10, 30) == [60, 10, 30])
    #expect(try sizes(40, 0, 0) == [40, 10, 20])
    #expect(try sizes(80, 0, 20) == [80, 0, 20])
    #expect(try sizes(3, 2, 1) == [3, 2, 1])
    let text = message { _ = try sizes(90, 5, 10) }
    #expect(text.contains("90 images to train") && text.contains("found 100"))
  }

  @Test func theOtherEndOfTheOrderSharesNoImage() throws {
    var pool = ImagePool(name: "p", trainCount: 60, testCount: 40, order: "p") { _, rows in
      ImageSet(
        name: "p", height: 1, width: 1, channels: 1, pixels: rows.map(UInt8.init),
        labels: ["row": rows], provenance: "")
    }
    func rows() throws -> (Set<Int>, Set<Int>) {
      let splits = try pool.splits(side: 1, channels: 1, counts: (20, 10, 20), seed: 9)
      let train = splits.train.labels["row"]! + splits.validation.labels["row"]!
      return (Set(train), Set(splits.test.labels["row"]!))
    }
    let source = try rows()
    pool.isReversed = true
    let target = try rows()
    #expect(source.0.isDisjoint(with: target.0) && source.0.count == 30)
    #expect(source.1.isDisjoint(with: target.1) && source.1.count == 20)
  }

  @Test func theStrokesOfATwinHaveTheThicknessAndSlantItStates() throws {
    let set = try ImageSource.digitTwin.load(
      in: [], side: 28, channels: 1, counts: (200, 1, 1), seed: 0
    ).train
    let measures = (0..<set.count).map { Morphometrics(ofDigit: set.picture($0).bytes) }
    let thickness = correlation(measures.map(\.thickness), set.attributes["thickness"]!)
    #expect(thickness > 0.95, "\(thickness)")
    // A digit's own form leans too, so that the slant it is drawn with is only a part.
    let slant = correlation(measures.map(\.slant), set.attributes["slant"]!)
    #expect(slant > 0.8, "\(slant)")
  }
}

/// Pearson's correlation.
func correlation(_ a: [Double], _ b: [some BinaryFloatingPoint]) -> Double {
  let b = b.map { Double($0) }
  let n = Double(a.count)
  let (ma, mb) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
  var (ab, aa, bb) = (0.0, 0.0, 0.0)
  for (x, y) in zip(a, b) {
    ab += (x - ma) * (y - mb)
    aa += (x - ma) * (x - ma)
    bb += (y - mb) * (y - mb)
  }
  return ab / (aa * bb).squareRoot()
}
