import Foundation
import Storage

/// A file of named arrays in one of the formats that checkpoints travel in.
///
/// Files are written in the format that their ending names. A file that is read may have another ending: then its bytes tell
/// what it is.
public enum ArrayFile {
  /// The formats.
  public enum Format: String, CaseIterable, Sendable {
    /// Named arrays with a JSON header.
    case safetensors
    /// A zip of `.npy` members.
    case npz
    /// HDF5, with the text entries as attributes of the file.
    case hdf5, h5
    /// One array without a name.
    case npy
  }

  /// What the array of a `.npy` file, which has no name, is called: as NumPy calls it in an archive.
  public static let unnamed = "arr_0"

  /// The format that the ending of `path` names.
  ///
  /// - Throws: ``UsageError``.
  static func format(of path: String) throws -> Format {
    guard let format = knownFormat(of: path) else {
      let known = Format.allCases.map { "." + $0.rawValue }.joined(separator: ", ")
      throw UsageError(
        "\(path): expected a name that ends in \(known), found `.\(ending(of: path))`; "
          + "name a file in one of these formats")
    }
    return format
  }

  private static func ending(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    return name.contains(".") ? name.split(separator: ".").last.map(String.init) ?? "" : ""
  }

  private static func knownFormat(of path: String) -> Format? {
    Format(rawValue: ending(of: path).lowercased())
  }

  /// The format to read a file in: that of its ending, or for an ending that is not known that of its bytes.
  private static func readFormat(of path: String) throws -> Format {
    if let format = knownFormat(of: path) { return format }
    guard FileManager.default.fileExists(atPath: path) else { return try format(of: path) }
    let sample = try FileSample(reading: path)
    switch sample.kind {
    case .safetensors: return .safetensors
    case .npz: return .npz
    case .npy: return .npy
    case .hdf5: return .h5
    case nil: return try format(of: path)
    default:
      throw StorageError.unsupported(
        path: path, at: "byte 0", expected: "a file of arrays: safetensors, npz, npy or HDF5",
        found: sample.words, advice: sample.advice(for: path, wanted: .safetensors))
    }
  }

  /// Reads every array and, where the format has any, the text entries.
  ///
  /// - Throws: ``UsageError``, `StorageError`, also if one array alone cannot be read.
  public static func read(_ path: String) throws -> Checkpoint {
    let contents = try contents(of: path)
    if let first = contents.leftOut.first { throw first.reason }
    return contents.checkpoint
  }

  /// Reads what can be read of a file, and says what cannot and why.
  ///
  /// - Throws: ``UsageError``, `StorageError` if the file as a whole cannot be read.
  public static func contents(of path: String) throws -> ArrayContents {
    switch try readFormat(of: path) {
    case .safetensors:
      let (tensors, metadata, leftOut) = try Safetensors.contents(
        of: FileBytes.read(path), path: path)
      var contents = ArrayContents(Checkpoint(tensors: tensors, metadata: metadata))
      contents.leftOut = leftOut
      return contents
    case .npz:
      let file = try NPZ(reading: path)
      let (arrays, leftOut) = file.contents()
      var contents = ArrayContents(Checkpoint(tensors: arrays))
      contents.leftOut = leftOut
      if !file.otherMembers.isEmpty {
        contents.notes = ["members that are no arrays are left out: \(list(file.otherMembers))"]
      }
      return contents
    case .npy:
      return ArrayContents(Checkpoint(tensors: [unnamed: try NPY.read(from: path)]))
    case .hdf5, .h5: return try readHDF5(path)
    }
  }

  /// Replaces the file at `path`; returns what the format could not carry, as a sentence, or an empty text.
  ///
  /// - Throws: ``UsageError``, `StorageError`.
  @discardableResult
  public static func write(_ contents: Checkpoint, to path: String) throws -> String {
    try write(ArrayContents(contents), to: path).joined(separator: "; ")
  }

  /// Replaces the file at `path`; returns what of the contents it does not carry, or carries in another form, as sentences.
  ///
  /// - Throws: ``UsageError``, `StorageError`; also if an array was left out because it is damaged.
  public static func write(_ contents: ArrayContents, to path: String) throws -> [String] {
    let format = try format(of: path)
    if let damaged = contents.leftOut.first(where: { !$0.isSound }) { throw damaged.reason }
    if contents.checkpoint.tensors.isEmpty, let first = contents.leftOut.first {
      throw first.reason
    }
    var notes = contents.leftOutNotes + contents.notes
    var tensors = contents.checkpoint.tensors
    if format != .safetensors {
      let widened = tensors.compactMapValues(\.widened)
      tensors.merge(widened) { $1 }
      if !widened.isEmpty {
        notes.append(
          "\(path) has no place for numbers of so few bits, which were widened to float32: \(list(widened.keys.sorted()))"
        )
      }
    }
    switch format {
    case .safetensors:
      if !contents.attributes.isEmpty {
        notes.append(
          "safetensors has text entries alone: attributes that are no text were written as JSON texts: "
            + list(contents.attributes.keys.sorted()))
      }
      try Safetensors.write(tensors, metadata: contents.texts, to: path)
    case .npz:
      try NPZ.write(tensors, to: path)
      notes += lostTexts(contents.texts, "npz")
    case .npy:
      guard tensors.count == 1, let (name, array) = tensors.first else {
        throw UsageError(
          "\(path): expected one array for a .npy file, found \(tensors.count); name a file that ends in .npz"
        )
      }
      try NPY.write(array, to: path)
      if name != unnamed { notes.append("npy has no place for the array's name, \"\(name)\"") }
      notes += lostTexts(contents.texts, "npy")
    case .hdf5, .h5: try writeHDF5(tensors, contents, to: path)
    }
    return notes
  }

  private static func lostTexts(_ texts: [String: String], _ format: String) -> [String] {
    texts.isEmpty
      ? []
      : [
        "\(format) has no place for the \(texts.count) text entries; they were left out: "
          + list(texts.keys.sorted())
      ]
  }

  /// Names for a sentence, the first dozen of them.
  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(12).joined(separator: ", ")
    return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
  }

  private static func readHDF5(_ path: String) throws -> ArrayContents {
    let file = try HDF5File(reading: path)
    let (arrays, leftOut) = try file.contents()
    var contents = ArrayContents(Checkpoint(tensors: arrays))
    contents.leftOut = leftOut
    for name in try file.attributeNames() {
      do throws(StorageError) {
        switch try file.attribute(name) {
        case .text(let text): contents.checkpoint.metadata[name] = text
        case let attribute: contents.attributes[name] = attribute
        }
      } catch {
        contents.notes.append("attribute \"\(name)\" is left out: \(error.found)")
      }
    }
    let inner = try file.innerAttributes()
    if !inner.isEmpty {
      contents.notes.append(
        "attributes of groups and data sets are left out: \(list(inner))")
    }
    if inner.contains(where: { $0.hasSuffix("@MATLAB_class") }) {
      contents.notes.append(
        "MATLAB wrote this file: its arrays have their axes in the reverse order here")
    }
    return contents
  }

  private static func writeHDF5(
    _ tensors: [String: StoredArray], _ contents: ArrayContents, to path: String
  ) throws {
    try HDF5File.write(to: path) { (writer) throws(StorageError) in
      for (name, array) in tensors.sorted(by: { $0.key < $1.key }) {
        try writer.write(array, at: name)
      }
      for (name, text) in contents.checkpoint.metadata.sorted(by: { $0.key < $1.key }) {
        try writer.setAttribute(name, .text(text))
      }
      for (name, attribute) in contents.attributes.sorted(by: { $0.key < $1.key }) {
        try writer.setAttribute(name, attribute)
      }
    }
  }
}
