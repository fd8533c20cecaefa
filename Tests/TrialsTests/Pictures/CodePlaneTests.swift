import TensorCore
import Testing

@testable import Trials

/// Codes of any width can be drawn.
struct CodePlaneTests {
  @Test(arguments: [(40, 1), (1, 1), (1, 3), (2, 2), (40, 5)])
  func everyWidthHasAPlane(_ count: Int, _ columns: Int) throws {
    var random = Philox(seed: 1)
    let codes: Tensor<Float> = random.normal(shape: [count, columns])
    let plane = try CodePlane(of: codes)
    #expect(plane.points.shape == [count, 2])
    if columns == 1 {
      #expect(plane.points.slice(0..<1, along: 1) == codes)
      #expect(plane.axes.y == "drawn at random" && plane.caption.contains("one number"))
    }
  }
}
