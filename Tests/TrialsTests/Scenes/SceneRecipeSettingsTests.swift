import Datasets
import Testing
import Trials

@Suite struct SceneRecipeSettingsTests {
  @Test func settingsAreLaidOverARecipe() throws {
    var recipe = SceneRecipe()
    try recipe.lay(["side=96", "leastSize=7.5", "rotates=false", "shapes=disc,star", "noise=0"])
    var expected = SceneRecipe()
    (expected.side, expected.leastSize, expected.rotates) = (96, 7.5, false)
    expected.shapes = [.disc, .star]
    #expect(recipe == expected)
    try recipe.lay(["shapes=[disc, star]"])
    #expect(recipe == expected)
    func error(_ setting: String) -> String {
      var copy = recipe
      do { try copy.lay([setting]) } catch { return "\(error)" }
      return ""
    }
    #expect(error("sid=4").contains("did you mean `side`?"))
    #expect(error("side").contains("expected key=value, found `side`; write a value behind it"))
    #expect(error("side=wide").contains("`side`: expected a whole number, found `wide`"))
    #expect(
      error("side=64,96").contains("`side`: expected a whole number, found `64,96`, 2 values"))
    #expect(error("side=4").contains("`side`: expected a number from 8 to 1024, found 4"))
    #expect(error("shapes=disc,cube").contains("`shapes`: expected one of disc, square"))
    #expect(error("rotates=3").contains("found `3`"))
  }
}
