import Foundation
import Testing

@testable import Trials

/// Notebooks of `console` blocks alone: fences, comparison, exit codes, rewriting.
@Suite struct NotebookTests {
  @Test func truePagePasses() throws {
    let outcome = try NotebookFixture.check(
      """
      # A page

      ```python
      not run = at all
      ```
      ```console
      $ echo one; echo two
      one
      two
      $ printf 'joined %s' \\
          words
      joined words
      $ true
      ```
      A `text` fence on its own is an illustration.
      ```text
      whatever
      ```
      """)
    #expect(outcome.problems == [])
    #expect(outcome.executed == 3)
    #expect(outcome.text.hasSuffix("page.md: passed (3 blocks run)"))
  }

  @Test func falsePageShowsADifferenceWithItsLine() throws {
    let outcome = try NotebookFixture.check(
      "Prose\n\n```console\n$ printf 'a\\nB\\nc\\nd\\n'\na\nb\nc\n```\n")
    #expect(outcome.problems.count == 1)
    let problem = try #require(outcome.problems.first)
    #expect(problem.kind == .output)
    #expect(problem.line == 6)
    #expect(problem.message.hasSuffix("\n  - b\n  + B\n  + d"))
    #expect("\(problem)".contains("page.md:6: error: "))
    #expect(!outcome.passed)
  }

  @Test func commandsRunInThePackage() throws {
    let fixture = try NotebookFixture("```console\n$ ls\nPackage.swift\nnotebooks-md\n```\n")
    defer { fixture.remove() }
    #expect(try Notebook.check(paths: [fixture.path])[0].passed)
  }

  @Test func ownProgramIsFirstOnThePath() throws {
    let folder = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let outcome = try NotebookFixture.check(
      "```console\n$ echo \"$PATH\" | cut -d: -f1\n\(URL(fileURLWithPath: folder).deletingLastPathComponent().path)\n```\n"
    )
    #expect(outcome.problems == [])
  }

  @Test func exitStatus() throws {
    let failing = try NotebookFixture.check("```console\n$ echo why >&2; exit 3\n```\n")
    #expect(failing.problems.map(\.kind) == [.execution])
    #expect(failing.problems[0].line == 2)
    #expect(failing.problems[0].message.contains("expected exit status 0, found 3"))
    #expect(failing.problems[0].message.contains("why"))
    let expected = try NotebookFixture.check(
      "```console exit=3\n$ echo fine\nfine\n$ echo why >&2; exit 3\nwhy\n```\n")
    #expect(expected.problems == [])
    let absent = try NotebookFixture.check("```console exit=3\n$ true\n```\n")
    #expect(absent.problems.map(\.kind) == [.execution])
  }

  @Test(arguments: [
    ("tolerance=0.05", "loss 0.50", "loss 0.54", true),
    ("tolerance=0.05", "loss 0.50", "loss 0.56", false),
    ("tolerance=0.05", "loss 0.50 at 3", "loss  0.5 at 3", true),
    ("tolerance=0.05", "loss 0.50", "loss 0.50 more", false),
    ("tolerance=10%", "1000 rows", "1099 rows", true),
    ("tolerance=10%", "1000 rows", "1101 rows", false),
    ("tolerance=0.1", "-0.02", "0.03", true), ("tolerance=0.1", "1e-3", "0.002", true),
    ("tolerance=1", "SHA256", "SHA255", false), ("tolerance=1", "x2 3", "x2 4", true),
    ("", "loss 0.50", "loss 0.5", false), ("", "seconds …", "seconds 12.3", true),
    ("", "…", "", true), ("", "a … c", "a b c", true), ("", "a … c", "a b d", false),
    ("", "0.9…", "0.93", true), ("tolerance=0.001", "0.9…", "0.93", true),
    ("tolerance=0.001", "… 0.9 …", "a b 0.9 c", true), ("", "a…b…c", "aXbXbXc", true),
  ])
  func comparison(options: String, page: String, printed: String, isEqual: Bool) throws {
    let outcome = try NotebookFixture.check(
      "```console \(options)\n$ echo '\(printed)'\n\(page)\n```\n")
    #expect(outcome.passed == isEqual, "\(outcome.text)")
  }

  @Test func ellipsisTakesManyLines() throws {
    let text = "```console\n$ seq 1 100; echo end\n1\n…\n99\n%\nend\n```\n"
    #expect(try NotebookFixture.check(text.replacing("%", with: "100")).passed)
    let outcome = try NotebookFixture.check(text.replacing("%", with: "hundred"))
    // The hundred lines under the `…` are no part of the difference.
    #expect(outcome.problems[0].message.hasSuffix(":\n  - hundred\n  + 100"))
    #expect(outcome.problems[0].line == 6)
  }

  @Test(arguments: [
    ("```console tolerant=1\n$ true\n```\n", 1, "`tolerance=…` or `exit=…`, found `tolerant=1`"),
    ("```console tolerance=lots\n$ true\n```\n", 1, "a number such as 0.05"),
    ("```console exit=no\n$ true\n```\n", 1, "an exit status such as 2"),
    ("```swift fast\nlet x = 1\n```\n", 1, "takes no options, found `fast`"),
    ("x\n```swift\nlet x = 1\n```\n```output exit=2\n1\n```\n", 5, "takes `tolerance=…`"),
    ("\n```output\n1\n```\n", 2, "directly below a `swift` block"),
    ("```console\nls\n```\n", 2, "begin with a line `$ command`"),
    ("text\n~~~console\n$ true\n```\n", 2, "a closing `~~~`"),
  ])
  func badFences(text: String, line: Int, message: String) throws {
    let outcome = try NotebookFixture.check(text)
    #expect(outcome.problems.map(\.kind) == [.fence])
    #expect(outcome.problems[0].line == line)
    #expect(outcome.problems[0].message.contains(message), "\(outcome.text)")
    // Nothing was run.
    #expect(outcome.executed == 0)
  }

  @Test func updateRewritesOnlyWhatIsFalse() throws {
    let fixture = try NotebookFixture(
      """
      # Title

      ```console
      $ echo one
      two
      $ echo kept as it is
      kept … is
      $ printf 'x\\ny\\n'
      ```
      End, without a newline
      """)
    defer { fixture.remove() }
    let outcome = try Notebook.update(paths: [fixture.path])[0]
    #expect(outcome.passed && outcome.updated == 2)
    #expect(outcome.text.contains("2 outputs rewritten"))
    #expect(
      fixture.text == """
        # Title

        ```console
        $ echo one
        one
        $ echo kept as it is
        kept … is
        $ printf 'x\\ny\\n'
        x
        y
        ```
        End, without a newline
        """)
    #expect(try Notebook.check(paths: [fixture.path])[0].passed)
    #expect(try Notebook.update(paths: [fixture.path])[0].updated == 0)
  }

  @Test func updateLeavesABrokenPageAlone() throws {
    let text = "```console\n$ echo one\ntwo\n$ false\n```\n"
    let fixture = try NotebookFixture(text)
    defer { fixture.remove() }
    let outcome = try Notebook.update(paths: [fixture.path])[0]
    #expect(outcome.problems.map(\.kind) == [.execution] && outcome.updated == 0)
    #expect(fixture.text == text)
  }

  @Test func whatCannotBeRunIsNamed() throws {
    let fixture = try NotebookFixture("```console\n$ true\n```\n", package: false)
    defer { fixture.remove() }
    let noPackage = #expect(throws: NotebookError.self) {
      try Notebook.check(paths: [fixture.path])
    }
    #expect("\(noPackage!)".contains("expected a Package.swift"))
    let absent = #expect(throws: NotebookError.self) {
      try Notebook.check(paths: [fixture.path + ".absent"])
    }
    #expect("\(absent!)".contains("page.md.absent: expected a Markdown file"))
    try Data([0xFF, 0xFE, 0x00]).write(to: URL(fileURLWithPath: fixture.path))
    let binary = #expect(throws: NotebookError.self) {
      try Notebook.check(paths: [fixture.path])
    }
    #expect("\(binary!)".contains("not UTF-8"))
  }

  @Test func blocksBecomeOneProgram() {
    let page = NotebookPage(
      path: "a.md",
      source:
        "```swift\nimport Foundation\nlet x = 1\n```\n\n```swift\n@preconcurrency import Dispatch\nprint(x)\n```\n"
    )
    let program = NotebookBuild(page, root: "/").program
    #expect(
      program == """
        #sourceLocation(file: "a.md", line: 2)
        import Foundation
        #sourceLocation(file: "a.md", line: 7)
        @preconcurrency import Dispatch
        #sourceLocation()
        #sourceLocation(file: "a.md", line: 2)

        let x = 1
        #sourceLocation()
        notebookBlockEnded(0)
        #sourceLocation(file: "a.md", line: 7)

        print(x)
        #sourceLocation()
        notebookBlockEnded(1)

        """)
    #expect(NotebookBuild.imported("  import struct Foundation.URL") == "Foundation")
    #expect(NotebookBuild.imported("important()") == nil)
    #expect(NotebookBuild.imported("let importer = 1") == nil)
  }
}
