import TensorCore
import Testing

@testable import Metrics

/// A value that few images have spoils no figure.
struct RareValueTests {
  static let count = 200
  static let shape = (0..<count).map { $0 % 3 }
  static let pose = (0..<count).map { ($0 / 3) % 4 }

  private func codes() -> Tensor<Double> {
    var noise = Philox(seed: 5)
    let random: Tensor<Double> = noise.normal(shape: [Self.count, 3])
    return Tensor(shape: [Self.count, 3]) { out in
      for row in 0..<Self.count {
        out[row * 3] = Double(Self.shape[row]) + 0.1 * random[row, 0]
        out[row * 3 + 1] = Double(Self.pose[row]) + 0.1 * random[row, 1]
        out[row * 3 + 2] = random[row, 2]
      }
    }
  }

  @Test func aValueOfOneImageIsLeftOutAndNamed() throws {
    var pose = Self.pose
    pose[17] = 99
    let whole = try FactorScores(codes: codes(), factors: [Self.shape, Self.pose])
    let scores = try FactorScores(codes: codes(), factors: [Self.shape, pose])
    #expect(scores.scalars.map(\.name) == whole.scalars.map(\.name))
    for (value, before) in zip(scores.scalars, whole.scalars) {
      #expect(value.value.isFinite && abs(value.value - before.value) < 0.1, "\(value.name)")
    }
    #expect(
      scores.predictability.rareValues == [.init(factor: 1, value: 99, count: 1)])
    #expect(
      scores.notes(names: ["shape", "pose"]) == [
        "SAP leaves values of pose out that one of the halves has no image of: 99 (1 image)"
      ])
    #expect(whole.notes(names: ["shape", "pose"]).isEmpty)
  }

  /// What is left out changes nothing of what is there: the score is that without the image.
  @Test func theOthersAreJudgedAsIfItWereNotThere() throws {
    let sample = try FactoredCodes(codes: codes(), factors: [Self.shape])
    let fitted = sample.rows(Array(0..<100))
    var marked = Self.shape
    marked[150] = 7
    let rare = try FactoredCodes(codes: codes(), factors: [marked])
    let without = (100..<200).filter { $0 != 150 }
    let one = AttributePredictability(
      fitted: rare.rows(Array(0..<100)), heldOut: rare.rows(Array(100..<200)))
    let other = AttributePredictability(fitted: fitted, heldOut: sample.rows(without))
    #expect(one.scores == other.scores && one.rareValues.map(\.value) == [7])
  }

  @Test func aFactorOfSingleImagesIsLeftOutOfTheMean() throws {
    let scores = try FactorScores(codes: codes(), factors: [Self.shape, Array(0..<Self.count)])
    let predictability = scores.predictability
    #expect(predictability.gaps[1].isNaN && predictability.score == predictability.gaps[0])
    let notes = scores.notes(names: ["shape", "number"])
    #expect(notes.count == 1 && notes[0].hasPrefix("SAP leaves number out: too few images"))
    #expect(notes[0].contains("and 192 more"))
  }

  @Test func withoutAnySharedValueOnlySAPIsMissing() throws {
    let scores = try FactorScores(codes: codes(), factors: [Array(0..<Self.count)])
    #expect(scores.predictability.score.isNaN && !scores.scalars.contains { $0.name == "SAP" })
    #expect(scores.scalars.contains { $0.name == "MIG" && $0.value.isFinite })
    #expect(scores.notes(names: ["number"])[0].contains("join values that few images have"))
  }
}
