import Storage
import TensorCore
import Testing

@testable import Datasets

@Suite(.enabled(if: SharedData.hasMNIST, Comment(rawValue: SharedData.imageReason)))
struct PerturbationTests {
  static let mnist = Result { try MNIST(in: SharedData.directory + "/mnist") }
  static let rows = (0..<120).map { $0 * 491 }

  /// The table was measured with the authors' own program. What differs is how the medial axis breaks ties.
  @Test(.enabled(if: SharedData.hasMorphoTable, Comment(rawValue: SharedData.imageReason)))
  func theMeasuresAreThoseOfTheTable() throws {
    let path = SharedData.directory + "/morpho_mnist/original-train-morpho.csv.gz"
    let table = try CSVTable.parse(Gzip.read(from: path), path: path)
    let digits = try Self.mnist.get().train
    let rows = (0..<400).map { $0 * 149 }
    let ours = Morphometrics.attributes(
      rows.map { Morphometrics(ofDigit: digits.images.image($0)) })
    // The least correlation and the largest mean difference; over 500 digits they are 0.9974 and 0.74 for the length,
    // 0.9998 and 0.008 for the thickness.
    let bounds = [
      "area": (0.99999, 0.01), "length": (0.995, 1), "thickness": (0.9995, 0.012),
      "slant": (0.99999, 0.0001), "width": (0.99999, 0.003), "height": (0.9999, 0.005),
    ]
    for (name, (least, largest)) in bounds {
      let column = try table.doubles(name)
      let (mine, theirs) = (ours[name]!.map(Double.init), rows.map { column[$0] })
      let r = correlation(mine, theirs)
      let error = zip(mine, theirs).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(rows.count)
      #expect(r > least && error < largest, "\(name): correlation \(r), mean difference \(error)")
    }
  }

  @Test func perturbationsChangeTheMeasuresAsTheirNamesSay() throws {
    let digits = try Self.mnist.get().train
    var means: [Perturbation: (thickness: Double, area: Double, length: Double)] = [:]
    for change in Perturbation.allCases {
      var random = Philox(seed: 7)
      var sum = (0.0, 0.0, 0.0)
      for row in Self.rows {
        let bytes = change.applied(to: digits.images.image(row), using: &random)
        let measures = Morphometrics(ofDigit: bytes)
        sum = (sum.0 + measures.thickness, sum.1 + measures.area, sum.2 + measures.length)
      }
      let n = Double(Self.rows.count)
      means[change] = (sum.0 / n, sum.1 / n, sum.2 / n)
    }
    let plain = try #require(means[.plain])
    let original =
      Self.rows.reduce(0) {
        $0 + Morphometrics(ofDigit: digits.images.image($1)).thickness
      } / Double(Self.rows.count)
    #expect(abs(plain.thickness - original) < 0.15, "\(plain.thickness), \(original)")
    // A disc of 0.35 T or 0.5 T on either side, rounded down to quarters of a pixel.
    let (thin, thick) = (try #require(means[.thin]), try #require(means[.thick]))
    #expect((0.35...0.75).contains(thin.thickness / plain.thickness), "\(thin)")
    #expect((1.5...2.2).contains(thick.thickness / plain.thickness), "\(thick)")
    let (swollen, fractured) = (try #require(means[.swollen]), try #require(means[.fractured]))
    #expect(swollen.area > 1.1 * plain.area, "\(swollen)")
    #expect(fractured.area < 0.95 * plain.area && fractured.length < plain.length, "\(fractured)")
    #expect(abs(fractured.thickness / plain.thickness - 1) < 0.15, "\(fractured)")
  }

  @Test func swellingsAndFracturesAreDrawnFromTheStream() throws {
    let digit = try Self.mnist.get().train.images.image(0)
    for change in [Perturbation.swollen, .fractured] {
      func draw(_ seed: UInt64) -> [UInt8] {
        var random = Philox(seed: seed)
        return change.applied(to: digit, using: &random)
      }
      #expect(draw(1) == draw(1) && draw(1) != draw(2))
    }
  }

  @Test func everyImageOfTheSourceHasItsOwnFixedPerturbation() throws {
    func load(_ seed: UInt64) throws -> ImageSet {
      try ImageSource.morphoMNIST.load(
        in: [SharedData.directory], side: 28, channels: 1, counts: (60, 1, 1), seed: seed
      ).train
    }
    let set = try load(1)
    #expect(Set(set.labels["perturbation"]!) == Set(0..<5))
    #expect(
      set.attributes.keys.sorted() == ["area", "height", "length", "slant", "thickness", "width"])
    let measures = Morphometrics(ofDigit: set.picture(7).bytes)
    #expect(set.attributes["thickness"]![7] == Float(measures.thickness))
    let pool = try MorphoMNIST.pool(in: SharedData.directory + "/mnist")
    #expect(
      try pool.read(.train, [5, 9]).pixels == pool.read(.train, [9, 5]).subset([1, 0]).pixels)
  }
}
