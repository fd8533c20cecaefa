import Foundation
import Storage

/// The virtual environment of a maker: made once for its requirements and this version of Python, aside and renamed.
struct MakerEnvironment {
  private let maker: PythonMaker
  private let requirements: String
  private let settings: PythonMaker.Settings

  init(_ maker: PythonMaker, scripts: String, _ settings: PythonMaker.Settings) {
    self.maker = maker
    self.requirements = scripts + "/requirements.txt"
    self.settings = settings
  }

  /// The Python of the environment, which is made if it is not there.
  func python() throws(MakerError) -> String {
    let version = try checkedVersion()
    guard let pinned = FileManager.default.contents(atPath: requirements) else {
      throw .noScripts(maker: maker.name, folder: requirements)
    }
    let key = SHA256.hex(of: Array(pinned) + Array(version.utf8)).prefix(12)
    let place = "\(settings.environments)/\(maker.name)-\(key)"
    let python = place + "/bin/python"
    if FileManager.default.isExecutableFile(atPath: python) { return python }
    try make(place)
    return python
  }

  /// The version as "3.11", after it is known to be one that the packages support and to have `venv`.
  private func checkedVersion() throws(MakerError) -> String {
    let log = NSTemporaryDirectory() + "tessera-python-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: log) }
    let ask = "import sys; print('%d.%d' % sys.version_info[:2]); import venv, ensurepip"
    let ended = try process(settings.python, ["-c", ask], output: log)
    let said = Self.lines(log)
    guard let version = said.first, version.wholeMatch(of: /\d+\.\d+/) != nil else {
      throw .noPython(settings.python, found: said.last ?? "exit code \(ended.status)")
    }
    let numbers = version.split(separator: ".").compactMap { Int($0) }
    guard numbers[0] == 3, maker.minorVersions.contains(numbers[1]) else {
      throw .wrongPython(
        settings.python, maker: maker.name,
        expected: "3.\(maker.minorVersions.lowerBound) to 3.\(maker.minorVersions.upperBound)",
        found: version)
    }
    guard ended.status == 0 else {
      throw .noVenv(settings.python, version: version, found: said.last ?? "no message")
    }
    return version
  }

  private func make(_ place: String) throws(MakerError) {
    settings.report(
      "\(maker.name): making a Python environment in \(place), once (about \(maker.megabytes) MB)")
    let aside = "\(place).partial-\(getpid())"
    let log = aside + "/log"
    removeAbandoned(beside: place)
    do {
      try FileManager.default.createDirectory(atPath: aside, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(settings.environments, found: error.localizedDescription)
    }
    defer { try? FileManager.default.removeItem(atPath: aside) }
    var ended = try process(settings.python, ["-m", "venv", aside], output: log)
    guard ended.status == 0 else {
      throw .noVenv(
        settings.python, version: "",
        found: Self.lines(log).last ?? "exit code \(ended.status)")
    }
    settings.report("\(maker.name): installing the packages of \(requirements)")
    ended = try process(
      aside + "/bin/python",
      [
        "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps",
        "--prefer-binary", "-r", requirements,
      ], output: log)
    guard ended.status == 0 else {
      let said = Self.lines(log)
      throw .notInstalled(
        requirements: requirements,
        found: said.last { $0.hasPrefix("ERROR") } ?? said.last ?? "exit code \(ended.status)")
    }
    // Another process may have made the same one meanwhile; a folder with a dead Python is replaced.
    if !FileManager.default.isExecutableFile(atPath: place + "/bin/python") {
      try? FileManager.default.removeItem(atPath: place)
      do { try FileManager.default.moveItem(atPath: aside, toPath: place) } catch {
        throw .unwritable(place, found: error.localizedDescription)
      }
    }
  }

  /// Removes what processes that were killed left.
  private func removeAbandoned(beside place: String) {
    let folder = settings.environments
    let start = (place as NSString).lastPathComponent + ".partial-"
    for entry in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where entry.hasPrefix(start) {
      let process = entry.dropFirst(start.count)
      if !FileManager.default.fileExists(atPath: "/proc/\(process)") {
        try? FileManager.default.removeItem(atPath: "\(folder)/\(entry)")
      }
    }
  }

  private func process(
    _ program: String, _ arguments: [String], output: String
  ) throws(MakerError) -> MakerProcess.Ending {
    let ended = try MakerProcess(
      program: program, arguments: arguments, output: output, pendingSignal: settings.pendingSignal
    ).run()
    if let signal = ended.interruption { throw .interrupted(signal) }
    return ended
  }

  private static func lines(_ path: String) -> [String] {
    let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).map {
      $0.trimmingCharacters(in: .whitespaces)
    }.filter { !$0.isEmpty }
  }
}
