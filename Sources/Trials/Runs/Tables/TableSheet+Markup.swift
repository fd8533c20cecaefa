extension TableSheet {
  /// A cell's parts in a row.
  private static func words(_ cell: Cell) -> String {
    [cell.ours, cell.error, cell.paper].filter { !$0.isEmpty }.joined(separator: " ") + cell.verdict
  }

  /// A table of Markdown, the remarks below as a numbered list.
  var markdown: String {
    func escaped(_ text: String) -> String {
      ["\\", "|", "*", "_", "<", "`"].reduce(text) { $0.replacing($1, with: "\\\($1)") }
    }
    func marked(_ text: String, _ marks: [Int]) -> String {
      marks.isEmpty
        ? escaped(text)
        : escaped(text) + "<sup>\(marks.map(String.init).joined(separator: ", "))</sup>"
    }
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    var text = "**\(escaped(title))**" + (legend.isEmpty ? "" : "  \n\(escaped(legend))") + "\n\n"
    text += line([rowHeading] + columns.map { marked($0.name, $0.marks) })
    text += line(["---"] + columns.map { _ in "---:" })
    for row in rows {
      let name = row.section.isEmpty ? row.name : "\(row.name), \(row.section)"
      text += line(
        [marked(name, row.marks)] + row.cells.map { marked(Self.words($0), $0.marks) })
    }
    if !general.isEmpty { text += "\n" + general.map(escaped).joined(separator: "; ") + "\n" }
    if !remarks.isEmpty { text += "\n" }
    for (index, remark) in remarks.enumerated() { text += "\(index + 1). \(escaped(remark))\n" }
    return text
  }

  /// A `tabular` between rules, with the title above and the remarks below as comments and text; needs no package.
  var latex: String {
    func marked(_ text: String, _ marks: [Int]) -> String {
      marks.isEmpty
        ? Self.latex(text)
        : Self.latex(text) + "$^{\(marks.map(String.init).joined(separator: ","))}$"
    }
    func line(_ cells: [String]) -> String { "  " + cells.joined(separator: " & ") + " \\\\\n" }
    var text = "% \(title.filter { $0 != "\n" })\n"
    text += "\\begin{tabular}{l\(String(repeating: "r", count: columns.count))}\n  \\hline\n"
    text += line([rowHeading] + columns.map { marked($0.name, $0.marks) }) + "  \\hline\n"
    var section = ""
    for row in rows {
      if row.section != section {
        text +=
          "  \\multicolumn{\(columns.count + 1)}{l}{\\textit{\(Self.latex(row.section))}} \\\\\n"
      }
      section = row.section
      text += line(
        [marked(row.name, row.marks)] + row.cells.map { marked(Self.words($0), $0.marks) })
    }
    text += "  \\hline\n\\end{tabular}\n"
    let notes =
      ([legend] + general).filter { !$0.isEmpty }.map(Self.latex)
      + remarks.enumerated().map { "$^{\($0.offset + 1)}$ \(Self.latex($0.element))" }
    if !notes.isEmpty { text += "\n\\noindent " + notes.joined(separator: ";\n") + ".\n" }
    return text
  }

  /// Text as LaTeX takes it: its own signs escaped, signs that its fonts lack as formulas.
  static func latex(_ text: String) -> String {
    let signs: [Character: String] = [
      "\\": "\\textbackslash{}", "&": "\\&", "%": "\\%", "$": "\\$", "#": "\\#", "_": "\\_",
      "{": "\\{", "}": "\\}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "<": "$<$",
      ">": "$>$", "|": "$|$", "*": "$^{*}$", "±": "$\\pm$", "×": "$\\times$", "·": "$\\cdot$",
      "↑": "$\\uparrow$", "↓": "$\\downarrow$", "→": "$\\to$", "≥": "$\\ge$", "≤": "$\\le$",
      "≈": "$\\approx$", "−": "$-$", "∞": "$\\infty$", "√": "$\\surd$", "—": "---", "–": "--",
      "…": "\\dots{}", "’": "'", "α": "$\\alpha$", "β": "$\\beta$", "γ": "$\\gamma$",
      "δ": "$\\delta$", "ε": "$\\varepsilon$", "λ": "$\\lambda$", "μ": "$\\mu$", "π": "$\\pi$",
      "ρ": "$\\rho$", "σ": "$\\sigma$", "τ": "$\\tau$", "Δ": "$\\Delta$", "Σ": "$\\Sigma$",
      "²": "$^{2}$", "³": "$^{3}$", "⁻": "$^{-}$", "½": "$1/2$", "\u{a0}": "~",
    ]
    return text.map { signs[$0] ?? String($0) }.joined()
  }
}
