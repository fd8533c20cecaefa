import Foundation
import Testing

/// The built program, which lies beside the tests.
enum Program {
  static let path: String = {
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return (tests as NSString).deletingLastPathComponent + "/tessera"
  }()
  static let isBuilt = FileManager.default.isExecutableFile(atPath: path)

  /// What a run of the program left.
  struct Ending {
    let code: Int32
    let wasKilled: Bool
    let output, error: String
  }

  /// Without a backtrace: one that loses its program to a kill waits for minutes and holds the pipes open.
  private static let quiet = ["SWIFT_BACKTRACE": "enable=no"]

  /// Runs it to its end; after `microseconds` it gets `signal`, if it still lives.
  static func run(
    _ arguments: [String], _ environment: [String: String] = [:], signal: Int32? = nil,
    after microseconds: UInt32 = 0
  ) throws -> Ending {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(Self.quiet) { $1 }
      .merging(environment) { $1 }
    process.currentDirectoryURL = URL(fileURLWithPath: NSTemporaryDirectory())
    let (output, error) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = error
    try process.run()
    if let signal {
      usleep(microseconds)
      if process.isRunning { kill(process.processIdentifier, signal) }
    }
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let complaint = error.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Ending(
      code: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
      output: String(decoding: text, as: UTF8.self),
      error: String(decoding: complaint, as: UTF8.self))
  }

  /// Runs a command of bash, to which `$TESSERA` is the program and `$FOLDER` the folder; without what quiets a backtrace.
  static func shell(_ command: String, folder: String) throws -> Ending {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", command]
    var environment = ProcessInfo.processInfo.environment
    environment["SWIFT_BACKTRACE"] = nil
    environment["TESSERA"] = path
    environment["FOLDER"] = folder
    process.environment = environment
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    let files = ["out", "err"].map { "\(folder)/shell-\(UInt64.random(in: 0 ... .max)).\($0)" }
    for file in files { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    process.standardOutput = FileHandle(forWritingAtPath: files[0])
    process.standardError = FileHandle(forWritingAtPath: files[1])
    try process.run()
    process.waitUntilExit()
    let texts = files.map {
      String(decoding: FileManager.default.contents(atPath: $0) ?? Data(), as: UTF8.self)
    }
    for file in files { try? FileManager.default.removeItem(atPath: file) }
    return Ending(
      code: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
      output: texts[0], error: texts[1])
  }

  /// A new folder that is deleted afterwards.
  static func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "tessera-program-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }
}
