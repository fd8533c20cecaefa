import Scenes
import Testing

@Suite struct SPACEArchitectureTests {
  @Test func sizesThatFitNoNetworkAreNamed() {
    #expect(
      throws: SceneError.architecture(
        "grid", expected: "one of 2, 4, 8, 16, 32 for a side of 64", found: "5")
    ) { try SPACEArchitecture(side: 64, grid: 5) }
    #expect(
      throws: SceneError.architecture(
        "side", expected: "a multiple of 16 from 32 to 256", found: "100")
    ) { try SPACEArchitecture(side: 100, grid: 5) }
    #expect(throws: SceneError.self) { try SPACEArchitecture(glimpse: 12) }
    #expect(throws: SceneError.self) { try SPACEArchitecture(widthDivisor: 3) }
    #expect(throws: SceneError.self) { try SPACEArchitecture(components: 0) }
  }

  @Test(arguments: [(32, 4), (48, 6), (64, 16), (96, 3), (128, 4), (256, 8)])
  func sidesAndGridsAreFree(side: Int, grid: Int) throws {
    #expect(try SPACEArchitecture(side: side, grid: grid).cells == grid * grid)
  }
}
