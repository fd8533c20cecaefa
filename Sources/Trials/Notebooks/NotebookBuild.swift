import Foundation
import Storage

/// The `swift` blocks of a notebook as one program, built against the package.
///
/// The program lies in `.build-notebooks` of the package, where what was built is used again: only the first check of a checkout
/// builds the libraries.
struct NotebookBuild {
  /// What a build that failed says about the notebook.
  struct Failure: Error {
    var problems: [Notebook.Problem]
  }

  private let page: NotebookPage
  private let root: String
  private var cache: String { root + "/.build-notebooks" }

  init(_ page: NotebookPage, root: String) {
    self.page = page
    self.root = root
  }

  /// Builds the program and starts it; one notebook of a checkout is built at a time.
  ///
  /// - Returns: the running program, or what does not compile, by lines of the notebook.
  /// - Throws: ``NotebookError/tool(path:command:found:)`` where the package itself does not build.
  func start() throws -> Result<NotebookProgram, Failure> {
    let sources = cache + "/package/Sources/Notebook"
    do {
      try FileManager.default.createDirectory(atPath: sources, withIntermediateDirectories: true)
    } catch {
      throw RunError.unwritable(
        path: sources, reason: error.localizedDescription,
        advice: "check that you may write in the checkout")
    }
    let lock = open(cache + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard lock >= 0, flock(lock, LOCK_EX) == 0 else {
      throw RunError.unwritable(
        path: cache + "/lock", reason: String(cString: strerror(errno)),
        advice: "check that you may write in the checkout")
    }
    defer { close(lock) }
    try writeIfChanged(try manifest(), to: cache + "/package/Package.swift")
    try writeIfChanged(Self.support, to: sources + "/Support.swift")
    try writeIfChanged(program, to: sources + "/main.swift")
    // The versions that the package itself was built with, where they are known.
    let pins = root + "/Package.resolved"
    if let text = try? String(contentsOfFile: pins, encoding: .utf8) {
      try writeIfChanged(text, to: cache + "/package/Package.resolved")
    }
    let build = try swift([
      "build", "-c", "release", "--package-path", cache + "/package", "--scratch-path",
      cache + "/build", "--product", "Notebook",
    ])
    if build.status != 0 {
      let problems = problems(in: build.output)
      if problems.isEmpty {
        throw NotebookError.tool(
          path: page.path, command: "swift build",
          found: NotebookCommand.tail(build.output, limit: 40))
      }
      return .failure(Failure(problems: problems))
    }
    return .success(
      try NotebookProgram(
        executable: cache + "/build/release/Notebook",
        folder: URL(fileURLWithPath: page.path).deletingLastPathComponent().path, path: page.path))
  }

  /// The lines of the compiler's messages that name the notebook.
  func problems(in output: String) -> [Notebook.Problem] {
    var found: [Notebook.Problem] = []
    let prefix = page.path + ":"
    for line in output.split(separator: "\n") {
      guard let start = line.range(of: prefix)?.upperBound else { continue }
      let parts = line[start...].split(separator: ":", maxSplits: 2)
      guard parts.count == 3, let number = Int(parts[0]), parts[2].hasPrefix(" error: ") else {
        continue
      }
      let problem = Notebook.Problem(
        path: page.path, line: number, kind: .compilation,
        message: "expected Swift that compiles, found: " + parts[2].dropFirst(" error: ".count))
      if !found.contains(problem) { found.append(problem) }
    }
    return found
  }

  /// Printed at the end of each block, alone on its line.
  static func mark(_ index: Int) -> String { "\u{1E}notebook block \(index)\u{1E}\n" }

  private static let support = """
    import Foundation

    /// Says that a block has ended, and waits until the next may begin.
    func notebookBlockEnded(_ index: Int) {
      Swift.print("\\u{1E}notebook block \\(index)\\u{1E}")
      fflush(nil)
      _ = Swift.readLine()
    }

    """

  /// The text of `main.swift`: the imports of all blocks, then the blocks, each under its place in the notebook.
  var program: String {
    let file = page.path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    func place(_ line: Int) -> String { "#sourceLocation(file: \"\(file)\", line: \(line))\n" }
    var imports = ""
    var body = ""
    var index = 0
    for case .swift(let first, let code, _, _) in page.blocks {
      var kept = code
      for (row, line) in code.enumerated() where Self.imported(line) != nil {
        imports += place(first + row) + line + "\n"
        kept[row] = ""
      }
      body += place(first) + kept.joined(separator: "\n") + "\n#sourceLocation()\n"
      body += "notebookBlockEnded(\(index))\n"
      index += 1
    }
    return imports + "#sourceLocation()\n" + body
  }

  /// The module that `line` imports, if it is an import.
  static func imported(_ line: String) -> String? {
    let pattern =
      /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public\s+|internal\s+|private\s+|fileprivate\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
    return line.firstMatch(of: pattern).map { String($0.1) }
  }

  /// The manifest of a package that depends on this one and on the products that the notebook imports.
  private func manifest() throws -> String {
    let described = try swift([
      "package", "--package-path", root, "--scratch-path", cache + "/build", "dump-package",
    ])
    struct Description: Decodable {
      struct Product: Decodable { var name: String }
      var products: [Product]
    }
    // Warnings may stand above the object.
    guard described.status == 0,
      let start = described.output.range(of: "{\n")?.lowerBound,
      let description = try? JSONDecoder().decode(
        Description.self, from: Data(described.output[start...].utf8))
    else {
      throw NotebookError.tool(
        path: page.path, command: "swift package dump-package",
        found: NotebookCommand.tail(described.output))
    }
    var imported = Set<String>()
    for case .swift(_, let code, _, _) in page.blocks {
      imported.formUnion(code.compactMap(Self.imported))
    }
    let identity = URL(fileURLWithPath: root).lastPathComponent.lowercased()
    let products = description.products.map(\.name).filter(imported.contains).sorted().map {
      "        .product(name: \"\($0)\", package: \"\(identity)\"),\n"
    }
    let path = root.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return """
      // swift-tools-version: 6.1
      import PackageDescription

      let package = Package(
        name: "notebook",
        dependencies: [.package(path: "\(path)")],
        targets: [
          .executableTarget(
            name: "Notebook",
            dependencies: [
      \(products.joined())      ])
        ]
      )

      """
  }

  private func swift(_ arguments: [String]) throws -> NotebookCommand.Run {
    try NotebookCommand.run("/usr/bin/env", ["swift"] + arguments, in: root, path: page.path)
  }

  private func writeIfChanged(_ text: String, to path: String) throws {
    guard (try? String(contentsOfFile: path, encoding: .utf8)) != text else { return }
    try AtomicFile.write(text, to: path)
  }
}
