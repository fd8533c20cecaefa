import Foundation

@testable import Trials

/// A notebook in a folder of its own, under something that looks like a package.
struct NotebookFixture {
  let root: URL
  let path: String

  init(_ text: String, package: Bool = true) throws {
    root = FileManager.default.temporaryDirectory.appendingPathComponent(
      "notebook-\(UUID().uuidString)")
    let folder = root.appendingPathComponent("notebooks-md")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    if package {
      try "// swift-tools-version: 6.1\n".write(
        to: root.appendingPathComponent("Package.swift"), atomically: true, encoding: .utf8)
    }
    path = folder.appendingPathComponent("page.md").path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  func remove() { try? FileManager.default.removeItem(at: root) }

  var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

  /// Writes `text`, checks it, and returns the outcome.
  static func check(_ text: String) throws -> Notebook.Outcome {
    let fixture = try NotebookFixture(text)
    defer { fixture.remove() }
    return try Notebook.check(paths: [fixture.path])[0]
  }
}
