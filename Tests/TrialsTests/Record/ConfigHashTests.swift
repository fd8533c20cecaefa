import Foundation
import Testing
import Trials

/// The hashes that name run folders, of every config that is shipped: as they were before settings were declared in one place, so
/// that runs of before are found.
@Suite struct ConfigHashTests {
  private static func record() throws -> [String: [String]] {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "hashes.json")
    return try JSONDecoder().decode([String: [String]].self, from: Data(contentsOf: path))
  }

  @Test func runFoldersOfShippedConfigsKeepTheirNames() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../Experiments/").standardizedFileURL.path
    let record = try Self.record()
    #expect(record.count == 88)
    for (name, hashes) in record {
      let parts = name.split(separator: " ")
      let configs = try ExperimentRegistry.standard.load(
        path: "\(folder)/\(parts[0])", quick: parts.count > 1)
      #expect(configs.map(\.hash) == hashes, "\(name)")
    }
  }
}
