import Settings
import Testing
import Trials

@Suite struct NearMissTests {
  @Test(arguments: [
    ("sede", "seed"), ("Seed", "seed"), ("learning_rate", "learningRate"), ("thread", "threads"),
  ])
  func findsNear(_ word: String, _ expected: String) {
    #expect(
      NearMiss.nearest(to: word, among: ["seed", "threads", "learningRate", "method"]) == expected)
  }

  @Test func refusesFar() {
    #expect(NearMiss.nearest(to: "qqqqq", among: ["seed", "threads"]) == nil)
    #expect(NearMiss.nearest(to: "seed", among: []) == nil)
  }
}
