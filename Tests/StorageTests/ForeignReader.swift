import Foundation
import Storage
import Testing

/// A Python interpreter with the reference readers of the formats, if there is one.
enum ForeignReader {
  static let reason: Comment =
    "needs Python with numpy, h5py, safetensors, tensorboard and Pillow: name it in TESSERA_PYTHON"

  private static let interpreter: String = {
    ProcessInfo.processInfo.environment["TESSERA_PYTHON"] ?? "python3"
  }()

  static let isAvailable: Bool = {
    run(["-c", "import numpy, h5py, safetensors, tensorboard, PIL"]).status == 0
  }()

  /// Runs `formats.py` with a verb on a folder.
  static func formats(_ verb: String, _ folder: String) -> (status: Int32, output: String) {
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Readers/formats.py").path
    return run([script, verb, folder])
  }

  private static func run(_ arguments: [String]) -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [interpreter] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    do { try process.run() } catch { return (-1, "\(error)") }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}

/// A folder that goes when the last reference does.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "tessera-storage-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? []
  }
}

/// The shared data sets, if they are on this machine.
enum SharedData {
  static let reason: Comment = "needs the shared data sets: name their folder in TESSERA_DATA"

  static let folder: String? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let path =
      ProcessInfo.processInfo.environment["TESSERA_DATA"]
      ?? root.appending(path: "../shared/data").standardized.path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()
}

/// The arrays that `formats.py` knows by the same rule.
enum KnownArrays {
  static let n = (0..<24).map { $0 }

  static let all: [String: StoredArray] = [
    "doubles": StoredArray(n.map { Double($0) * 0.1 - 1 }, shape: [2, 3, 4]),
    "singles": StoredArray(n.map { Float($0) * 0.25 - 3 }, shape: [4, 6]),
    "halves": StoredArray(
      shape: [24], elements: .float16(n.map { Float16(Float($0) * 0.125 - 1).bitPattern })),
    "longs": StoredArray(n.map { $0 * 1_000_000_007 - 5 }, shape: [6, 4]),
    "ints": StoredArray(shape: [3, 8], elements: .int32(n.map { Int32($0 * 7 - 50) })),
    "bytes": StoredArray(n.map { UInt8($0 * 11 % 256) }, shape: [24, 1]),
    "flags": StoredArray(n.map { $0 % 3 == 0 }, shape: [8, 3]),
    "scalar": StoredArray([2.5], shape: []),
    "empty": StoredArray([Float](), shape: [0, 5]),
  ]
}

/// Runs `body` and returns the storage error that it must throw.
func storageError(
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) -> StorageError? {
  do {
    try body()
    Issue.record(comment ?? "no error was thrown", sourceLocation: sourceLocation)
  } catch let error as StorageError {
    return error
  } catch {
    Issue.record("not a StorageError: \(error)", sourceLocation: sourceLocation)
  }
  return nil
}
