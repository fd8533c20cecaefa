import TensorCore
import Testing

@testable import Scenes

@Suite struct SPACETrainerTests {
  @Test func theHealthCheckSeesWhatWentAstray() {
    func finding(_ terms: [(name: String, value: Double)], components: Int = 2) -> String? {
      SPACETrainer<Float>.finding(in: terms, cells: 16, components: components)
    }
    let sound = [
      (name: "scene/objects", value: 5.0), ("scene/mean alpha", 0.2),
      ("scene/background entropy", 0.4),
    ]
    #expect(finding(sound) == nil)
    #expect(finding([("scene/objects", 0)])?.contains("no cell") == true)
    #expect(finding([("scene/objects", 15)])?.contains("nearly every") == true)
    #expect(finding([("scene/mean alpha", 0.95)])?.contains("nearly everything") == true)
    #expect(finding([("scene/mean alpha", 1e-6)])?.contains("nothing") == true)
    #expect(finding([("scene/background entropy", 1e-5)])?.contains("one background") == true)
    #expect(finding([("scene/background entropy", 0)], components: 1) == nil)
  }

  /// Of three present cells the surest two share an object.
  @Test func traversalsShowAnObjectOfOneCell() {
    let boxes = [0.3, 0.3, 0, 0, 0.3, 0.3, 0.1, 0, 0.3, 0.3, 0.9, 0.9, 0.3, 0.3, -0.9, 0.9]
    #expect(SPACE<Float>.subject([5, 4, 1, -9], boxes) == 2)
    #expect(SPACE<Float>.subject([5, 4, -1, -9], boxes) == 0, "none is alone")
    #expect(SPACE<Float>.subject([-5, -4, -6, -9], boxes) == 1, "none is present")
  }
}
