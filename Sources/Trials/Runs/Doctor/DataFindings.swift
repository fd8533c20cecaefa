import Datasets
import Foundation

/// Where data sets are looked for, and which are there.
enum DataFindings {
  static func all(_ environment: RunEnvironment) -> [Doctor.Finding] {
    let present = environment.dataDirectories.filter {
      FileManager.default.fileExists(atPath: $0)
    }
    var findings: [Doctor.Finding] = []
    if present.isEmpty {
      let places = environment.dataDirectories.joined(separator: ", ")
      findings.append(
        Doctor.Finding("data folders", "none there: \(places)", .warning, advice: advice))
    } else {
      findings.append(Doctor.Finding("data folders", present.joined(separator: ", ")))
    }
    for entry in DatasetCatalog.list(in: environment.dataDirectories)
    where !entry.record.isSynthetic {
      let name = entry.record.name
      findings.append(
        entry.isFound
          ? Doctor.Finding("data set \(name)", DataListing.place(entry))
          : Doctor.Finding(
            "data set \(name)", DataListing.place(entry), .warning,
            advice: present.isEmpty
              ? "" : "tessera data \(entry.record.isMade ? "make" : "fetch") \(name)"))
    }
    return findings
  }

  private static let advice =
    "runs can use the built-in twins; for the real sets: tessera data fetch NAME, or name a folder with "
    + "--data or TESSERA_DATA"
}
