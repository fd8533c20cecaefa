import Foundation

@testable import Trials

/// Run folders made up for the tests of the report.
struct ReportFixture {
  let root: URL

  init() throws {
    root = FileManager.default.temporaryDirectory.appendingPathComponent(
      "report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
  }

  func remove() { try? FileManager.default.removeItem(at: root) }

  /// What a method reaches: dependence and utility of its runs, before the seed moves them a little.
  static let levels: [(method: String, dependence: Double, utility: Double)] = [
    ("NONE", 0.93, 0.991), ("PEARSON", 0.66, 0.989), ("DC", 0.60, 0.9885), ("SLICE", 0.105, 0.986),
    ("RENYI", 0.38, 0.9865), ("TC", 0.57, 0.988), ("CLUB", 0.90, 0.9905),
  ]

  static func result(_ method: String, seed: Int, dependence: Double, utility: Double) -> RunResult
  {
    let jitter = Double((seed * 7 + method.utf8.count * 3) % 5 - 2) / 2
    let tied = dependence * (1 + 0.04 * jitter)
    let kept = utility + 0.0008 * jitter
    func estimate(_ value: Double) -> Estimate {
      Estimate(value: value, low: value - 0.02, high: value + 0.025)
    }
    return RunResult(
      experiment: "fairness", method: method, protocolName: "official", dataset: "adult",
      seed: seed,
      scalars: [
        "utility.coded": kept, "dependence.coded": tied, "dependence.twoSided": min(tied * 1.1, 1),
        "dependence.slice": tied * 0.9, "dependence.coded.null95": 0.061,
        "dependence.twoSided.null95": 0.083, "dependence.slice.null95": 0.12,
        "dependence.coded.validation": tied * 1.05, "dependence.coded.pValue": 0.005,
        "accuracy": 0.85 + 0.01 * dependence,
      ],
      intervals: ["utility.coded": Interval(low: kept - 0.01, high: kept + 0.004)],
      groups: [
        ("age", "17–28", 0.08), ("age", "29–47", 0.28), ("age", "48–90", 0.33),
        ("sex", "Female", 0.11), ("sex", "Male", 0.3),
      ].map { attribute, group, rate in
        GroupRow(
          attribute: attribute, group: group, count: 4107,
          positiveRate: estimate(rate + 0.02 * jitter), truePositiveRate: estimate(0.5 + rate),
          falsePositiveRate: estimate(rate / 3))
      },
      fairness: [
        "demographic parity difference": estimate(0.05 + 0.2 * tied),
        "equalised odds difference": estimate(0.04 + 0.25 * tied),
      ],
      notes: ["coded ρ* is selected on the rows it is measured on"], seconds: 81.5)
  }

  /// Writes one run folder and returns its path.
  func run(
    _ method: String, seed: Int, dependence: Double = 0.5, utility: Double = 0.98,
    status: String = "done", extra: String = "", experiment: String = "fairness",
    scalars: [String: Double]? = nil
  ) throws -> String {
    let folder = root.appendingPathComponent("\(method.lowercased())-\(seed)\(extra.count)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    func write(_ text: String, _ name: String) throws {
      try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }
    try write(
      """
      experiment: \(experiment)
      dataset: adult
      method: \(method)
      seed: \(seed)
      threads: 1
      epochs: 500
      optimiser:
        rate: 0.0005
        weightDecay: 0
      \(extra)
      """, "config.yaml")
    let done = status == "done"
    let record = RunRecord(
      experiment: experiment, hash: folder.lastPathComponent, label: "",
      status: RunRecord.Status(rawValue: status)!,
      commit: "0123456789abcdef0123456789abcdef01234567", seed: seed, threads: 1,
      blas: "OpenBLAS 0.3.21 SkylakeX",
      host: RunRecord.Host(
        name: "bench", processor: "a <fast> & \"wide\" processor", cores: 2),
      started: "2026-03-0\(seed + 1)T10:00:00Z", updated: "2026-03-0\(seed + 1)T10:01:21Z",
      seconds: 81.5, step: done ? 500 : 120, stepCount: 500, pid: 410 + seed,
      command: "tessera run x.yaml", error: status == "failed" ? "loss/train is NaN" : "")
    try write(RunCoding.text(record), "run.json")
    let lines = (0..<(done ? 500 : 120)).map { step -> String in
      let decay = exp(-Double(step) / (40 + 60 * dependence)) + 0.02 * dependence
      let wave = 0.03 * sin(Double(step * (seed + 2)) * 0.7)
      let tied = dependence + (1 - dependence) * decay * (1 + wave)
      return """
        {"step":\(step),"time":\(Double(step) * 0.16),"values":{"loss/train":\(decay * (1 + wave)),\
        "loss/validation":\(decay * (1.2 + wave)),"dependence/train":\(tied)}}
        """
    }
    try write(lines.joined(separator: "\n") + "\n", "metrics.jsonl")
    if done {
      var result = Self.result(method, seed: seed, dependence: dependence, utility: utility)
      result.experiment = experiment
      if let scalars { result.scalars = scalars }
      try write(RunCoding.text(result), "result.json")
      try write("", "done")
    }
    return folder.path
  }

  /// Three seeds of each of the seven methods.
  func allMethods() throws -> [String] {
    try Self.levels.flatMap { level in
      try (0..<3).map {
        try run(level.method, seed: $0, dependence: level.dependence, utility: level.utility)
      }
    }
  }
}
