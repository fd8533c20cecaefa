import Foundation

/// A program run to its end, to which the signals that this one gets are passed on.
struct MakerProcess {
  /// A path, or a name on the PATH.
  let program: String
  let arguments: [String]
  /// A file for what it prints on both outputs; `nil` for the terminal.
  let output: String?
  let pendingSignal: @Sendable () -> Int32?

  /// How it ended.
  struct Ending {
    /// Its exit code, or 128 and its signal.
    let status: Int32
    /// The signal that was passed on, if one was.
    let interruption: Int32?
  }

  /// Runs it.
  ///
  /// - Throws: ``MakerError/noPython(_:found:)`` if it cannot be started.
  func run() throws(MakerError) -> Ending {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardInput = FileHandle.nullDevice
    if let output {
      FileManager.default.createFile(atPath: output, contents: nil)
      let file = FileHandle(forWritingAtPath: output) ?? .nullDevice
      process.standardOutput = file
      process.standardError = file
    }
    do { try process.run() } catch {
      throw .noPython(program, found: error.localizedDescription)
    }
    // It is in a process group of its own, where Ctrl-C does not reach it.
    var interruption: Int32?
    while process.isRunning {
      if interruption == nil, let signal = pendingSignal() {
        interruption = signal
        // Python's programs clean up on these two.
        kill(process.processIdentifier, signal == SIGINT ? SIGINT : SIGTERM)
      }
      usleep(20_000)
    }
    process.waitUntilExit()
    let code = process.terminationStatus
    return Ending(
      status: process.terminationReason == .exit ? code : 128 + code, interruption: interruption)
  }
}
