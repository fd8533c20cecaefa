import Foundation
import Testing

@testable import Datasets

/// What the makers compute, by their own tests in `Datasets/makers/test_makers.py`.
struct MakerScriptsTests {
  private static let python = ProcessInfo.processInfo.environment["TESSERA_PYTHON"] ?? "python3"

  private static func run(_ arguments: [String]) -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, "-B"] + arguments
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    do { try process.run() } catch { return (-1, "\(error)") }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  static let hasNumPy = run(["-c", "import numpy"]).status == 0

  @Test(.enabled(if: hasNumPy, "needs Python with NumPy: name it in TESSERA_PYTHON"))
  func theyPassTheirTests() {
    let tests = Self.run([SharedData.packageRoot + "/Datasets/makers/test_makers.py"])
    #expect(tests.status == 0, "\(tests.output)")
  }
}
