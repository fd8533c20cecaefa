extension TableCatalog {
  /// The tables of this package: those of `Experiments/tables`, and those by code.
  public static let standard: TableCatalog = {
    do {
      let files = try ExperimentFiles.tables.map { path, text in
        TableEntry(
          try TableFile(
            text: text, path: "Experiments/" + path, files: ExperimentFiles(folder: nil)))
      }
      return TableCatalog(files + [TableEntry(IndependenceTable.self)])
    } catch {
      fatalError("TableCatalog.standard: \(error)")
    }
  }()
}
