import Foundation

/// `embed-text OUTPUT FOLDER FILE…` writes a Swift file that holds the texts of the files by their paths below the folder.
@main enum EmbedText {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count > 2 else {
      FileHandle.standardError.write(Data("embed-text: expected OUTPUT FOLDER FILE…\n".utf8))
      exit(64)
    }
    let folder = arguments[2] + "/"
    // More number signs than any text has behind a quotation mark or a backslash.
    let fence = "#####"
    let entries = try arguments.dropFirst(3).map { path in
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let name = path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
      return "    \"\(name)\": \(fence)\"\"\"\n\(text)\n\"\"\"\(fence),\n"
    }
    let body = entries.isEmpty ? "[:]" : "[\n\(entries.joined())  ]"
    let source = """
      /// The YAML files of `Experiments`, by their paths from there.
      enum EmbeddedExperiments {
        static let files: [String: String] = \(body)
      }

      """
    try Data(source.utf8).write(to: URL(fileURLWithPath: arguments[1]))
  }
}
