import Foundation

/// Where data sets are looked for, and which are there.
enum DataFindings {
  static func all(_ environment: RunEnvironment) -> [Doctor.Finding] {
    let manager = FileManager.default
    let present = environment.dataDirectories.filter { manager.fileExists(atPath: $0) }
    guard !present.isEmpty else {
      return [
        Doctor.Finding(
          "data", "none of " + environment.dataDirectories.joined(separator: ", "), .warning,
          advice:
            "runs use the built-in twins; for the real sets: tessera data fetch NAME, or name a folder "
            + "with --data or TESSERA_DATA")
      ]
    }
    return present.map { Doctor.Finding("data folder", $0) }
  }
}
