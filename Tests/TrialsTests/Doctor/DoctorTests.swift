import Foundation
import Testing

@testable import Trials

@Suite struct DoctorTests {
  @Test func findsLibraries() throws {
    try withTemporaryFolder { folder in
      let doctor = Doctor(
        runsFolder: folder + "/runs", environment: RunEnvironment(dataDirectories: [folder]),
        paths: [])
      let found = Dictionary(
        doctor.findings.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
      #expect(found["OpenBLAS"]?.value.contains("OpenBLAS") == true)
      #expect(found["LAPACK"]?.value.hasPrefix("3.") == true)
      #expect(found["HDF5"]?.value.hasPrefix("1.") == true)
      #expect(found["runs folder"]?.verdict == .ok)
      #expect(doctor.isWell)
      #expect(!FileManager.default.fileExists(atPath: folder + "/runs"))
    }
  }

  @Test func saysWhatCannotBeWritten() throws {
    try withTemporaryFolder { folder in
      try Data().write(to: URL(fileURLWithPath: folder + "/file"))
      let doctor = Doctor(
        runsFolder: folder + "/file/runs", environment: RunEnvironment(dataDirectories: []),
        paths: [])
      #expect(!doctor.isWell)
      #expect(doctor.text.contains("--runs"))
    }
  }

  @Test func readsCommitInEachForm() throws {
    let hash = String(repeating: "0123456789", count: 4)
    try withTemporaryFolder { folder in
      func write(_ text: String, _ path: String) throws {
        let file = folder + "/" + path
        try FileManager.default.createDirectory(
          atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
      }
      #expect(SourceCommit.head(of: folder) == nil)
      try write("ref: refs/heads/main\n", ".git/HEAD")
      #expect(SourceCommit.head(of: folder) == nil)
      try write("# pack-refs\n\(hash) refs/heads/main\n", ".git/packed-refs")
      #expect(SourceCommit.head(of: folder) == hash)
      let newer = String(hash.reversed())
      try write(newer + "\n", ".git/refs/heads/main")
      #expect(SourceCommit.head(of: folder) == newer)
      try write(hash + "\n", ".git/HEAD")
      #expect(SourceCommit.head(of: folder) == hash)
      // A linked worktree: `.git` is a file, the references lie in the common folder.
      try write("gitdir: ../.git/worktrees/w\n", "w/.git")
      try write("ref: refs/heads/main\n", ".git/worktrees/w/HEAD")
      try write("../..\n", ".git/worktrees/w/commondir")
      #expect(SourceCommit.head(of: folder + "/w") == newer)
      try FileManager.default.createDirectory(
        atPath: folder + "/Sources/tessera", withIntermediateDirectories: true)
      #expect(SourceCommit.commit(holding: folder + "/Sources") == hash)
    }
  }
}
