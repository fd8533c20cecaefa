import TensorCore
import Testing

@testable import Trials

struct ScatterSheetTests {
  /// Four points in the corners, one in the middle, one nowhere.
  private let points = Tensor<Float>(
    shape: [6, 2], scalars: [-1, -1, 1, -1, -1, 1, 1, 1, 0, 0, .nan, 0])
  private let side = 101

  private func sheet() -> ScatterSheet {
    ScatterSheet(
      points: points, axes: ("first", "second"),
      panels: [
        .init("by domain", groups: [0, 0, 1, 1, -1, 0], names: ["source", "target"]),
        .init("by class", groups: [0, 1, 2, 3, 4, 5], names: (0..<12).map { "class \($0)" }),
      ], side: side)
  }

  /// Where a point of the first or second panel lies in the sheet.
  private func place(_ panel: Int, _ x: Float, _ y: Float) -> (x: Int, y: Int) {
    func pixel(_ value: Float) -> Int {
      Int(((Double(value) + 1.08) / 2.16 * Double(side - 1)).rounded())
    }
    return (
      6 + panel * (side + 14 + 6) + 14 + pixel(x), 6 + 12 + side - 1 - pixel(y)
    )
  }

  @Test func pointsHaveTheColoursOfTheirGroups() {
    let canvas = sheet().canvas
    func expected(_ group: Int) -> Colour {
      ScatterSheet.ground.mixed(with: ScatterSheet.colour(group), 0.8)
    }
    let corners: [(Float, Float)] = [(-1, -1), (1, -1), (-1, 1), (1, 1)]
    for (point, corner) in corners.enumerated() {
      for (panel, group) in [(0, [0, 0, 1, 1][point]), (1, point)] {
        let at = place(panel, corner.0, corner.1)
        #expect(canvas[at.x, at.y] == expected(group), "panel \(panel), point \(point)")
        #expect(canvas[at.x + 5, at.y] != expected(group))
      }
    }
    let middle = place(0, 0, 0)
    #expect(canvas[middle.x, middle.y] == ScatterSheet.grid.mixed(with: ScatterSheet.grey, 0.8))
    // The point that is nowhere is not drawn: of group 5 only the patch of the legend is there.
    let found = (0..<canvas.height).contains { y in
      (0..<canvas.width).contains { canvas[$0, y] == expected(5) }
    }
    #expect(!found)
  }

  @Test func theLegendNamesEveryGroup() {
    let canvas = sheet().canvas
    func area(_ group: Int) -> Int {
      (0..<canvas.height).reduce(0) { sum, y in
        sum + (0..<canvas.width).filter { canvas[$0, y] == ScatterSheet.colour(group) }.count
      }
    }
    #expect(area(0) == 72 && area(1) == 72 && (2..<12).allSatisfy { area($0) == 36 })
    // Twelve names need more lines than two.
    let short = ScatterSheet(points: points, panels: [sheet().panels[0]], side: side).canvas
    #expect(canvas.height > short.height)
  }

  @Test func coloursOfGroupsDiffer() {
    let colours = (0..<16).map(ScatterSheet.colour) + [ScatterSheet.grey]
    for (index, colour) in colours.enumerated() {
      for other in colours[..<index] {
        let distance = [
          Int(colour.red) - Int(other.red), Int(colour.green) - Int(other.green),
          Int(colour.blue) - Int(other.blue),
        ].map { $0 * $0 }.reduce(0, +)
        #expect(distance > 300, "\(colour) and \(other)")
      }
    }
  }

  @Test func aSinglePointAndNoPointAreDrawn() {
    for count in [0, 1] {
      let sheet = ScatterSheet(
        points: .zeros([count, 2]),
        panels: [.init("all", groups: [Int](repeating: 0, count: count), names: ["a"])])
      #expect(sheet.canvas.width > 320)
    }
  }
}
