import Datasets

/// What a run reads besides its configuration: a file, or files of one folder.
///
/// An experiment says in ``Experiment/inputs(configuration:environment:)`` which there are; the runner does the
/// rest: it notes their contents in the run folder, refuses to go on with others, and gives no old result for new data.
public struct InputFile: Sendable, Equatable {
  /// Which files of a folder are meant.
  public enum Contents: Sendable, Equatable {
    /// The path is that of a file.
    case file
    /// Files of a folder, by their paths from there.
    case files([String])
    /// The files that a set of scenes is read from.
    case scenes(SceneListing)
  }

  /// The dotted key of the configuration that names it.
  public var key: String
  /// Where it was found.
  public var path: String
  /// Whether the path is a file, or which files of a folder are meant.
  public var contents: Contents
  /// Whether it is read all along the run, not only at its start.
  public var isReadThroughout: Bool

  /// Makes an input.
  public init(
    key: String, path: String, contents: Contents = .file, isReadThroughout: Bool = false
  ) {
    self.key = key
    self.path = path
    self.contents = contents
    self.isReadThroughout = isReadThroughout
  }

  /// The files by their paths from ``path``; `nil` where that is the file.
  var names: [String]? {
    switch contents {
    case .file: nil
    case .files(let names): names
    case .scenes(let listing): listing.files(in: path)
    }
  }
}

extension InputFile {
  /// The files of a source of images; of several folders, the second and further ones have their number behind the key.
  ///
  /// - Throws: `DatasetError` for files that are not there.
  static func files(of source: ImageSource, key: String, in directories: [String]) throws
    -> [InputFile]
  {
    try source.files(in: directories).enumerated().map { index, place in
      InputFile(
        key: index == 0 ? key : "\(key) (folder \(index + 1))", path: place.folder,
        contents: .files(place.names))
    }
  }
}
