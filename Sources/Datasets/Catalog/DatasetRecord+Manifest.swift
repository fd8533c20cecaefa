extension DatasetRecord {
  /// The record as YAML: the text of `Datasets/<name>/manifest.yaml`.
  public var manifest: String {
    var lines = [
      "# Written from DatasetCatalog (Sources/Datasets/Catalog), which is the source; a test compares the two.",
      "name: \(name)",
      "title: \(Self.quoted(title))",
      "summary: \(Self.quoted(summary))",
      "tables: [\(tables.joined(separator: ", "))]",
      "rows: \(rows)",
      "generated: \(isSynthetic)",
      "licence: \(Self.quoted(licence))",
      "citation: \(Self.quoted(citation))",
    ]
    lines.append(files.isEmpty ? "files: []" : "files:")
    for file in files {
      lines.append("  - name: \(file.name)")
      if let bytes = file.bytes { lines.append("    bytes: \(bytes)") }
      if let sha256 = file.sha256 { lines.append("    sha256: \(sha256)") }
      if let gitBlob = file.gitBlob { lines.append("    git-blob: \(gitBlob)") }
      if let rows = file.rows { lines.append("    rows: \(rows)") }
      switch file.origin {
      case .address(let address): lines.append("    address: \(address)")
      case .byHand(let instruction): lines.append("    by-hand: \(Self.quoted(instruction))")
      case .made: lines.append("    made-by: tessera data make \(name)")
      }
      lines.append("    optional: \(file.isOptional)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A YAML scalar in double quotes.
  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
