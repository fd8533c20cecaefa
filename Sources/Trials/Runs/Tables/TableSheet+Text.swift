extension TableSheet {
  /// Lines of at most `width` columns where the headings allow it: columns that do not fit stand in a block below.
  func text(width: Int = 120) -> String {
    let names = rows.map { ($0.section.isEmpty ? "" : "  ") + $0.name + Self.superscript($0.marks) }
    let nameWidth = (names + rows.map(\.section) + [rowHeading]).map(\.count).max() ?? 0
    let printed = columns.indices.map { column in printedColumn(column) }
    var blocks: [[Int]] = [[]]
    var room = width - nameWidth
    for (column, lines) in printed.enumerated() {
      let need = 2 + (lines.first?.count ?? 0)
      if need > room && !blocks[blocks.count - 1].isEmpty {
        blocks.append([])
        room = width - nameWidth
      }
      blocks[blocks.count - 1].append(column)
      room -= need
    }
    let body = blocks.map { block in
      blockText(block.map { printed[$0] }, names: names, nameWidth: nameWidth)
    }
    var text = title + "\n" + legend + "\n\n" + body.joined(separator: "\n")
    let notes =
      general + remarks.enumerated().map { Self.superscript([$0.offset + 1]) + " " + $0.element }
    if !notes.isEmpty { text += "\n" + Self.wrapped(notes, width: width) }
    return text
  }

  /// The heading in two lines, the rule, and a line for each row, all of one width.
  private func printedColumn(_ column: Int) -> [String] {
    let heading = Self.halves(columns[column].name + Self.superscript(columns[column].marks))
    let cells = rows.map { $0.cells[column] }
    func widest(_ part: (Cell) -> String) -> Int { cells.map { part($0).count }.max() ?? 0 }
    let widths = (
      widest(\.ours), widest(\.error), widest(\.paper),
      widest { $0.verdict + Self.superscript($0.marks) }
    )
    let bodies = cells.map { cell in
      var text = Self.padded(cell.ours, widths.0, right: true)
      if widths.1 > 0 { text += " " + Self.padded(cell.error, widths.1) }
      if widths.2 > 0 { text += " " + Self.padded(cell.paper, widths.2) }
      if widths.3 > 0 { text += Self.padded(cell.verdict + Self.superscript(cell.marks), widths.3) }
      return text
    }
    let width = (bodies + heading).map(\.count).max() ?? 0
    return heading.map { Self.padded($0, width, right: true) }
      + [String(repeating: "─", count: width)]
      + bodies.map { Self.padded($0, width, right: true) }
  }

  private func blockText(_ printed: [[String]], names: [String], nameWidth: Int) -> String {
    var lines: [String] = []
    func add(_ name: String, _ line: Int) {
      let text = printed.reduce(Self.padded(name, nameWidth)) { $0 + "  " + $1[line] }
      if !text.allSatisfy({ $0 == " " }) { lines.append(text) }
    }
    add("", 0)
    add(rowHeading, 1)
    add(String(repeating: "─", count: nameWidth), 2)
    var section = ""
    for (index, row) in rows.enumerated() {
      if row.section != section { lines.append(row.section) }
      section = row.section
      add(names[index], index + 3)
    }
    return lines.map { line in
      var line = line
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  /// A heading on two lines of about the same length; the first is empty for a short one.
  private static func halves(_ name: String) -> [String] {
    let words = name.split(separator: " ").map(String.init)
    guard name.count > 8, words.count > 1 else { return ["", name] }
    let cuts = (1..<words.count).map { cut in
      [words[..<cut], words[cut...]].map { $0.joined(separator: " ") }
    }
    return cuts.min { max($0[0].count, $0[1].count) < max($1[0].count, $1[1].count) }!
  }

  private static func padded(_ text: String, _ width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return right ? space + text : text + space
  }

  /// Numbers of remarks, raised.
  static func superscript(_ marks: [Int]) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return marks.map { mark in String(String(mark).map { digits[Int(String($0))!] }) }
      .joined(separator: "˒")
  }

  /// Remarks one behind the other, in lines of at most `width` columns.
  private static func wrapped(_ notes: [String], width: Int) -> String {
    var lines = [""]
    for word in notes.joined(separator: "; ").split(separator: " ") {
      let last = lines[lines.count - 1]
      if last.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
