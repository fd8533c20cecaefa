import Foundation

/// Where the measured tables are: `TESSERA_DATA`, or `../shared/data` beside the package.
enum SharedData {
  static let directory: String =
    ProcessInfo.processInfo.environment["TESSERA_DATA"]
    ?? packageRoot + "/../shared/data"

  static var packageRoot: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
  }

  static func has(_ files: String...) -> Bool {
    files.allSatisfy { FileManager.default.fileExists(atPath: directory + "/" + $0) }
  }

  static let reason = "the measured tables are in neither TESSERA_DATA nor ../shared/data"
  static var hasAdult: Bool { has("adult/adult.data", "adult/adult.test") }
  static var hasCensus: Bool {
    has("census/acs2015_county_data.csv", "census/acs2015_tract_nyc.csv")
  }
  static var hasCommunities: Bool { has("communities/communities.data") }
}

/// A folder of its own for a test, removed afterwards.
func withTemporaryFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
  let folder = FileManager.default.temporaryDirectory.path + "/tessera-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

/// Writes text into a file of a folder and returns its path.
@discardableResult
func write(_ text: String, to file: String, in folder: String) throws -> String {
  let path = folder + "/" + file
  try text.write(toFile: path, atomically: true, encoding: .utf8)
  return path
}
