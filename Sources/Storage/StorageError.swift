import Foundation

/// What can go wrong between this program and a file.
///
/// Every case says which file, where in it, what was expected, what came and what to do about it;
/// ``description`` puts the five into one message for a person at a terminal.
public enum StorageError: Error, Sendable, Equatable {
  /// The file or folder cannot be opened or read at all.
  case unreadable(
    path: String, at: String, expected: String, found: String,
    advice: String = "check that the path is right and that you may read it")
  /// The file cannot be written; what stood there before is untouched.
  case unwritable(
    path: String, at: String, expected: String, found: String,
    advice: String =
      "check that the folder exists, that you may write there and that the disk has room")
  /// The file ends before its own contents say it should.
  case truncated(
    path: String, at: String, expected: String, found: String,
    advice: String = "the file was cut short: fetch or write it again")
  /// The contents break a rule of the format.
  case malformed(
    path: String, at: String, expected: String, found: String,
    advice: String = "the file is damaged or not of this format: fetch or write it again")
  /// The file is sound but holds nothing under the name asked for.
  case missing(
    path: String, at: String, expected: String, found: String,
    advice: String = "ask for one of the names that are there")
  /// The file is sound but what it holds has another shape or type than the one asked for.
  case mismatched(
    path: String, at: String, expected: String, found: String,
    advice: String = "check that this is the file you meant")
  /// The format allows it, but this reader does not know it.
  case unsupported(
    path: String, at: String, expected: String, found: String,
    advice: String = "convert the file to one of the expected forms")

  private var fields:
    (kind: String, path: String, at: String, expected: String, found: String, advice: String)
  {
    switch self {
    case .unreadable(let path, let at, let expected, let found, let advice):
      ("cannot read", path, at, expected, found, advice)
    case .unwritable(let path, let at, let expected, let found, let advice):
      ("cannot write", path, at, expected, found, advice)
    case .truncated(let path, let at, let expected, let found, let advice):
      ("truncated", path, at, expected, found, advice)
    case .malformed(let path, let at, let expected, let found, let advice):
      ("malformed", path, at, expected, found, advice)
    case .missing(let path, let at, let expected, let found, let advice):
      ("missing", path, at, expected, found, advice)
    case .mismatched(let path, let at, let expected, let found, let advice):
      ("mismatched", path, at, expected, found, advice)
    case .unsupported(let path, let at, let expected, let found, let advice):
      ("unsupported", path, at, expected, found, advice)
    }
  }

  /// The file or folder.
  public var path: String { fields.path }
  /// Where in the file, or in which operation on it.
  public var location: String { fields.at }
  /// What should have been there.
  public var expected: String { fields.expected }
  /// What was there.
  public var found: String { fields.found }
  /// What a person can do about it.
  public var advice: String { fields.advice }
}

extension StorageError: CustomStringConvertible, LocalizedError {
  /// `path: kind at location: expected …, found …; what to do`, on one line.
  public var description: String {
    let fields = self.fields
    return "\(FileName.shown(fields.path)): \(fields.kind): \(Self.clipped(fields.at)): "
      + "expected \(Self.clipped(fields.expected)), found \(Self.clipped(fields.found)); "
      + Self.clipped(fields.advice)
  }

  /// What a file says may be as long as the file; a message may not.
  private static func clipped(_ text: String) -> String {
    text.utf8.count > 1500 ? text.prefix(1000) + " … and more" : text
  }

  /// The same as ``description``, for code that prints `localizedDescription`.
  public var errorDescription: String? { description }
}

/// The text of the C library for an `errno` value, such as "No space left on device".
func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }
