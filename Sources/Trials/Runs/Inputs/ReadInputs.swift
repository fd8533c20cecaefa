import Storage

/// The inputs of a run in this process: what was noted of them, and how the files stood then.
struct ReadInputs: Sendable {
  let records: RunInputs
  private let files: [(input: InputFile, names: [String], states: [FileState?])]

  /// Reads the inputs before the experiment does.
  ///
  /// - Throws: `StorageError` if one cannot be read.
  init(_ inputs: [InputFile]) throws {
    files = inputs.map { ReadInputs.standing($0) }
    records = try RunInputs(reading: inputs)
  }

  private static func standing(_ input: InputFile)
    -> (input: InputFile, names: [String], states: [FileState?])
  {
    let names = input.names?.map { "\(input.path)/\($0)" } ?? [input.path]
    return (input, names, names.map { FileState($0) })
  }

  /// The keys and paths of those inputs whose contents are not what was noted.
  private func changed(where matters: (InputFile) -> Bool) -> [InputFile] {
    zip(files, records.inputs).compactMap { file, record in
      guard matters(file.input) else { return nil }
      let now = ReadInputs.standing(file.input)
      if now.names == file.names && now.states == file.states { return nil }
      // Written again with the same contents, or touched.
      let again = try? InputRecord(of: file.input)
      return again?.sha256 == record.sha256 ? nil : file.input
    }
  }

  /// Throws if an input was changed while the experiment was reading it: part of what it read may be of one version, part of the
  /// other.
  func requireUnchanged() throws {
    guard let input = changed(where: { _ in true }).first else { return }
    throw RunError.unreadable(
      path: input.path, expected: "\(input.key) to stay as it is while it is read",
      found: "other contents after the reading than before",
      advice: "wait until it is written, then give the same command again")
  }

  /// What the result must say: which inputs are known by samples alone, and which were changed while the run was reading them.
  var notes: [String] {
    records.inputs.filter { $0.covers.contains("samples") }.map {
      "\($0.key) \($0.path) is larger than 2 GiB: other contents are told by its \($0.covers), not by all of them"
    }
      + changed(where: \.isReadThroughout).map {
        "caution: \($0.key) \($0.path) was changed while the run was reading it: parts of this result may be of the one and of the other"
      }
  }
}
