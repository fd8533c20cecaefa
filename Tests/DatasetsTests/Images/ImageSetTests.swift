import Storage
import TensorCore
import Testing

@testable import Datasets

struct ImageSetTests {
  /// Four grey images of 2 x 3, the bytes counting up.
  static let set = ImageSet(
    name: "four", height: 2, width: 3, channels: 1, pixels: Array(0..<24),
    labels: ["class": [0, 2, 1, 2]], labelNames: ["class": ["a", "b", "c"]],
    attributes: ["size": [1, 2, 3, 4]], provenance: "by hand")

  @Test func imagesAreBytesDividedBy255() {
    let images = Self.set.images([3, 0])
    #expect(images.shape == [2, 2, 3, 1])
    let expected: [Float] = (Array(18..<24) + Array(0..<6)).map { (byte: Int) in Float(byte) / 255 }
    #expect(images.scalars == expected)
    #expect(Self.set.picture(1).bytes == Array(6..<12))
  }

  @Test func aSubsetKeepsWhatBelongsToItsImages() {
    let subset = Self.set.subset([2, 1, 2])
    #expect(subset.count == 3 && subset.pixels == Array(12..<18) + Array(6..<12) + Array(12..<18))
    #expect(subset.labels == ["class": [1, 2, 1]])
    #expect(subset.attributes == ["size": [3, 2, 3]])
    #expect(subset.classCount("class") == 3)
  }

  @Test func keepingCountsTheClassesAnew() {
    let kept = Self.set.keeping(["c", "a"], of: "class")
    #expect(kept.count == 3 && kept.labels["class"] == [1, 0, 0])
    #expect(kept.labelNames["class"] == ["c", "a"] && kept.classCount("class") == 2)
    #expect(kept.pixels == Array(0..<12) + Array(18..<24))
  }

  @Test func greyIsRepeatedAndColoursBecomeTheirLuma() {
    let square = ImageSet(
      name: "g", height: 2, width: 2, channels: 1, pixels: [1, 2, 3, 4], provenance: "")
    #expect(
      square.fitted(side: 2, channels: 3).pixels == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4])
    let colours = ImageSet(
      name: "c", height: 1, width: 1, channels: 3, pixels: [255, 0, 0, 0, 255, 0, 10, 20, 200],
      provenance: "")
    #expect(colours.fitted(side: 1, channels: 1).pixels == [76, 150, 38])
  }

  @Test func theCentralSquareIsResizedAsSingleImagesAre() {
    var random = Philox(seed: 3)
    let (height, width, channels, count) = (9, 12, 3, 130)
    let set = ImageSet(
      name: "r", height: height, width: width, channels: channels,
      pixels: (0..<count * height * width * channels).map { _ in UInt8(random.next(below: 256)) },
      provenance: "")
    for side in [5, 9, 16] {
      let fitted = set.fitted(side: side, channels: 3)
      #expect((fitted.height, fitted.width, fitted.count) == (side, side, count))
      for row in [0, 63, 64, 129] {
        let whole = set.picture(row)
        var bytes: [UInt8] = []
        for line in 0..<9 {
          let start = 3 * (line * 12 + 1)
          bytes += whole.bytes[start..<start + 27]
        }
        let square = Image(height: 9, width: 9, channels: 3, bytes: bytes)
        #expect(fitted.picture(row) == square.resized(height: side, width: side))
      }
    }
  }

  @Test func columnsOfAnotherLengthAreRefused() async {
    await #expect(processExitsWith: .failure) {
      _ = ImageSet(
        name: "x", height: 1, width: 1, channels: 1, pixels: [1, 2], labels: ["digit": [1]],
        provenance: "")
    }
  }
}
