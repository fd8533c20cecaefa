import Foundation
import Fuzzing
import Storage
import Testing

/// Damaged files on which libhdf5 1.10.8 crashes or never ends are refused with a message, and the process lives.
@Suite struct HDF5TrialTests {
  /// Each with what 1.10.8 makes of it: the trial ends, or the reader refuses what it finds. What the library meets first in
  /// the others is another thing from process to process.
  static let faults = [
    ("abort", ""), ("axes", "chunks with another number of axes"), ("endless", "goes on and on"),
    ("links", ""), ("memory", "asks for more"),
    ("small", "floating-point numbers of 32776 bytes"), ("strings", ""),
  ]

  @Test(arguments: faults) func isRefused(_ name: String, _ words: String) throws {
    let path = "\(FuzzReaderTests.corpus)/hdf5/fault-\(name).h5"
    let error = #expect(throws: StorageError.self) {
      let file = try HDF5File(reading: path)
      // A library that has mended the fault may find fault with the file in its own words, or read it.
      for dataset in try file.datasetNames() { _ = try file.array(dataset) }
    }
    let message = try #require(error).description
    #expect(message.contains("fault-\(name).h5"))
    if HDF5File.libraryVersion == (1, 10, 8), !words.isEmpty {
      #expect(message.contains(words) || message.contains("crashes"), "\(message)")
    }
  }

  /// The trial must not refuse what is sound, however many names, links or layouts it has.
  @Test func soundFilesPass() throws {
    let folder = try FuzzFolder()
    defer { folder.remove() }
    for seed in try #require(FuzzReader.named("hdf5")).seeds() {
      let file = try HDF5File(reading: folder.file("a.h5", seed))
      #expect(try !file.names().isEmpty)
    }
    let path = folder.path + "/many.h5"
    try HDF5File.write(to: path) { (file) throws(StorageError) in
      for index in 0..<5000 { try file.write(StoredArray([index]), at: "d\(index)") }
    }
    #expect(try HDF5File(reading: path).datasetNames().count == 5000)
  }

  /// A chunk of 64 MiB that packs into a hundredth of a percent is sound, if unwise.
  @Test(arguments: [ElementType.uint8, .float64]) func largeChunksPass(_ type: ElementType) throws {
    let folder = try FuzzFolder()
    defer { folder.remove() }
    let path = folder.path + "/wide.h5"
    let count = type == .uint8 ? 64 << 20 : 8 << 20
    try HDF5File.write(to: path) { (file) throws(StorageError) in
      try file.makeDataset("x", shape: [count], type, chunk: [count], compression: 9)
      let zeros =
        type == .uint8
        ? StoredArray([UInt8](repeating: 0, count: count), shape: [count])
        : StoredArray([Double](repeating: 0, count: count), shape: [count])
      try file.write(zeros, into: "x", start: [0])
    }
    #expect(try HDF5File(reading: path).array("x").count == count)
  }

  /// The child of a process with threads at work comes back too.
  @Test func worksBesideOtherThreads() async throws {
    let folder = try FuzzFolder()
    defer { folder.remove() }
    let path = folder.path + "/a.h5"
    try HDF5File.write(to: path) { (file) throws(StorageError) in
      try file.write(StoredArray([1, 2, 3]), at: "x")
    }
    try await withThrowingTaskGroup(of: Int.self) { group in
      for worker in 0..<8 {
        group.addTask {
          var total = 0
          for round in 0..<20 {
            if worker % 2 == 0 {
              let file = try HDF5File(reading: path)
              total += try file.array("x").count
            } else {
              total += [UInt8](repeating: UInt8(round), count: 1 << 20).reduce(0) { $0 ^ Int($1) }
            }
          }
          return total
        }
      }
      for try await _ in group {}
    }
  }
}
