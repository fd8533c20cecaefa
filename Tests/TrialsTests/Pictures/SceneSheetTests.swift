import Metrics
import TensorCore
import Testing

@testable import Trials

struct SceneSheetTests {
  private func constant(_ shape: Shape, _ value: Float) -> Tensor<Float> {
    Tensor(shape: shape, repeating: value)
  }

  /// An image of 4 × 4 with a hit, a miss and a faint box, two background segments.
  private var scene: ScenePicture {
    ScenePicture(
      image: constant([4, 4, 3], 0.2), reconstruction: constant([4, 4, 3], 0.4),
      foreground: constant([4, 4, 3], 0.6), alpha: constant([4, 4, 1], 0.8),
      weights: Tensor(
        shape: [2, 4, 4, 1],
        scalars: [Float](repeating: 0.25, count: 16) + [Float](repeating: 0.75, count: 16)),
      components: constant([2, 4, 4, 3], 0.8),
      detections: [
        Detection(DetectionBox(x: 0.25, y: 0.25, width: 0.5, height: 0.5), confidence: 1),
        Detection(DetectionBox(x: 0.75, y: 0.75, width: 0.5, height: 0.5), confidence: 1),
        Detection(DetectionBox(x: 0.75, y: 0.25, width: 0.5, height: 0.5), confidence: 0.05),
      ],
      truth: [DetectionBox(x: 0.25, y: 0.25, width: 0.5, height: 0.5)],
      segments: [Int](repeating: 0, count: 8) + [Int](repeating: 2, count: 8))
  }

  /// A sheet's panels lie side by side: their middles, by the columns' widths.
  @Test func panelsInOrder() {
    let factor = 24
    let sheet = SceneSheet.panels([scene, scene], enlargedBy: factor)
    let side = 4 * factor
    #expect(sheet.width == 8 * (side + 6) + 6)
    #expect(sheet.height == 6 + 12 + 2 * (side + 6))
    func middle(_ column: Int, _ row: Int, down: Int = 0) -> Colour {
      sheet[6 + column * (side + 6) + side / 2, 18 + row * (side + 6) + side / 2 + down]
    }
    func grey(_ share: Double) -> Colour {
      let value = UInt8((share * 255).rounded())
      return Colour(value, value, value)
    }
    let pale = Colour.segment(0).mixed(with: .page, 0.7)
    for row in 0..<2 {
      #expect(middle(0, row) == grey(0.2) && middle(1, row) == grey(0.4))
      #expect(middle(3, row) == grey(0.6) && middle(4, row) == grey(0.8))
      #expect(middle(5, row) == grey(0.2) && middle(6, row) == grey(0.6))
      #expect(middle(7, row, down: -9) == pale && middle(7, row, down: 9) == .segment(0))
    }
    #expect(sheet[1, 1] == .page)
  }

  @Test func boxesInTheColoursOfTheirFate() {
    let hit = SceneSheet.boxes(scene, enlargedBy: 4)
    #expect(hit[0, 0] == .hit && hit[15, 15] == .miss)
    // Below the presence that is drawn.
    #expect(hit[15, 0] == Canvas(scene.image)[0, 0])
    var unknown = scene
    unknown.truth = nil
    #expect(SceneSheet.boxes(unknown)[0, 0] == .detection)
    var missed = scene
    missed.detections = []
    #expect(SceneSheet.boxes(missed)[0, 0] == .truth)
    // A dark edge around both the true and the predicted line, where pixels are enlarged.
    let black = Colour(0, 0, 0)
    let grey = Canvas(scene.image)[0, 0]
    #expect(hit[8, 4] == grey.mixed(with: black, 0.5).mixed(with: black, 0.5) && hit[9, 4] == grey)
    #expect(SceneSheet.boxes(scene, presenceAbove: 0)[3, 0] != Canvas(scene.image)[0, 0])
  }

  /// Two background segments, left and right; objects 0 and 3 own two pixels of the first row.
  @Test func segmentsOfPixels() {
    let left: [Float] = [0.6, 0.5, 0.2, 0.2]
    let weights = Tensor<Float>(
      shape: [2, 2, 4, 1],
      scalars: (0..<8).map { left[$0 % 4] } + (0..<8).map { 1 - left[$0 % 4] })
    let owners = [-1, 0, 3, -1, -1, -1, -1, -1]
    #expect(SegmentMap.segments(weights, owners: owners) == [0, 2, 5, 1, 0, 0, 1, 1])
    #expect(
      SegmentMap.segments(constant([1, 2, 2, 1], 1), owners: [-1, -1, 2, -1]) == [0, 0, 3, 0])
  }

  @Test func glimpsesBySurety() {
    let colours = Tensor<Float>(
      shape: [3, 4, 4, 3], scalars: (0..<144).map { $0 < 48 ? 0 : $0 < 96 ? 1 : 0.5 })
    let sheet = GlimpseSheet.canvas(
      colours: colours, alphas: constant([3, 4, 4, 1], 1), presence: [0.1, 0.9, 0.4], limit: 2,
      enlargedBy: 8)
    // Two glimpses of 32 pixels and their numbers: the second and the third.
    #expect(sheet.width == 2 * 38 + 6 && sheet.height == 6 + 32 + 12 + 6)
    #expect(sheet[20, 20] == Colour(255, 255, 255) && sheet[58, 20] == Colour(128, 128, 128))
    // An empty glimpse shows the ground of two greys.
    let empty = GlimpseSheet.ground(colours.image(0), constant([4, 4, 1], 0))
    #expect(Set((0..<4).map { empty[$0, 0] }).count == 2)
  }

  @Test func traversals() {
    let values = TraversalSheet.values(from: -1, to: 1, count: 3)
    #expect(values == [-1, 0, 1])
    let rows = ["what 1", "scale"].map { TraversalSheet.Row($0, constant([3, 16, 16, 3], 1)) }
    let sheet = TraversalSheet(values: values, rows: rows).canvas(enlargedBy: 2)
    #expect(sheet.width == 6 + 35 + 6 + 3 * 38 && sheet.height == 6 + 12 + 2 * 38)
    #expect(sheet[6 + 35 + 6, 18] == Colour(255, 255, 255))
    #expect(sheet[6 + 35 + 5, 18] == .page)
  }

  @Test func sheetsOfImages() {
    let sheet = PanelSheet(images: constant([5, 4, 4, 1], 1), inRowsOf: 2).canvas
    #expect(sheet.width == 2 * 10 + 6 && sheet.height == 3 * 10 + 6)
    // The last place stays empty.
    #expect(sheet[8, 28] == Colour(255, 255, 255) && sheet[18, 28] == .page)
  }
}
