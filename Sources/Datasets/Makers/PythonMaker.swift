import Foundation
import Storage

/// A program in `Datasets/<name>/` that makes a data set with Python packages, in an environment of its own.
///
/// The package itself needs no Python. A maker that is asked for finds its scripts and a Python, makes a virtual
/// environment of pinned packages the first time, and runs there; files are written aside and renamed when whole.
public struct PythonMaker: Sendable {
  /// The name of its folder in `Datasets`, and of the folder of its files in the data folder.
  public let name: String
  /// The least and greatest minor version of Python 3 that all its pinned packages have wheels for.
  public let minorVersions: ClosedRange<Int>
  /// What its packages take on the disk, in megabytes.
  public let megabytes: Int

  /// Frames of Atari games with the boxes of their objects: `ale-py` and OCAtari.
  public static let atari = PythonMaker(name: "atari", minorVersions: 11...14, megabytes: 150)
  /// Rooms with spheres, boxes and cylinders, their boxes and masks: MuJoCo.
  public static let rooms = PythonMaker(name: "rooms", minorVersions: 11...14, megabytes: 170)

  /// Where a maker looks and writes, and how it is told to stop.
  public struct Settings: Sendable {
    /// The folder that holds `<name>/make.py`; `nil` to look for `Datasets` here, above, and above the program.
    public var scripts: String?
    /// The Python that the environment is made with: a path or a name on the PATH.
    public var python: String
    /// The folder that environments are kept in.
    public var environments: String
    /// The signal that asks for the end, if one came; asked for several times per second.
    public var pendingSignal: @Sendable () -> Int32?
    /// Called with a line before each long step.
    public var report: @Sendable (String) -> Void

    /// Settings for a person at a terminal.
    ///
    /// - Parameters:
    ///   - scripts: see ``scripts``.
    ///   - python: see ``python``; by default `$TESSERA_MAKER_PYTHON`, else `python3`.
    ///   - environments: see ``environments``; by default `makers` in the user's cache.
    ///   - pendingSignal: see ``pendingSignal``.
    ///   - report: see ``report``.
    public init(
      scripts: String? = nil, python: String? = nil, environments: String? = nil,
      pendingSignal: @escaping @Sendable () -> Int32? = { nil },
      report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
      let variables = ProcessInfo.processInfo.environment
      func variable(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
      let cache =
        variable("XDG_CACHE_HOME").map { $0 + "/tessera" } ?? NSHomeDirectory() + "/.cache/tessera"
      self.scripts = scripts
      self.python = python ?? variable("TESSERA_MAKER_PYTHON") ?? "python3"
      self.environments = environments ?? cache + "/makers"
      self.pendingSignal = pendingSignal
      self.report = report
    }
  }

  /// Runs `make.py --out <folder>` with further arguments; what it prints goes to the terminal.
  ///
  /// - Throws: ``MakerError``, which says what to install where something is missing.
  public func run(
    into folder: String, arguments: [String], _ settings: Settings = Settings()
  ) throws(MakerError) {
    let scripts = try scriptFolder(settings.scripts)
    let python = try MakerEnvironment(self, scripts: scripts, settings).python()
    let ended = try MakerProcess(
      program: python, arguments: [scripts + "/make.py", "--out", folder] + arguments,
      output: nil, pendingSignal: settings.pendingSignal
    ).run()
    if let signal = ended.interruption { throw .interrupted(signal) }
    guard ended.status == 0 else { throw .failed(maker: name, status: ended.status) }
  }

  /// The folder of the maker's scripts.
  func scriptFolder(_ named: String?) throws(MakerError) -> String {
    let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let places =
      named.map { [$0] }
      ?? [FileManager.default.currentDirectoryPath, program].compactMap { $0 }.flatMap(Self.above)
    for place in places {
      let folder = "\(place)/\(name)"
      if FileManager.default.fileExists(atPath: folder + "/make.py") { return folder }
    }
    throw .noScripts(
      maker: name,
      folder: named ?? "Datasets of this folder, one above it, or one above the program"
    )
  }

  /// `Datasets` in a folder and in each one above it.
  private static func above(_ start: String) -> [String] {
    var place = URL(fileURLWithPath: start).standardizedFileURL
    var folders = [place.appendingPathComponent("Datasets").path]
    while place.path != "/" {
      place = place.deletingLastPathComponent().standardizedFileURL
      folders.append(place.appendingPathComponent("Datasets").path)
    }
    return folders
  }
}
