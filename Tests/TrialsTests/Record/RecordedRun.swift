import Foundation
import Storage
import TensorCore
import Testing

@testable import Trials

/// A run of few steps whose bits are on record: a change of the sources that means to change no number changes none of them.
struct RecordedRun: CustomTestStringConvertible, Sendable {
  /// Its name in the record.
  let name: String
  let experiment: String
  let overrides: [String]
  var testDescription: String { name }

  /// Every experiment; where methods have code of their own, every method.
  static let all: [RecordedRun] =
    ToyGaussianMethod.allCases.map { toyGaussian($0.rawValue) }
    + [independence] + DependenceMethod.allCases.map { fairness($0.rawValue) }
    + ["slice", "renyi", "tc", "club"].map { images("disentangling", $0) }
    + ["none", "slice"].map { images("adaptation", $0) }
    + [scenes("games", []), scenes("rooms", roomSettings)]

  private static func toyGaussian(_ method: String) -> RecordedRun {
    RecordedRun(
      name: "toy-gaussian, \(method)", experiment: "toy-gaussian",
      overrides: ["method=\(method)", "steps=20", "batchSize=60", "slice.count=4", "seed=1"])
  }

  private static let independence = RecordedRun(
    name: "independence", experiment: "independence",
    overrides: [
      "dimensions=[2]", "rows=[120]", "replications=[2]", "bias.replications=2", "permutations=19",
      "seed=1",
    ])

  private static func fairness(_ method: String) -> RecordedRun {
    RecordedRun(
      name: "fairness, \(method)", experiment: "fairness",
      overrides: [
        "method=\(method)", "data.source=adult-twin", "data.rows=240", "epochs=4", "batchSize=40",
        "model.hidden=8", "model.representation=4", "model.predictor=4", "slice.count=4",
        "keepsFrom=0", "evaluation.passes=2", "evaluation.utilityPasses=2",
        "evaluation.twoSidedPasses=2", "evaluation.permutations=20", "evaluation.bootstrap=20",
        "evaluation.slices=4", "seed=1",
      ])
  }

  private static func images(_ experiment: String, _ method: String) -> RecordedRun {
    var overrides = [
      "method=\(method)", "data.train=24", "data.test=40", "batchSize=8", "epochs=2",
      "model.widthDivisor=16", "model.representation=4", "decayEpoch=1", "logEvery=1",
      "fit.every=2", "fit.sampleSize=20", "slice.count=3", "inner.passes=2",
      "evaluation.trainCount=50", "evaluation.passes=2", "evaluation.twoSidedPasses=2",
      "evaluation.slices=3", "evaluation.permutations=20", "evaluation.pictures=2", "seed=3",
    ]
    overrides +=
      experiment == "disentangling"
      ? ["data.source=spriteTwin", "data.label=shape", "data.validation=2"]
      : ["data.source=digitTwin", "data.target=digitTwinShifted", "data.label=digit"]
    return RecordedRun(
      name: "\(experiment), \(method)", experiment: experiment, overrides: overrides)
  }

  private static func scenes(_ name: String, _ more: [String]) -> RecordedRun {
    RecordedRun(
      name: "scenes, \(name)", experiment: "scenes",
      overrides: [
        "data.procedural.side=32", "data.procedural.train=12", "data.procedural.validation=2",
        "data.procedural.test=3", "data.procedural.leastSize=6", "data.procedural.mostSize=10",
        "model.side=32", "model.grid=4", "model.glimpse=8", "model.widthDivisor=4",
        "model.components=2", "batchSize=3", "steps=6", "logEvery=1", "evaluation.every=3",
        "evaluation.validationCount=2", "evaluation.testCount=3", "evaluation.batchSize=2",
        "evaluation.pictures=2", "health.step=4", "seed=3",
      ] + more)
  }

  private static let roomSettings = [
    "headStartSteps=2", "objective.appearanceWeight.first=0.1", "objective.fixedAlphaSteps=3",
  ]

  /// Runs it, and gives the digest of all that must be the same.
  ///
  /// - Parameter threads: how many threads take part.
  func digest(threads: Int, in runs: String) throws -> String {
    let config = try ExperimentRegistry.standard.resolve(
      experiment: experiment, overrides: overrides + ["threads=\(threads)"])[0]
    let outcome = try ExperimentRegistry.standard.run(
      config,
      options: RunOptions(
        runsFolder: "\(runs)/\(threads)", environment: RunEnvironment(dataDirectories: [])))
    return try RunDigest.hex(of: outcome.folder, withState: experiment != "independence")
  }
}

/// The digest of a finished run: metrics, result, last state, figures and tables, without what was measured in seconds.
enum RunDigest {
  /// Whether a name is that of seconds that a part took.
  private static func isTime(_ name: String) -> Bool { name.contains("seconds") }

  /// - Parameter withState: whether the last state takes part; that of `independence` holds seconds among its numbers.
  static func hex(of folder: RunFolder, withState: Bool) throws -> String {
    var parts: [String] = []
    for row in try folder.metrics() {
      parts.append(
        "\(row.step)"
          + row.values.filter { !isTime($0.name) }.map { " \($0.name) \($0.value.bitPattern)" }
          .joined())
    }
    var result = try folder.result()!
    result.seconds = 0
    result.scalars = result.scalars.filter { !isTime($0.key) }
    result.notes = result.notes.map { $0.replacing(folder.path, with: "RUN") }
    parts.append(try RunCoding.text(result))
    let states = try FileManager.default.contentsOfDirectory(atPath: folder.file("checkpoints"))
      .filter { $0.hasPrefix("step-") }.sorted()
    if withState, let last = states.last {
      let state = try Checkpoint.read(from: folder.file("checkpoints/\(last)"))
      for (name, array) in state.tensors.sorted(by: { $0.key < $1.key }) where !isTime(name) {
        parts.append("\(name) \(array.shape) \(SHA256.hex(of: "\(array.elements)".utf8))")
      }
    }
    let names = (FileManager.default.enumerator(atPath: folder.path)?.allObjects ?? [])
      .compactMap { $0 as? String }.filter { $0.hasSuffix(".png") || $0.hasSuffix(".csv") }
    for name in names.sorted() {
      parts.append("\(name) \(try SHA256.hex(ofFile: folder.file(name)))")
    }
    return SHA256.hex(of: parts.joined(separator: "\n").utf8)
  }
}

/// What the bits of a run hang on besides its config: the last bits of a sum are those of an instruction set, of a kernel of
/// OpenBLAS and of the C library's functions.
enum RecordedMachine {
  static var key: String {
    var name = [CChar](repeating: 0, count: 64)
    // _CS_GNU_LIBC_VERSION, which Swift does not import.
    confstr(2, &name, name.count)
    let library = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    return "\(VectorKernels.instructionSet), OpenBLAS \(BLAS.core), \(library)"
  }
}
