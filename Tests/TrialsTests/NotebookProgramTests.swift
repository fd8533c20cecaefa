import Foundation
import Testing

@testable import Trials

/// One notebook with Swift blocks, through a real build of a small package; slow, so there is only this one.
@Suite struct NotebookProgramTests {
  private static let page = """
    # Swift and console in turn

    ```swift
    import Letters
    let word = Letters.word
    var count = 1
    print(word, 0.5)
    ```

    ```output tolerance=0.1
    letters 0.45
    ```

    The next block sees the variables, and writes a figure beside the page.

    ```swift
    import Foundation
    count += 1
    try "<svg/>".write(toFile: "figure.svg", atomically: true, encoding: .utf8)
    print("count \\(count)", terminator: "")
    ```
    ```text
    count 2
    ```

    ```console
    $ cat notebooks-md/figure.svg
    <svg/>
    ```

    ```swift
    print("late")
    ```
    """

  private func package(_ text: String) throws -> NotebookFixture {
    let fixture = try NotebookFixture(text)
    let sources = fixture.root.appendingPathComponent("Sources/Letters")
    try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
    try "public enum Letters { public static let word = \"letters\" }".write(
      to: sources.appendingPathComponent("Letters.swift"), atomically: true, encoding: .utf8)
    try """
    // swift-tools-version: 6.1
    import PackageDescription
    let package = Package(
      name: "letters", products: [.library(name: "Letters", targets: ["Letters"])],
      targets: [.target(name: "Letters")])
    """.write(
      to: fixture.root.appendingPathComponent("Package.swift"), atomically: true, encoding: .utf8)
    return fixture
  }

  private func rewrite(_ fixture: NotebookFixture, _ old: String, _ new: String) throws {
    try Self.page.replacing(old, with: new).write(
      toFile: fixture.path, atomically: true, encoding: .utf8)
  }

  @Test func swiftBlocksAreOneProgram() throws {
    let fixture = try package(Self.page)
    defer { fixture.remove() }

    var outcome = try Notebook.check(paths: [fixture.path])[0]
    #expect(outcome.problems.map(\.kind) == [.missingOutput], "\(outcome.text)")
    #expect(outcome.problems.map(\.line) == [32] && outcome.executed == 4)

    outcome = try Notebook.update(paths: [fixture.path])[0]
    #expect(outcome.passed && outcome.updated == 1)
    #expect(fixture.text == Self.page + "\n\n```output\nlate\n```")

    // Two mistakes in two blocks, each under its own line of the page.
    try rewrite(fixture, "var count = 1", "var count: Int = word")
    outcome = try Notebook.update(paths: [fixture.path])[0]
    #expect(outcome.problems.map(\.kind) == [.compilation], "\(outcome.text)")
    #expect(outcome.problems.map(\.line) == [6] && outcome.updated == 0 && outcome.executed == 0)
    #expect(outcome.problems[0].message.contains("cannot convert value of type 'String'"))

    try rewrite(fixture, "count += 1", "print(\"before\"); fatalError(\"stopped on purpose\")")
    outcome = try Notebook.check(paths: [fixture.path])[0]
    #expect(outcome.problems.map(\.kind) == [.execution], "\(outcome.text)")
    #expect(outcome.problems.map(\.line) == [17] && outcome.executed == 1)
    #expect(outcome.problems[0].message.contains("stopped on purpose"))

    try rewrite(fixture, "import Letters", "import Numbers")
    outcome = try Notebook.check(paths: [fixture.path])[0]
    #expect(outcome.problems.first?.line == 4 && outcome.problems.first?.kind == .compilation)
    #expect(outcome.text.contains("no such module 'Numbers'"), "\(outcome.text)")
  }
}
