import TensorCore
import Testing

@testable import Trials

struct SwapSheetTests {
  private func batch(_ values: [Float]) -> Tensor<Float> {
    .concatenate(values.map { Tensor(shape: [1, 8, 8, 1], repeating: $0) })
  }

  private func grey(_ share: Float) -> Colour {
    let value = UInt8((share * 255).rounded())
    return Colour(value, value, value)
  }

  /// A row per image: input, output, and one panel per value, the image's own with a line around it.
  @Test func rowsAreImagesAndColumnsAreValues() {
    let sheet = SwapSheet(
      images: batch([0.1, 0.2]), reconstructions: batch([0.3, 0.4]),
      swapped: [batch([0.5, 0.6]), batch([0.7, 0.8]), batch([0.9, 1])],
      names: ["square", "heart", "oval"], rows: [.init(value: 2), .init()])
    let canvas = sheet.canvas(enlargedBy: 8)
    let side = 64
    #expect(canvas.width == 5 * (side + 6) + 6 && canvas.height == 6 + 12 + 2 * (side + 6))
    let values: [[Float]] = [[0.1, 0.3, 0.5, 0.7, 0.9], [0.2, 0.4, 0.6, 0.8, 1]]
    for row in 0..<2 {
      for column in 0..<5 {
        let (x, y) = (6 + column * (side + 6), 18 + row * (side + 6))
        #expect(canvas[x + side / 2, y + side / 2] == grey(values[row][column]))
        let isOwn = row == 0 && column == 4
        #expect(canvas[x, y] == (isOwn ? .detection : grey(values[row][column])))
        #expect((canvas[x + side - 1, y + side - 2] == .detection) == isOwn)
      }
    }
    // Headings above, and images of at least 64 pixels without being told.
    #expect((0..<canvas.width).contains { canvas[$0, 8] == .caption })
    #expect(sheet.canvas() == canvas)
  }

  @Test func captionsStandLeft() {
    let images = batch([0.5])
    let bare = SwapSheet(images: images, reconstructions: images, swapped: [images], names: ["a"])
    var named = bare
    named.rows = [.init(caption: "smile")]
    let width = PixelLetters.width(of: "smile") + 6
    #expect(named.canvas().width == bare.canvas().width + width)
  }

  @Test func wrongShapesAreNamed() async {
    await #expect(processExitsWith: .failure) {
      let image = Tensor<Float>.zeros([1, 8, 8, 1])
      _ = SwapSheet(
        images: image, reconstructions: image, swapped: [.zeros([1, 8, 4, 1])], names: ["a"])
    }
    await #expect(processExitsWith: .failure) {
      let image = Tensor<Float>.zeros([1, 8, 8, 1])
      _ = SwapSheet(images: image, reconstructions: image, swapped: [image], names: [])
    }
  }
}
