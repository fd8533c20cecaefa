import Foundation
import Storage
import Synchronization
import Trials

/// The same work in NumPy and PyTorch: scripts that print `[{case, threads, seconds, peer}]`, run as processes of their own.
///
/// Where the scripts or their Python are missing, their columns stay empty, and the reason is reported once a script.
public final class PeerScripts: Sendable {
  /// One case of a peer.
  struct Measurement: Equatable {
    /// The case's name.
    let caseName: String
    /// Seconds a call.
    let seconds: Double
    /// Who the peer is, with its version.
    let peer: String
  }

  /// `$TESSERA_PEER_PYTHON`, else `python3`.
  public static var standardPython: String {
    let named = ProcessInfo.processInfo.environment["TESSERA_PEER_PYTHON"] ?? ""
    return named.isEmpty ? "python3" : named
  }

  private let context: BenchmarkContext
  private let folder: String?
  private let silenced = Mutex<Set<String>>([])

  /// The scripts of the context's folder, or else of `Benchmarks/peers` in the working folder, a folder above it, or one
  /// above the program.
  init(_ context: BenchmarkContext) {
    self.context = context
    folder = context.peerFolder ?? Self.standardFolder()
  }

  /// The case `name` of `script`, or `nil` after reporting why there is none.
  func measure(_ script: String, _ name: String) -> Measurement? {
    if silenced.withLock({ $0.contains(script) }) { return nil }
    do {
      return try run(script, name)
    } catch {
      silenced.withLock { _ = $0.insert(script) }
      context.report(error.description)
      return nil
    }
  }

  private func run(_ script: String, _ name: String) throws(PeerError) -> Measurement {
    guard let folder, FileManager.default.fileExists(atPath: folder + "/" + script) else {
      throw .noScript(script, folder: folder)
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      context.python, folder + "/" + script, "--threads", String(context.threads), "--repeat", "3",
      "--case", name,
    ]
    process.standardInput = FileHandle.nullDevice
    let (output, complaint) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = complaint
    do { try process.run() } catch {
      throw .failed(script, python: context.python, found: error.localizedDescription)
    }
    SignalTrap.began(child: process.processIdentifier)
    defer { SignalTrap.ended(child: process.processIdentifier) }
    // The complaint is read first: a script says there more than a line only when it fails, and its answer is short.
    let errors = String(
      decoding: complaint.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let answer = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationReason == .exit && process.terminationStatus == 0 else {
      let last = errors.split(separator: "\n").last.map(String.init)
      throw .failed(
        script, python: context.python,
        found: last ?? "exit code \(process.terminationStatus) without a message")
    }
    let measurements = try Self.parse(answer, script: script)
    guard let found = measurements.first(where: { $0.caseName == name }) else {
      throw .badAnswer(script, found: "no case \(name)")
    }
    return found
  }

  /// Reads what a script printed.
  static func parse(_ answer: Data, script: String) throws(PeerError) -> [Measurement] {
    let json: JSONValue
    do { json = try JSONValue(parsing: answer, path: script, location: "its output") } catch {
      throw .badAnswer(script, found: "\(error)")
    }
    guard case .array(let items) = json else { throw .badAnswer(script, found: "no array") }
    var measurements: [Measurement] = []
    for item in items {
      guard let name = item["case"]?.stringValue, let peer = item["peer"]?.stringValue,
        let seconds = item["seconds"]?.doubleValue, seconds > 0
      else { throw .badAnswer(script, found: item.description) }
      measurements.append(Measurement(caseName: name, seconds: seconds, peer: peer))
    }
    return measurements
  }

  private static func standardFolder() -> String? {
    let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let starts = [FileManager.default.currentDirectoryPath, program].compactMap { $0 }
    for start in starts {
      var place = URL(fileURLWithPath: start)
      while true {
        let candidate = place.appendingPathComponent("Benchmarks/peers").path
        if FileManager.default.fileExists(atPath: candidate) { return candidate }
        if place.path == "/" { break }
        place.deleteLastPathComponent()
      }
    }
    return nil
  }
}

/// Why a peer was not timed.
enum PeerError: Error, CustomStringConvertible {
  /// The script is not there.
  case noScript(String, folder: String?)
  /// It did not run to its end.
  case failed(String, python: String, found: String)
  /// What it printed is not the array of its contract.
  case badAnswer(String, found: String)

  /// Where, what was expected, what came, what to do.
  var description: String {
    switch self {
    case .noScript(let script, let folder):
      "peer \(script): expected it in \(folder ?? "Benchmarks/peers of this or a higher folder"), "
        + "found no such file; its columns stay empty: name the folder with --peers"
    case .failed(let script, let python, let found):
      "peer \(script): expected \(python) to run it, found: \(found); its columns stay empty: install NumPy "
        + "and, for those of PyTorch, PyTorch (pip install numpy torch, better in a venv: see "
        + "Benchmarks/peers/README.md), and name that Python in TESSERA_PEER_PYTHON"
    case .badAnswer(let script, let found):
      "peer \(script): expected an array of {case, threads, seconds, peer} on its output, found: \(found); "
        + "its columns stay empty: take the script of this version"
    }
  }
}
