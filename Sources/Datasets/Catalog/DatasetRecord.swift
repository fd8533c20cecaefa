/// A file of a data set: how to know it and where it can be had.
public struct DatasetFile: Sendable, Hashable, Codable {
  /// Where it can be had.
  public enum Origin: Sendable, Hashable, Codable {
    /// A public address that serves exactly these bytes.
    case address(String)
    /// What a person has to do, for files behind a login.
    case byHand(String)
    /// A maker of this package writes it.
    case made
  }

  /// The file's name within the data set's folder.
  public var name: String
  /// Its size in bytes, where known.
  public var bytes: Int?
  /// Its SHA-256 digest as 64 hexadecimal digits, where known.
  public var sha256: String?
  /// Its Git blob id (SHA-1) as 40 hexadecimal digits, where that is all that is known.
  public var gitBlob: String?
  /// The rows it holds, header and comments not counted; `nil` for text and where it is for the maker to say.
  public var rows: Int?
  /// Where it can be had.
  public var origin: Origin
  /// Whether the data set is complete without it.
  public var isOptional: Bool

  /// What the file must be, in words: its digest, or that none is known.
  public var digestDescription: String {
    sha256.map { "sha256 \($0)" } ?? gitBlob.map { "git blob \($0)" } ?? "digest unknown"
  }
}

/// A data set: what it is, whose it is and which files it has.
public struct DatasetRecord: Sendable, Hashable, Codable {
  /// The name in commands, and that of the folder its files are in.
  public var name: String
  /// The title it is published under.
  public var title: String
  /// What it holds, in one sentence.
  public var summary: String
  /// What is read from it, by the names of ``FairnessSource`` or ``ImageSource``.
  public var tables: [String]
  /// The rows of its main table after incomplete ones are dropped, or its images; of a file that is made, as by default.
  public var rows: Int
  /// Under what terms it may be used.
  public var licence: String
  /// Whom to cite.
  public var citation: String
  /// Its files; none for a generated set.
  public var files: [DatasetFile]
  /// Whether it is generated.
  public var isSynthetic: Bool

  /// Whether `tessera data make <name>` writes its files with a ``PythonMaker``.
  public var isMade: Bool { files.contains { $0.origin == .made } }

  /// The bytes of all files whose size is known.
  public var bytes: Int { files.compactMap(\.bytes).reduce(0, +) }
}
