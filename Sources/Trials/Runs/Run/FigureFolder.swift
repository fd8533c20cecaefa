import Foundation
import Storage

/// A picture with a name.
public struct Figure: Sendable, Equatable {
  /// What it shows, such as `panels`; a path with `/` puts it among others.
  public var name: String
  /// The bytes of a PNG file.
  public var png: [UInt8]
  /// A sentence for those who look at it; may be empty.
  public var caption: String

  /// A picture; see the properties.
  public init(name: String, png: [UInt8], caption: String = "") {
    self.name = name
    self.png = png
    self.caption = caption
  }
}

/// The pictures of a run, `figures/*.png`, with `figures/captions.json` beside them.
///
/// A picture's file is its name in lower case with `-` for what is neither letter nor digit; a new picture of the same name
/// replaces it. The captions are a list of `{"file": …, "name": …, "caption": …, "step": …}` in the order in which the pictures
/// were first written.
public struct FigureFolder: Sendable {
  /// A picture as it lies in the folder.
  public struct Entry: Sendable, Equatable {
    /// The name of the file.
    public var file: String
    /// What the picture shows.
    public var name: String
    /// A sentence about it; may be empty.
    public var caption: String
    /// The step that it was made at, if at one.
    public var step: Int?
  }

  /// The path of the folder.
  public let path: String

  /// Names a folder, whether it is there or not.
  public init(_ path: String) { self.path = path }

  /// The figures of a run.
  public init(of run: RunFolder) { path = run.file("figures") }

  /// Writes a picture and its caption; makes the folder where it is missing.
  ///
  /// - Throws: ``RunError/unwritable(path:reason:advice:)``, `StorageError`,
  ///   ``RunError/unreadable(path:expected:found:advice:)`` if the captions are damaged.
  public func write(_ figure: Figure, step: Int? = nil) throws {
    let entry = Entry(
      file: ReportFigure.fileName(figure.name) + ".png", name: figure.name,
      caption: figure.caption, step: step)
    _ = try PNGHeader(figure.png, path: path + "/" + entry.file)
    try Folders.make(path)
    var entries = try captions()
    try AtomicFile.write(figure.png, to: path + "/" + entry.file)
    if let place = entries.firstIndex(where: { $0.file == entry.file }) {
      entries[place] = entry
    } else {
      entries.append(entry)
    }
    let list = JSONValue.array(entries.map(\.json))
    try AtomicFile.write("\(list)\n", to: path + "/captions.json")
  }

  /// The pictures: those with captions in their order, then any others by name.
  ///
  /// - Throws: ``RunError/unreadable(path:expected:found:advice:)`` if the captions are damaged.
  public func entries() throws -> [Entry] {
    let files = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
      .filter { $0.lowercased().hasSuffix(".png") && !$0.hasPrefix(".") }.sorted()
    let named = try captions().filter { files.contains($0.file) }
    let others = files.filter { file in !named.contains { $0.file == file } }
    return named
      + others.map { Entry(file: $0, name: String($0.dropLast(4)), caption: "", step: nil) }
  }

  private func captions() throws -> [Entry] {
    let file = path + "/captions.json"
    guard let data = FileManager.default.contents(atPath: file) else { return [] }
    let advice = "delete that file: pictures are then shown under the names of their files"
    let value: JSONValue
    do {
      value = try JSONValue(parsing: data, path: file, location: "captions")
    } catch {
      throw RunError.unreadable(
        path: file, expected: "a list in JSON", found: error.found, advice: advice)
    }
    guard case .array(let items) = value else {
      throw RunError.unreadable(
        path: file, expected: "a list in JSON", found: "\(value)", advice: advice)
    }
    return try items.map { item in
      guard let entry = Entry(item) else {
        throw RunError.unreadable(
          path: file, expected: #"{"file": …, "name": …, "caption": …}"#, found: "\(item)",
          advice: advice)
      }
      return entry
    }
  }
}

extension FigureFolder.Entry {
  init?(_ json: JSONValue) {
    guard let file = json["file"]?.stringValue, !file.contains("/") else { return nil }
    self.file = file
    name = json["name"]?.stringValue ?? String(file.dropLast(4))
    caption = json["caption"]?.stringValue ?? ""
    step = if case .integer(let step) = json["step"] { step } else { nil }
  }

  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("file", .string(file)), .init("name", .string(name)),
      .init("caption", .string(caption)),
    ]
    if let step { members.append(.init("step", .integer(step))) }
    return .object(members)
  }
}
