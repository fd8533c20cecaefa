import Foundation

/// Small made-up files in the formats of the measured tables.
enum Fixtures {
  static func folder(_ dataset: String) -> String {
    SharedData.packageRoot + "/Datasets/\(dataset)/fixture"
  }

  /// A copy of a fixture with one file changed, in a folder of its own.
  static func damaged<Value>(
    _ dataset: String, _ file: String, by change: (String) -> String,
    _ body: (String) throws -> Value
  ) throws -> Value {
    try withTemporaryFolder { folder in
      for name in try FileManager.default.contentsOfDirectory(atPath: self.folder(dataset)) {
        try FileManager.default.copyItem(
          atPath: self.folder(dataset) + "/" + name, toPath: folder + "/" + name)
      }
      let path = folder + "/" + file
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try change(text).write(toFile: path, atomically: true, encoding: .utf8)
      return try body(folder)
    }
  }
}

/// The message of the error that `body` throws; empty if it throws none.
func message(of body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch { return "\(error)" }
}
