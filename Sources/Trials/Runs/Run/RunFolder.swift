import Foundation
import Storage

/// The folder of one run, `runs/<experiment>/<hash>`, as a reader sees it; a run of the same configuration on other contents of its
/// files has `<hash>-<the beginning of their digest>`.
///
/// | file | holds |
/// |---|---|
/// | `config.yaml` | the resolved configuration |
/// | `run.json` | ``RunRecord`` |
/// | `inputs.json` | ``RunInputs``: the files that the run reads, with their SHA-256 |
/// | `metrics.jsonl` | one ``MetricsRow`` a line |
/// | `events.out.tfevents…` | the same for TensorBoard |
/// | `checkpoints/` | the last two states, and `latest` with the name of the newest |
/// | `result.json` | ``RunResult`` |
/// | `figures/` | the newest pictures that the run logged, see ``FigureFolder``, and the charts of a report |
/// | `report.html` | what `tessera report` wrote |
/// | `done` | empty; there when all else is |
public struct RunFolder: Sendable, Equatable {
  /// The path of the folder.
  public let path: String

  /// Names a folder, whether it is there or not.
  public init(_ path: String) { self.path = path }

  /// The folder of a configuration.
  public init(of config: ResolvedConfig, in runsFolder: String) {
    path = "\(runsFolder)/\(config.experiment)/\(config.hash)"
  }

  /// The path of a file in the folder.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Whether the run finished.
  public var isDone: Bool { exists("done") && exists("result.json") }

  /// Whether a file of that name is there.
  public func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  /// What `run.json` says.
  ///
  /// - Throws: ``RunError/notARun(path:)``, ``RunError/unreadable(path:expected:found:advice:)``.
  public func record() throws -> RunRecord {
    guard exists("run.json") else { throw RunError.notARun(path: path) }
    return try decode(RunRecord.self, "run.json")
  }

  /// What the run found; `nil` before it is done.
  ///
  /// - Throws: ``RunError/unreadable(path:expected:found:advice:)``.
  public func result() throws -> RunResult? {
    exists("result.json") ? try decode(RunResult.self, "result.json") : nil
  }

  /// The resolved configuration as YAML.
  ///
  /// - Throws: `StorageError`.
  public func configuration() throws -> String {
    String(decoding: try FileBytes.read(file("config.yaml")), as: UTF8.self)
  }

  /// Every logged step; a last line that a kill cut short is left out.
  ///
  /// - Throws: `StorageError`, or ``RunError/unreadable(path:expected:found:advice:)``.
  public func metrics() throws -> [MetricsRow] {
    guard exists("metrics.jsonl") else { return [] }
    return try JSONLines.read(file("metrics.jsonl")).enumerated().map { index, value in
      guard let row = MetricsRow(value) else {
        throw RunError.unreadable(
          path: file("metrics.jsonl") + ":\(index + 1)",
          expected: #"{"step": …, "time": …, "values": {…}}"#, found: "\(value)",
          advice:
            "the line was changed by hand: correct it, or take it out; results and states do not need it"
        )
      }
      return row
    }
  }

  /// The run folders below `runsFolder`, by experiment and start.
  public static func all(in runsFolder: String) -> [RunFolder] {
    RunSurvey(of: runsFolder).folders.filter { $0.exists("run.json") }
  }

  /// The folder that a person means by `word`: a path, or the beginning of a hash.
  ///
  /// - Throws: ``RunError/notARun(path:)`` for none, ``RunError/unreadable(path:expected:found:advice:)`` for several.
  public static func find(_ word: String, in runsFolder: String) throws -> RunFolder {
    let direct = RunFolder(word.count > 1 && word.hasSuffix("/") ? String(word.dropLast()) : word)
    if direct.exists("run.json") { return direct }
    let matches = all(in: runsFolder).filter {
      let hash = $0.path.split(separator: "/").last ?? ""
      return !word.isEmpty && hash.hasPrefix(word)
    }
    if matches.count > 1 {
      throw RunError.unreadable(
        path: word, expected: "the beginning of one run's name",
        found: matches.map(\.path).joined(separator: ", "), advice: "write more letters of it")
    }
    guard let match = matches.first else { throw RunError.notARun(path: word) }
    return match
  }

  private func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    let data = Data(try FileBytes.read(file(name)))
    do {
      return try RunCoding.decoder.decode(type, from: data)
    } catch {
      throw RunError.unreadable(
        path: file(name), expected: "a complete \(type) in JSON",
        found: ReportRun.reason(error, in: data), advice: advice(for: name))
    }
  }
}

/// JSON as `run.json` and `result.json` have it: sorted keys, what is not finite as a string.
enum RunCoding {
  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return encoder
  }

  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return decoder
  }

  static func text(_ value: some Encodable) throws -> String {
    String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }
}
