import Foundation

/// What a run may know of the machine: where data sets lie, where it may write.
public struct RunEnvironment: Sendable {
  /// Folders to look for data sets in, first match wins: `--data`, then `$TESSERA_DATA`, then the user's cache.
  public var dataDirectories: [String]
  /// The run's own folder, for figures and extra files; `nil` outside the runner.
  public var folder: String?

  /// Makes an environment.
  public init(
    dataDirectories: [String] = RunEnvironment.standardDataDirectories(), folder: String? = nil
  ) {
    self.dataDirectories = dataDirectories
    self.folder = folder
  }

  /// The folders of the contract, in order: `explicit` (from `--data`), `$TESSERA_DATA`, the user's cache
  /// (`$XDG_CACHE_HOME/tessera` or `~/.cache/tessera`); those that do not exist are listed too.
  public static func standardDataDirectories(
    explicit: String? = nil,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> [String] {
    var folders: [String] = []
    if let explicit, !explicit.isEmpty { folders.append(explicit) }
    if let variable = environment["TESSERA_DATA"], !variable.isEmpty { folders.append(variable) }
    if let cache = environment["XDG_CACHE_HOME"], !cache.isEmpty {
      folders.append(cache + "/tessera")
    } else {
      folders.append(NSHomeDirectory() + "/.cache/tessera")
    }
    return folders
  }
}
