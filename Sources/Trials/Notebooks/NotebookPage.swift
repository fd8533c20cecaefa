import Foundation
import Settings

/// A notebook taken apart: the blocks that are run, in order, and what is expected of each.
struct NotebookPage {
  /// How output is compared.
  struct Tolerance: Equatable {
    var absolute = 0.0
    var relative = 0.0
    static let exact = Tolerance()
  }

  /// Text that the page shows as output, and where.
  struct Expected {
    /// The line of the first character, from 1.
    var line: Int
    var lines: [String]
    var tolerance: Tolerance
  }

  enum Block {
    /// Swift code at `line`, and the output fence that follows it.
    case swift(line: Int, code: [String], end: Int, expected: Expected?)
    /// A command at `line` (over as many lines as it has), and the lines below it.
    case command(line: Int, text: String, exit: Int32, expected: Expected)
  }

  let path: String
  private(set) var blocks: [Block] = []
  private(set) var problems: [Notebook.Problem] = []

  /// One fence of the page: the info string, and the lines between.
  private struct Fence {
    var language: String
    var options: [String]
    var line: Int
    var body: [String]
    /// The line after the closing one.
    var next: Int
  }

  init(path: String, source: String) {
    self.path = path
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.hasSuffix("\r") ? String($0.dropLast()) : String($0)
    }
    var index = 0
    var fences: [Fence] = []
    while index < lines.count {
      guard let opening = Self.opening(lines[index]) else {
        index += 1
        continue
      }
      let start = index
      index += 1
      var body: [String] = []
      while index < lines.count, !Self.closes(lines[index], opening.mark) {
        body.append(lines[index])
        index += 1
      }
      if index == lines.count {
        report(start + 1, "expected a closing `\(opening.mark)`, found the end of the file")
        return
      }
      index += 1
      let words = opening.info.split(separator: " ").map(String.init)
      fences.append(
        Fence(
          language: words.first ?? "", options: Array(words.dropFirst()), line: start + 1,
          body: body, next: index))
    }
    collect(fences, lines: lines)
  }

  private mutating func collect(_ fences: [Fence], lines: [String]) {
    var taken = Set<Int>()
    for (index, fence) in fences.enumerated() {
      switch fence.language {
      case "swift":
        _ = options(of: fence, allowed: [])
        var expected: Expected?
        if index + 1 < fences.count, ["output", "text"].contains(fences[index + 1].language) {
          let next = fences[index + 1]
          let between = lines[fence.next..<next.line - 1]
          if between.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) {
            let options = options(of: next, allowed: ["tolerance"])
            expected = Expected(
              line: next.line + 1, lines: next.body, tolerance: options.tolerance)
            taken.insert(index + 1)
          }
        }
        blocks.append(
          .swift(line: fence.line + 1, code: fence.body, end: fence.next, expected: expected))
      case "console": collectCommands(fence)
      case "output" where !taken.contains(index):
        report(
          fence.line,
          "expected an `output` fence directly below a `swift` block, found it alone; move it, or call it `text`"
        )
      default: break
      }
    }
  }

  private mutating func collectCommands(_ fence: Fence) {
    let options = options(of: fence, allowed: ["tolerance", "exit"])
    var row = 0
    while row < fence.body.count {
      guard fence.body[row].hasPrefix("$ ") else {
        report(
          fence.line + 1 + row,
          "expected a `console` block to begin with a line `$ command`, found `\(fence.body[row])`")
        return
      }
      let line = fence.line + 1 + row
      var text = String(fence.body[row].dropFirst(2))
      while text.hasSuffix("\\"), row + 1 < fence.body.count {
        row += 1
        text += "\n" + fence.body[row]
      }
      row += 1
      var output: [String] = []
      let first = fence.line + 1 + row
      while row < fence.body.count, !fence.body[row].hasPrefix("$ ") {
        output.append(fence.body[row])
        row += 1
      }
      let isLast = row == fence.body.count
      blocks.append(
        .command(
          line: line, text: text, exit: isLast ? options.exit : 0,
          expected: Expected(line: first, lines: output, tolerance: options.tolerance)))
    }
  }

  private mutating func options(of fence: Fence, allowed: [String])
    -> (tolerance: Tolerance, exit: Int32)
  {
    var tolerance = Tolerance.exact
    var exit: Int32 = 0
    for option in fence.options {
      let known =
        allowed.isEmpty ? "no options" : allowed.map { "`\($0)=…`" }.joined(separator: " or ")
      guard let pair = KeyValue(option), !pair.value.isEmpty, allowed.contains(pair.key) else {
        report(fence.line, "a `\(fence.language)` fence takes \(known), found `\(option)`")
        continue
      }
      let isShare = pair.value.hasSuffix("%")
      switch pair.key {
      case "exit":
        guard let status = Int32(pair.value) else {
          report(fence.line, "expected `exit=` and an exit status such as 2, found `\(option)`")
          continue
        }
        exit = status
      default:
        guard let number = Double(isShare ? String(pair.value.dropLast()) : pair.value),
          number >= 0,
          number.isFinite
        else {
          report(
            fence.line,
            "expected `tolerance=` and a number such as 0.05, or a share such as 5%, found `\(option)`"
          )
          continue
        }
        if isShare { tolerance.relative = number / 100 } else { tolerance.absolute = number }
      }
    }
    return (tolerance, exit)
  }

  private mutating func report(_ line: Int, _ message: String) {
    problems.append(.init(path: path, line: line, kind: .fence, message: message))
  }

  /// The fence mark and the info string, where `line` opens a fence.
  private static func opening(_ line: String) -> (mark: String, info: String)? {
    let text = line.drop { $0 == " " }
    guard line.count - text.count <= 3, let first = text.first, first == "`" || first == "~" else {
      return nil
    }
    let mark = text.prefix { $0 == first }
    let info = text.dropFirst(mark.count)
    guard mark.count >= 3, !(first == "`" && info.contains("`")) else { return nil }
    return (String(mark), info.trimmingCharacters(in: .whitespaces))
  }

  private static func closes(_ line: String, _ mark: String) -> Bool {
    let text = line.trimmingCharacters(in: .whitespaces)
    return text.count >= mark.count && text.hasPrefix(mark) && Set(text).count == 1
  }
}
