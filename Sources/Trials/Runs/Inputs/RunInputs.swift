import Foundation
import Storage

/// The inputs of a run as `inputs.json` keeps them.
public struct RunInputs: Codable, Sendable, Equatable {
  /// The version of the layout.
  public var version = 1
  /// One record an input.
  public var inputs: [InputRecord]

  /// The name of the file in a run folder.
  static let fileName = "inputs.json"

  /// Inputs that are known.
  init(_ inputs: [InputRecord]) { self.inputs = inputs }

  /// Reads the inputs.
  ///
  /// - Throws: `StorageError` if one cannot be read.
  init(reading files: [InputFile]) throws {
    inputs = try files.map { try InputRecord(of: $0) }
  }

  /// What tells these contents from others: neither paths nor times count.
  var digest: String {
    SHA256.hex(of: inputs.map { "\($0.key) \($0.covers) \($0.sha256)\n" }.joined().utf8)
  }

  /// What a checkpoint notes of them.
  var stamp: String {
    inputs.map { "\($0.key)\t\($0.sha256)\t\($0.covers)" }.joined(separator: "\n")
  }

  /// What a checkpoint noted, as far as that goes: without paths, sizes and names.
  init(stamp: String) {
    inputs = stamp.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "\t").map(String.init)
      return fields.count == 3
        ? InputRecord(key: fields[0], sha256: fields[1], covers: fields[2]) : nil
    }
  }

  /// What is not as it was in `before`, one line an input; none if all is.
  func changes(since before: RunInputs) -> [String] {
    var lines: [String] = []
    for input in inputs {
      guard let old = before.inputs.first(where: { $0.key == input.key }) else {
        lines.append("\(input.key) \(input.path) was not among its data")
        continue
      }
      if old.sha256 == input.sha256 && old.covers == input.covers { continue }
      lines.append(
        "\(input.key) \(input.path): the SHA-256 of its \(old.covers) was "
          + "\(old.sha256.prefix(12))…, is \(input.sha256.prefix(12))…"
          + (old.bytes == input.bytes || old.path.isEmpty
            ? "" : " (\(old.bytes) bytes, now \(input.bytes))")
          + RunInputs.files(old, input))
    }
    for old in before.inputs where !inputs.contains(where: { $0.key == old.key }) {
      lines.append("\(old.key) \(old.path) is not among its data any more")
    }
    return lines
  }

  /// Which files of a folder differ, the first few of them.
  private static func files(_ old: InputRecord, _ new: InputRecord) -> String {
    guard let before = old.files, let now = new.files else { return "" }
    let known = Dictionary(before.map { ($0.name, $0.sha256) }, uniquingKeysWith: { $1 })
    let names = Set(now.map(\.name))
    let parts =
      now.filter { known[$0.name] == nil }.map { "\($0.name) is new" }
      + before.filter { !names.contains($0.name) }.map { "\($0.name) is gone" }
      + now.filter { file in known[file.name].map { $0 != file.sha256 } ?? false }
      .map { "\($0.name) changed" }
    let shown = parts.prefix(3).joined(separator: ", ")
    return parts.isEmpty
      ? "" : ": " + shown + (parts.count > 3 ? " and \(parts.count - 3) more files" : "")
  }
}

extension RunFolder {
  /// The inputs of the run; `nil` for a run from before they were noted. Where the file is damaged, what the newest state notes.
  func inputs() -> RunInputs? {
    if let data = FileManager.default.contents(atPath: file(RunInputs.fileName)),
      let inputs = try? RunCoding.decoder.decode(RunInputs.self, from: data)
    {
      return inputs
    }
    return CheckpointFolder(self).newestStamp.map { RunInputs(stamp: $0) }
  }
}
