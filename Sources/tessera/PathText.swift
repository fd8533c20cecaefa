import ArgumentParser
import Foundation

/// Checks of the options that name a file or a folder.
enum PathText {
  /// Refuses what cannot be meant: an empty text, which is what a shell makes of a variable that is not set, and `~`, which a
  /// shell leaves as it is within quotes.
  ///
  /// - Throws: `ValidationError` with what to do.
  static func check(_ option: String, _ path: String?, _ expected: String) throws {
    guard let path else { return }
    if path.allSatisfy(\.isWhitespace) {
      throw ValidationError(
        "\(option): expected \(expected), found \(path.isEmpty ? "an empty text" : "blanks"); "
          + "set the variable that stands there, or leave the option out")
    }
    if path == "~" || path.hasPrefix("~/"), !FileManager.default.fileExists(atPath: "~") {
      throw ValidationError(
        "\(option) \(path): expected \(expected), found ~, which a shell replaces only outside quotes; "
          + "write \"$HOME\(path.dropFirst())\"")
    }
  }
}
