import Storage

/// A file of named arrays in one of the formats that checkpoints travel in, told by its ending.
public enum ArrayFile {
  /// The formats.
  public enum Format: String, CaseIterable, Sendable {
    /// Named arrays with a JSON header.
    case safetensors
    /// A zip of `.npy` members.
    case npz
    /// HDF5, with the text entries as attributes of the file.
    case hdf5, h5
  }

  /// The format that the ending of `path` names.
  ///
  /// - Throws: ``UsageError``.
  static func format(of path: String) throws -> Format {
    let ending = path.split(separator: ".").last.map(String.init) ?? ""
    guard let format = Format(rawValue: ending.lowercased()) else {
      let known = Format.allCases.map { "." + $0.rawValue }.joined(separator: ", ")
      throw UsageError(
        "\(path): expected a name that ends in \(known), found `.\(ending)`; rename the file")
    }
    return format
  }

  /// Reads every array and, where the format has any, the text entries.
  ///
  /// - Throws: ``UsageError``, `StorageError`.
  public static func read(_ path: String) throws -> Checkpoint {
    switch try format(of: path) {
    case .safetensors: return try Checkpoint.read(from: path)
    case .npz: return Checkpoint(tensors: try NPZ.read(from: path))
    case .hdf5, .h5: return try readHDF5(path)
    }
  }

  /// Replaces the file at `path`; returns what the format could not carry, as a sentence, or an empty text.
  ///
  /// - Throws: ``UsageError``, `StorageError`.
  @discardableResult
  public static func write(_ contents: Checkpoint, to path: String) throws -> String {
    switch try format(of: path) {
    case .safetensors: try contents.write(to: path)
    case .npz: try NPZ.write(contents.tensors, to: path)
    case .hdf5, .h5: try writeHDF5(contents, to: path)
    }
    let isLost = try format(of: path) == .npz && !contents.metadata.isEmpty
    return isLost
      ? "npz has no place for the \(contents.metadata.count) text entries; they were left out" : ""
  }

  private static func readHDF5(_ path: String) throws -> Checkpoint {
    let file = try HDF5File(reading: path)
    var contents = Checkpoint()
    var count = 0
    for name in try file.datasetNames() {
      // One array may bear many names.
      let (sum, overflows) = count.addingReportingOverflow(try file.describe(name).byteCount)
      count = sum
      guard !overflows, count <= file.mostBytes else {
        throw StorageError.unsupported(
          path: path, at: "data set \"\(name)\"",
          expected:
            "arrays of at most \(file.mostBytes) bytes in all, what a file of this size can hold",
          found: "more up to here", advice: "read it in parts")
      }
      contents.set(name.hasPrefix("/") ? String(name.dropFirst()) : name, try file.array(name))
    }
    for name in try file.attributeNames() {
      if case .text(let text) = try file.attribute(name) { contents.metadata[name] = text }
    }
    return contents
  }

  private static func writeHDF5(_ contents: Checkpoint, to path: String) throws {
    try HDF5File.write(to: path) { (writer) throws(StorageError) in
      for (name, array) in contents.tensors.sorted(by: { $0.key < $1.key }) {
        try writer.write(array, at: name)
      }
      for (name, text) in contents.metadata.sorted(by: { $0.key < $1.key }) {
        try writer.setAttribute(name, .text(text))
      }
    }
  }
}
