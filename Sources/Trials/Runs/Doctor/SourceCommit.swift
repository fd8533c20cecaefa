import Foundation
import TensorCore

/// The git commit of the sources, read without git.
public enum SourceCommit {
  /// `$TESSERA_COMMIT`, else the commit of the repository that holds the working folder, else that of the one that holds
  /// the program, else `unknown`.
  public static let current: String = {
    if let commit = ProcessInfo.processInfo.environment["TESSERA_COMMIT"], !commit.isEmpty {
      return commit
    }
    let program = (ProgramArguments.all.first ?? "") as NSString
    let folders = [
      FileManager.default.currentDirectoryPath,
      (program.resolvingSymlinksInPath as NSString).deletingLastPathComponent,
    ]
    for folder in folders {
      if let commit = commit(holding: folder) { return commit }
    }
    return "unknown"
  }()

  /// The commit that `HEAD` names in the repository of Tessera that holds `folder`.
  static func commit(holding folder: String) -> String? {
    var folder = URL(fileURLWithPath: folder).standardizedFileURL.path
    // A working folder that was deleted has no path.
    while folder.hasPrefix("/") {
      // Only this package's repository: a program run inside another one must not name that one's commit.
      let isOurs = FileManager.default.fileExists(atPath: folder + "/Sources/tessera")
      if isOurs, let commit = head(of: folder) { return commit }
      let parent = (folder as NSString).deletingLastPathComponent
      if parent == folder || parent.isEmpty { return nil }
      folder = parent
    }
    return nil
  }

  static func head(of repository: String) -> String? {
    var git = repository + "/.git"
    // In a linked worktree `.git` is a file that names the folder.
    if let link = text(git), link.hasPrefix("gitdir: ") {
      git = String(link.dropFirst("gitdir: ".count))
      if !git.hasPrefix("/") { git = repository + "/" + git }
    }
    guard let head = text(git + "/HEAD") else { return nil }
    guard head.hasPrefix("ref: ") else { return isHash(head) ? head : nil }
    let reference = String(head.dropFirst("ref: ".count))
    let common = text(git + "/commondir").map { $0.hasPrefix("/") ? $0 : git + "/" + $0 } ?? git
    for folder in [git, common] {
      if let hash = text(folder + "/" + reference), isHash(hash) { return hash }
    }
    for line in (text(common + "/packed-refs") ?? "").split(separator: "\n") {
      let parts = line.split(separator: " ")
      if parts.count == 2, parts[1] == reference, isHash(String(parts[0])) {
        return String(parts[0])
      }
    }
    return nil
  }

  private static func isHash(_ text: String) -> Bool {
    (text.count == 40 || text.count == 64) && text.allSatisfy(\.isHexDigit)
  }

  private static func text(_ path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
