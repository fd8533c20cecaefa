import Foundation
import Testing

@testable import Storage

@Suite struct AtomicFileTests {
  @Test func replacesTheFileAndLeavesNothingAside() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write("old", to: folder.file("a"))
    try AtomicFile.write(Data("new".utf8), to: folder.file("a"))
    #expect(try FileBytes.read(folder.file("a")) == Array("new".utf8))
    #expect(folder.names == ["a"])
  }

  @Test func anErrorWhileWritingLeavesTheOldFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a")
    try AtomicFile.write("old", to: path)
    let thrown = StorageError.missing(path: path, at: "here", expected: "x", found: "y")
    let error = storageError {
      try AtomicFile.write(to: path) { (stream) throws(StorageError) in
        try stream.write([UInt8](repeating: 7, count: 100_000))
        throw thrown
      }
    }
    #expect(error == thrown)
    #expect(try FileBytes.read(path) == Array("old".utf8))
    #expect(folder.names == ["a"])
  }

  @Test func replacesWhatALinkPointsTo() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write("old", to: folder.file("real"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: folder.file("real"))
    try AtomicFile.write("new", to: folder.file("link"))
    #expect(try FileBytes.read(folder.file("real")) == Array("new".utf8))
  }

  @Test(arguments: ["none/a", "file/a"])
  func refusesAFolderThatCannotBeWritten(name: String) throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write("x", to: folder.file("file"))
    let error = storageError { try AtomicFile.write("y", to: folder.file(name)) }
    guard case .unwritable(let path, _, _, let found, _) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
    #expect(path == folder.file(name))
    #expect(["No such file or directory", "Not a directory"].contains(found))
    #expect(folder.names == ["file"])
  }

  @Test func refusesAFolderOfTheSystem() {
    let error = storageError { try AtomicFile.write("y", to: "/proc/tessera-test") }
    #expect(error?.path == "/proc/tessera-test")
  }

  @Test func refusesToReplaceADeviceOrFolder() throws {
    let folder = try TemporaryFolder()
    #expect(
      storageError { try AtomicFile.write("y", to: "/dev/full") }?.found == "a device or pipe")
    #expect(storageError { try AtomicFile.write("y", to: folder.path) }?.found == "a folder")
  }

  @Test func readingSaysWhy() throws {
    let folder = try TemporaryFolder()
    let missing = storageError { _ = try FileBytes.read(folder.file("none")) }
    #expect(missing?.found == "No such file or directory")
    #expect(missing?.description.hasPrefix(folder.file("none") + ": cannot read: open: ") == true)
    #expect(storageError { _ = try FileBytes.read(folder.path) }?.found == "a folder")
  }

  /// A process of its own may write only small files, so that every write past the limit fails.
  @Test func aFileThatCannotGrowLeavesTheOldOne() async {
    await #expect(processExitsWith: .success) {
      signal(SIGXFSZ, SIG_IGN)
      let folder = try TemporaryFolder()
      let paths = ["a", "b.h5", "c.npz", "d.safetensors"].map(folder.file)
      for path in paths { try AtomicFile.write("old", to: path) }
      var limit = rlimit(rlim_cur: 20_000, rlim_max: 20_000)
      guard setrlimit(__rlimit_resource_t(1), &limit) == 0 else { exit(3) }
      let large = StoredArray(
        (0..<50_000).map { UInt32(truncatingIfNeeded: $0 &* 2_654_435_761) }.map(Double.init))
      let writes: [(String) throws -> Void] = [
        { try AtomicFile.write(large.bytes, to: $0) },
        {
          try HDF5File.write(to: $0) { (file) throws(StorageError) in try file.write(large, at: "x")
          }
        },
        { try NPZ.write(["x": large], to: $0) },
        { try Checkpoint(tensors: ["x": large]).write(to: $0) },
      ]
      for (path, write) in zip(paths, writes) {
        do {
          try write(path)
          exit(4)
        } catch let error as StorageError {
          guard case .unwritable = error, error.path == path else { exit(5) }
        }
        guard try FileBytes.read(path) == Array("old".utf8) else { exit(6) }
      }
      guard folder.names.count == 4 else { exit(7) }
      try FileManager.default.removeItem(atPath: folder.path)
      exit(0)
    }
  }
}

/// A file system of 256 KiB, where this user may mount one.
final class SmallDisk: Sendable {
  let folder: TemporaryFolder

  static let canMount: Bool = (try? SmallDisk()) != nil

  init() throws {
    folder = try TemporaryFolder()
    guard mount("none", folder.path, "tmpfs", 0, "size=256k") == 0 else {
      throw StorageError.unwritable(
        path: folder.path, at: "mount", expected: "a tmpfs", found: systemMessage(errno))
    }
  }

  // Detached, since the HDF5 library keeps a file open that it could not flush.
  deinit { umount2(folder.path, Int32(MNT_DETACH)) }
}

@Suite(.enabled(if: SmallDisk.canMount, "needs the right to mount a tmpfs"))
struct FullDiskTests {
  @Test func everyWriterLeavesTheOldFileOnAFullDisk() throws {
    let disk = try SmallDisk()
    let noise = (0..<100_000).map { Double(UInt32(truncatingIfNeeded: $0 &* 2_654_435_761)) }
    let large = StoredArray(noise)
    let writes: [(String, (String) throws -> Void)] = [
      ("bytes", { try AtomicFile.write(large.bytes, to: $0) }),
      ("csv", { try CSVWriter.write(columns: ["x"], rows: noise.map { ["\($0)"] }, to: $0) }),
      ("npy", { try NPY.write(large, to: $0) }),
      ("npz", { try NPZ.write(["x": large], to: $0) }),
      ("safetensors", { try Checkpoint(tensors: ["x": large]).write(to: $0) }),
      (
        "h5",
        {
          try HDF5File.write(to: $0) { (file) throws(StorageError) in
            try file.write(large, at: "x")
          }
        }
      ),
    ]
    for (name, write) in writes {
      let path = disk.folder.file("file.\(name)")
      try AtomicFile.write("old", to: path)
      let error = storageError("\(name)") { try write(path) }
      guard case .unwritable = error else {
        Issue.record("\(name): \(String(describing: error))")
        continue
      }
      #expect(error?.path == path)
      #expect(error?.found.contains("No space left on device") == true, "\(error!)")
      #expect(try FileBytes.read(path) == Array("old".utf8))
    }
    #expect(disk.folder.names == writes.map { "file.\($0.0)" }.sorted())
  }

  @Test func aLogKeepsWholeLinesOnAFullDisk() throws {
    let disk = try SmallDisk()
    let path = disk.folder.file("metrics.jsonl")
    let lines = try JSONLines(appendingTo: path)
    let text = String(repeating: "x", count: 9_999)
    var written = 0
    let error = storageError {
      for _ in 0..<100 {
        try lines.append(["text": .string(text)])
        written += 1
      }
    }
    #expect(error?.found == "No space left on device")
    #expect(written > 10)
    #expect(try FileBytes.read(path).last == 0x0a)
    #expect(try JSONLines.read(path).count == written)
    #expect(try FileBytes.read(path).count == lines.length)
  }
}
