import Foundation
import Storage
import Yams

/// What a report reads of a run folder.
struct ReportRun {
  /// One metric over the steps that logged it.
  struct Curve {
    var name: String
    var steps: [Int]
    var values: [Double]
  }

  /// The folder as it was given.
  let folder: String
  /// The resolved configuration, dotted keys in the order of the file.
  let configuration: [(key: String, value: String)]
  /// `run.json`, dotted keys.
  let record: [String: String]
  /// The keys of ``record`` in the order of the file.
  let recordKeys: [String]
  /// The metrics in alphabetical order.
  let curves: [Curve]
  /// `result.json`, once the run has one.
  let result: RunResult?
  /// The pictures that the run made.
  let pictures: [ReportPicture]
  /// What is not there because the run has not come to it, or because it is damaged, in words.
  let gaps: [String]
  /// Why its numbers may be out of date.
  let cautions: [String]
  /// The files that the run read.
  let inputs: [InputRecord]

  /// The last component of the folder: the hash of the configuration.
  var name: String { URL(fileURLWithPath: folder).lastPathComponent }

  /// Whether the run ended.
  var isDone: Bool { record["status"] == "done" }

  /// Wall time over all sessions, in seconds, as far as the run got.
  var seconds: Double? { result?.seconds ?? record["seconds"].flatMap(Double.init) }

  /// The value of the configuration under `key`.
  func setting(_ key: String) -> String? { configuration.first { $0.key == key }?.value }

  /// The names under which results are put side by side.
  var experiment: String { result?.experiment ?? setting("experiment") ?? "run" }
  var method: String {
    let name = result?.method ?? setting("method") ?? ""
    return name.isEmpty ? experiment : name
  }
  var dataset: String { result?.dataset ?? setting("dataset") ?? setting("data.source") ?? "" }
  var protocolName: String {
    result?.protocolName ?? setting("protocol") ?? setting("data.split") ?? ""
  }
  var seed: String { result.map { String($0.seed) } ?? setting("seed") ?? record["seed"] ?? "?" }

  /// Reads a run folder.
  ///
  /// Pictures, curves and results that are damaged are gaps: the rest of the run is shown.
  ///
  /// - Throws: ``RunError/notARun(path:)`` where there is no `run.json`, ``RunError/unreadable(path:expected:found:advice:)``
  ///   where it or `config.yaml` is damaged.
  init(folder: String) throws {
    self.folder = folder
    let root = URL(fileURLWithPath: folder, isDirectory: true)
    let recordPath = root.appendingPathComponent("run.json").path
    guard let recordData = FileManager.default.contents(atPath: recordPath) else {
      throw RunError.notARun(path: folder)
    }
    guard let object = try? JSONValue(parsing: recordData, path: recordPath, location: "run.json"),
      case .object = object
    else {
      throw Self.damaged(recordPath, expected: "one JSON object", found: Self.glimpse(recordData))
    }
    var pairs: [(key: String, value: String)] = []
    Self.flatten(object, under: "", into: &pairs)
    var record = Dictionary(pairs, uniquingKeysWith: { $1 })
    recordKeys = pairs.map(\.key)
    if record["status"] == nil,
      FileManager.default.fileExists(atPath: root.appendingPathComponent("done").path)
    {
      record["status"] = "done"
    }
    self.record = record
    var gaps: [String] = []
    do {
      pictures = try ReportPicture.all(inRun: folder)
    } catch {
      pictures = []
      gaps.append("no pictures: \(ExitStatus.message(for: error))")
    }
    configuration = try Self.configuration(root.appendingPathComponent("config.yaml").path)

    let status = record["status"] ?? "of unknown status"
    let done = status == "done"
    let metricsPath = root.appendingPathComponent("metrics.jsonl").path
    if let data = FileManager.default.contents(atPath: metricsPath) {
      let read = MetricsReader(path: metricsPath, data: data)
      curves = read.curves
      gaps += read.gaps
    } else {
      curves = []
      gaps.append("no learning curves: metrics.jsonl is not there\(done ? "" : " yet")")
    }
    let resultPath = root.appendingPathComponent("result.json").path
    if let data = FileManager.default.contents(atPath: resultPath) {
      do {
        result = try RunCoding.decoder.decode(RunResult.self, from: data)
      } catch {
        result = nil
        let fault = Self.damaged(
          resultPath, expected: "the result of a run", found: Self.reason(error, in: data))
        gaps.append("no results: \(fault)")
      }
    } else if done {
      result = nil
      gaps.append("no results: \(Self.missing(resultPath, "the result of a run that is done"))")
    } else {
      result = nil
      let verbs = [
        "running": "is not finished,", "interrupted": "was interrupted", "failed": "failed",
      ]
      let place = record["step"].map { step in
        " after step \(step)" + (record["stepCount"].map { " of \($0)" } ?? "")
      }
      let reason = record["error"].map { $0.isEmpty ? "" : " (\($0))" } ?? ""
      gaps.append("no results: the run \(verbs[status] ?? "is \(status)")\(place ?? "")\(reason)")
    }
    self.gaps = gaps
    let run = RunFolder(folder)
    cautions = run.cautions()
    inputs = run.inputs()?.inputs ?? []
  }

  private static func configuration(_ path: String) throws -> [(key: String, value: String)] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw missing(path, "the resolved configuration")
    }
    let text = String(decoding: data, as: UTF8.self)
    do {
      guard let node = try BoundedYAML.compose(text), case .mapping = node else {
        throw damaged(path, expected: "a mapping of keys to values", found: glimpse(data))
      }
      var pairs: [(key: String, value: String)] = []
      flatten(node, under: "", into: &pairs)
      return pairs
    } catch let error as YamlError {
      throw damaged(path, expected: "YAML", found: "\(error)")
    } catch let error as BoundedYAML.Excess {
      throw damaged(path, expected: "YAML", found: error.description)
    }
  }

  private static func flatten(
    _ node: Node, under key: String, into pairs: inout [(key: String, value: String)]
  ) {
    switch node {
    case .mapping(let mapping):
      for (name, child) in mapping {
        let name = name.string ?? "?"
        flatten(child, under: key.isEmpty ? name : "\(key).\(name)", into: &pairs)
      }
      if mapping.isEmpty { pairs.append((key, "{}")) }
    case .sequence(let sequence):
      let items = sequence.map { $0.scalar?.string ?? "…" }
      pairs.append((key, "[" + items.joined(separator: ", ") + "]"))
    case .scalar(let scalar): pairs.append((key, scalar.string))
    default: pairs.append((key, "…"))
    }
  }

  private static func flatten(
    _ value: JSONValue, under key: String, into pairs: inout [(key: String, value: String)]
  ) {
    switch value {
    case .object(let members):
      for member in members {
        flatten(
          member.value, under: key.isEmpty ? member.name : "\(key).\(member.name)", into: &pairs)
      }
    case .array(let items):
      let separator = key == "command" ? " " : ", "
      pairs.append((key, items.map { $0.stringValue ?? "\($0)" }.joined(separator: separator)))
    case .null: break
    default: pairs.append((key, value.stringValue ?? "\(value)"))
    }
  }

  private static func missing(_ path: String, _ what: String) -> RunError {
    .unreadable(
      path: path, expected: what, found: "no such file",
      advice: advice(path))
  }

  private static func advice(_ path: String) -> String {
    let url = URL(fileURLWithPath: path)
    let folder =
      path.hasSuffix("/" + url.lastPathComponent)
      ? String(path.dropLast(url.lastPathComponent.count + 1))
      : url.deletingLastPathComponent().path
    return RunFolder(folder).advice(for: url.lastPathComponent)
  }

  static func damaged(_ path: String, expected: String, found: String) -> RunError {
    .unreadable(
      path: path, expected: expected, found: found,
      advice: advice(path))
  }

  /// The first few characters of a file, for a message.
  static func glimpse(_ data: Data) -> String {
    if data.isEmpty { return "an empty file" }
    let head = String(decoding: data.prefix(60), as: UTF8.self)
    let line = head.split(separator: "\n").first.map(String.init) ?? ""
    return "`\(line)`" + (data.count > line.utf8.count + 1 ? " …" : "")
  }

  static func reason(_ error: any Error, in data: Data) -> String {
    func place(_ path: [any CodingKey]) -> String {
      path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context):
      return "no key `\(place(context.codingPath + [key]))`"
    case .typeMismatch(let type, let context):
      return "another type than \(type) at `\(place(context.codingPath))`"
    case .valueNotFound(_, let context): return "null at `\(place(context.codingPath))`"
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      return "at `\(place(context.codingPath))` a value that this version does not know ("
        + context.debugDescription + ")"
    default: return glimpse(data)
    }
  }
}

/// Reads `metrics.jsonl`: one object a line, `{"step": 12, "time": 3.21, "values": {"loss/train": 0.5}}`.
struct MetricsReader {
  private(set) var curves: [ReportRun.Curve] = []
  private(set) var gaps: [String] = []
  /// More metrics than a run logs, and more than a page can show.
  private static let mostCurves = 300

  /// Reads the lines of `data`; a value of null leaves a gap in the curve, a line that cannot be read is left out and named as a
  /// gap.
  init(path: String, data: Data) {
    var steps: [String: [Int]] = [:]
    var values: [String: [Double]] = [:]
    var torn: [Int] = []
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      guard
        let object = try? JSONValue(parsing: line, path: path, location: "line \(index + 1)"),
        case .integer(let step) = object["step"], case .object(let logged) = object["values"]
      else {
        torn.append(index)
        continue
      }
      for member in logged {
        steps[member.name, default: []].append(step)
        values[member.name, default: []].append(member.value.doubleValue ?? .nan)
      }
    }
    if torn == [lines.count - 1] {
      gaps.append("line \(lines.count) of metrics.jsonl is cut off and left out")
    } else if let first = torn.first {
      let glimpse = ReportRun.glimpse(Data(lines[first]))
      gaps.append(
        torn.count == 1
          ? "line \(first + 1) of metrics.jsonl is no step and left out: \(glimpse)"
          : "\(torn.count) lines of metrics.jsonl are no steps and left out, line \(first + 1) the first: \(glimpse)"
      )
    }
    let names = steps.keys.sorted()
    if names.count > Self.mostCurves {
      gaps.append(
        "\(names.count - Self.mostCurves) of \(names.count) metrics are left out: a page has room for "
          + "\(Self.mostCurves)")
    }
    curves = names.prefix(Self.mostCurves).map {
      ReportRun.Curve(name: $0, steps: steps[$0]!, values: values[$0]!)
    }
  }
}
