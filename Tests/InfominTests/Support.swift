import Foundation
import Storage
import TensorCore
import Testing

/// The folders that tests read: golden files beside them, and the shared ones where they exist.
enum Folders {
  static let tests = URL(filePath: #filePath).deletingLastPathComponent()
  /// The shared golden folder, beside the data folder that `TESSERA_DATA` names or beside the package.
  static let sharedGolden: URL = {
    if let data = ProcessInfo.processInfo.environment["TESSERA_DATA"] {
      return URL(filePath: data).deletingLastPathComponent().appending(path: "golden")
    }
    return tests.appending(path: "../../../shared/golden").standardizedFileURL
  }()
  static var hasSharedGolden: Bool {
    FileManager.default.fileExists(atPath: sharedGolden.appending(path: "infomin_scalar.npz").path)
  }
}

/// Arrays of an npz file by name, in double precision.
struct Golden {
  let arrays: [String: StoredArray]

  init(_ name: String) throws {
    arrays = try NPZ.read(from: Folders.tests.appending(path: "Golden/\(name).npz").path)
  }
  init(shared name: String) throws {
    arrays = try NPZ.read(from: Folders.sharedGolden.appending(path: "\(name).npz").path)
  }

  subscript(name: String) -> Tensor<Double> {
    get throws { try #require(arrays[name], "no array \(name)").tensor() }
  }
  func scalar(_ name: String) throws -> Double { try self[name].scalar }
}

/// The largest difference of two tensors over the largest magnitude of the expected one.
func relativeError(_ found: Tensor<Double>, _ expected: Tensor<Double>) -> Double {
  guard found.shape == expected.shape else { return .infinity }
  let scale = abs(expected).max()
  let difference = abs(found - expected).max()
  return scale == 0 ? difference : difference / scale
}

func relativeError(_ found: Double, _ expected: Double) -> Double {
  abs(found - expected) / max(abs(expected), 1e-300)
}
