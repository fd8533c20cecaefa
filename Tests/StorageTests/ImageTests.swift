import Foundation
import TensorCore
import Testing

@testable import Storage

@Suite struct ImageTests {
  /// Pictures that Pillow resized; see `Golden/resize.py`.
  static func golden() throws -> [String: StoredArray] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    return try NPZ.read(from: folder.appending(path: "Golden/resize.npz").path)
  }

  static func picture(_ array: StoredArray) -> Image {
    let shape = array.shape
    return Image(height: shape[0], width: shape[1], channels: shape[2], bytes: array.bytes)
  }

  @Test func resizingGivesPillowsBytes() throws {
    let golden = try Self.golden()
    let inputs = golden.keys.filter { $0.hasSuffix(".in") && !$0.hasPrefix("shorter") }
    #expect(inputs.count == 11)
    for name in inputs {
      let before = Self.picture(try #require(golden[name]))
      let expected = Self.picture(try #require(golden[name.dropLast(3) + ".out"]))
      let found = before.resized(height: expected.height, width: expected.width)
      #expect(
        found == expected,
        "\(name): \(before.height)x\(before.width)x\(before.channels) to \(expected.height)x\(expected.width)"
      )
    }
  }

  @Test func theShorterSideIsResizedAsTorchvisionDoes() throws {
    let golden = try Self.golden()
    for n in 0..<4 {
      let before = Self.picture(try #require(golden["shorter.\(n).in"]))
      let size = try #require(golden["shorter.\(n).size"]?.integers?.first)
      let expected = Self.picture(try #require(golden["shorter.\(n).out"]))
      #expect(before.resized(shorterSide: size) == expected, "case \(n)")
    }
  }

  @Test func bytesAndTensorsGoBothWays() {
    let bytes = (0..<256).map { UInt8($0) }
    let image = Image(height: 8, width: 16, channels: 2, bytes: bytes)
    #expect(image.tensor.shape == [8, 16, 2])
    #expect(image.tensor[0, 0, 1] == Float(1) / 255 && image.tensor[7, 15, 1] == 1)
    #expect(Image(image.tensor) == image)
    let odd = Tensor<Float>([[-0.1, 1.5, .nan], [0.5, 0.001, 0.002]])
    #expect(Image(odd).bytes == [0, 255, 0, 128, 0, 1])
    #expect(Image(odd).channels == 1)
  }

  @Test func colourIsTakenFromEveryKind() {
    func image(_ channels: Int) -> Image {
      Image(
        height: 1, width: 2, channels: channels, bytes: (1...(2 * channels)).map { UInt8($0) })
    }
    #expect(image(1).rgb.bytes == [1, 1, 1, 2, 2, 2])
    #expect(image(2).rgb.bytes == [1, 1, 1, 3, 3, 3])
    #expect(image(3).rgb == image(3))
    #expect(image(4).rgb.bytes == [1, 2, 3, 5, 6, 7])
  }

  @Test func gridsPutEveryPictureInItsPlace() {
    let pictures = (1...3).map { Image(height: 1, width: 2, channels: 1, repeating: UInt8($0)) }
    let sheet = Image.grid(of: pictures, columns: 2, gap: 1, shade: 9)
    #expect(sheet.height == 5 && sheet.width == 7)
    #expect(
      sheet.bytes == [
        9, 9, 9, 9, 9, 9, 9, 9, 1, 1, 9, 2, 2, 9, 9, 9, 9, 9, 9, 9, 9, 9, 3, 3, 9, 9, 9, 9, 9, 9, 9,
        9, 9, 9, 9,
      ])
    let twice = Image(height: 1, width: 2, channels: 1, bytes: [4, 5]).enlarged(by: 2)
    #expect(twice.bytes == [4, 4, 5, 5, 4, 4, 5, 5])
  }

  @Test func wrongSizesAreNamed() async {
    await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Image(height: 2, width: 3, channels: 3, bytes: [1])
    }
  }
}
