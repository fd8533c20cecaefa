import Foundation
import TensorCore
import Testing

@testable import Trials

/// Both experiments on images, with generated images and networks small enough to train in a test.
@Suite(.serialized) struct ImageExperimentTests {
  enum Kind: String, CaseIterable, CustomTestStringConvertible {
    case disentangling, adaptation
    var testDescription: String { rawValue }

    var overrides: [String] {
      let shared = [
        "data.train=24", "data.test=40", "batchSize=8", "epochs=2", "model.widthDivisor=16",
        "model.representation=4", "decayEpoch=1", "logEvery=1", "fit.every=2", "fit.sampleSize=20",
        "slice.count=3", "inner.passes=2", "evaluation.trainCount=50", "evaluation.passes=2",
        "evaluation.twoSidedPasses=2", "evaluation.slices=3", "evaluation.permutations=20",
        "evaluation.pictures=2", "seed=3",
      ]
      return self == .disentangling
        ? shared + ["data.source=spriteTwin", "data.label=shape", "data.validation=2"]
        : shared + [
          "data.source=digitTwin", "data.target=digitTwinShifted", "data.label=digit",
          "data.augments=true",
        ]
    }
  }

  private func config(_ kind: Kind, _ more: String...) throws -> ResolvedConfig {
    try ExperimentRegistry.standard.resolve(
      experiment: kind.rawValue, overrides: kind.overrides + more)[0]
  }

  private func options(_ folder: String, stopAfter: Int? = nil) -> RunOptions {
    let counter = StepCounter()
    return RunOptions(
      runsFolder: folder, cadence: .steps(1), environment: RunEnvironment(dataDirectories: []),
      pendingSignal: { counter.next() == stopAfter ? SIGINT : nil })
  }

  @Test(arguments: Kind.allCases) func threadsChangeNoBit(_ kind: Kind) throws {
    try withTemporaryFolder { runs in
      defer { Parallelism.threads = 1 }
      var folders: [RunFolder] = []
      for threads in [1, 2] {
        Parallelism.threads = threads
        folders.append(
          try ExperimentRegistry.standard.run(
            config(kind), options: options("\(runs)/\(threads)")
          ).folder)
      }
      expectSame(folders[0], folders[1])
      let figures = try FigureFolder(of: folders[0]).entries().map(\.name)
      #expect(figures.contains("scatter") && figures.count >= 2)
    }
  }

  /// Stopped between a max-step and the next one: the slices, or the critic, must come back.
  @Test(arguments: Kind.allCases, ["slice", "renyi", "club"])
  func resumesToTheSameBits(_ kind: Kind, _ method: String) throws {
    try withTemporaryFolder { runs in
      let config = try config(kind, "method=\(method)")
      let whole = try ExperimentRegistry.standard.run(config, options: options(runs + "/whole"))
      #expect(throws: RunError.self) {
        try ExperimentRegistry.standard.run(
          config, options: options(runs + "/parts", stopAfter: 3))
      }
      let rest = try ExperimentRegistry.standard.run(config, options: options(runs + "/parts"))
      #expect(rest.resumedAt == 3)
      expectSame(rest.folder, whole.folder)
    }
  }

  @Test(arguments: Kind.allCases, ["none", "pearson", "distance", "tc"])
  func everyOtherMethodRuns(_ kind: Kind, _ method: String) throws {
    try withTemporaryFolder { runs in
      let outcome = try ExperimentRegistry.standard.run(
        config(kind, "method=\(method)"), options: options(runs))
      let scalars = outcome.result.scalars
      #expect(scalars["dependence.coded"]?.isFinite == true)
      #expect((0...1).contains(scalars["dependence.coded.null95"] ?? -1))
    }
  }

  /// One number a code has no two principal directions; the picture is drawn all the same.
  @Test(arguments: Kind.allCases) func aSingleNumberIsDrawn(_ kind: Kind) throws {
    try withTemporaryFolder { runs in
      let outcome = try ExperimentRegistry.standard.run(
        config(kind, "model.representation=1"), options: options(runs))
      let figures = try FigureFolder(of: outcome.folder).entries()
      #expect(figures.contains { $0.name == "scatter" && $0.caption.contains("of one number") })
      #expect(outcome.result.scalars["dependence.coded"]?.isFinite == true)
    }
  }

  @Test func theSourceAloneIsABaseline() throws {
    try withTemporaryFolder { runs in
      let outcome = try ExperimentRegistry.standard.run(
        config(.adaptation, "method=none", "sourceOnly=true"), options: options(runs))
      #expect(outcome.result.method == "source only")
      #expect(outcome.result.scalars["accuracy.domain"] == nil)
      let interval = try #require(outcome.result.intervals["accuracy.target"])
      let share = try #require(outcome.result.scalars["accuracy.target"])
      #expect(interval.low <= share && share <= interval.high)
    }
    #expect {
      try config(.adaptation, "sourceOnly=true")
    } throws: {
      "\($0)".contains("sourceOnly")
    }
  }

  @Test(arguments: [
    (Kind.disentangling, "data.label=size", "data.label"),
    (.disentangling, "data.channels=2", "data.channels"),
    (.disentangling, "model.widthDivisor=3", "model.widthDivisor"),
    (.disentangling, "batchSize=2", "batchSize"), (.adaptation, "fit.every=0", "fit.every"),
    (.adaptation, "weights.dependence=-1", "weights.dependence"),
    (.adaptation, "data.target=spriteTwin", "data.label"),
    (.disentangling, "data.train=19", "data.train"), (.disentangling, "data.test=19", "data.test"),
    (.adaptation, "data.train=9", "data.train"), (.adaptation, "data.test=9", "data.test"),
  ]) func badValuesAreNamed(_ kind: Kind, _ override: String, _ key: String) throws {
    try withTemporaryFolder { runs in
      #expect {
        try ExperimentRegistry.standard.run(config(kind, override), options: options(runs))
      } throws: {
        "\($0)".contains(key) && "\($0)".contains("expected")
      }
    }
  }

  @Test(arguments: ["disentangling", "adaptation"]) func configsAreValid(_ kind: String) throws {
    let folder = URL(filePath: #filePath).appending(path: "../../../../Experiments/\(kind)")
      .standardizedFileURL.path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(files.count >= 2)
    for file in files {
      _ = try ExperimentRegistry.standard.load(
        path: "\(folder)/\(file)", overrides: [], quick: false)
    }
  }
}
