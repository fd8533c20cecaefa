import Foundation
import Testing

@testable import Storage

@Suite struct NumPyTests {
  private func archive(compressed: Bool) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    try NPZ.write(KnownArrays.all, to: folder.file("a.npz"), compressed: compressed)
    return try FileBytes.read(folder.file("a.npz"))
  }

  /// Reads all members of an archive given as bytes.
  private func readAll(_ bytes: [UInt8], in folder: TemporaryFolder) throws {
    let path = folder.file("bytes.npz")
    try Data(bytes).write(to: URL(filePath: path))
    _ = try NPZ.read(from: path)
  }

  @Test(arguments: [true, false])
  func comesBackAsItWas(compressed: Bool) throws {
    let folder = try TemporaryFolder()
    try NPZ.write(KnownArrays.all, to: folder.file("a.npz"), compressed: compressed)
    #expect(try NPZ.read(from: folder.file("a.npz")) == KnownArrays.all)
    #expect(try NPZ(reading: folder.file("a.npz")).names == KnownArrays.all.keys.sorted())
    #expect(try archive(compressed: compressed) == archive(compressed: compressed))
  }

  @Test func aSingleArrayComesBack() throws {
    let folder = try TemporaryFolder()
    for (name, array) in KnownArrays.all {
      try NPY.write(array, to: folder.file("a.npy"))
      #expect(try NPY.read(from: folder.file("a.npy")) == array, "\(name)")
      #expect(try (FileBytes.read(folder.file("a.npy")).count - array.bytes.count) % 64 == 0)
    }
  }

  @Test func namesWhatIsMissingOrUnsupported() throws {
    let folder = try TemporaryFolder()
    try NPZ.write(["x": StoredArray([1.0])], to: folder.file("a.npz"))
    let missing = storageError { _ = try NPZ(reading: folder.file("a.npz")).array("y") }
    #expect(missing?.expected == "\"y\"" && missing?.found == "\"x\"")
    let brain = StoredArray(shape: [1], elements: .bfloat16([0]))
    let unsupported = storageError { try NPZ.write(["b": brain], to: folder.file("a.npz")) }
    #expect(unsupported?.found == "bfloat16")
    #expect(try NPZ.read(from: folder.file("a.npz")).keys.sorted() == ["x"])
  }

  @Test(arguments: [true, false])
  func everyCutIsAnError(compressed: Bool) throws {
    let folder = try TemporaryFolder()
    let whole = try archive(compressed: compressed)
    for count in stride(from: 0, to: whole.count, by: 13) {
      _ = storageError("cut at \(count)") { try readAll(Array(whole[..<count]), in: folder) }
    }
    for count in (whole.count - 60)..<whole.count {
      _ = storageError("cut at \(count)") { try readAll(Array(whole[..<count]), in: folder) }
    }
  }

  @Test(arguments: [true, false])
  func noFlippedByteCrashes(compressed: Bool) throws {
    let folder = try TemporaryFolder()
    let whole = try archive(compressed: compressed)
    for position in 0..<whole.count {
      var bytes = whole
      bytes[position] ^= position % 2 == 0 ? 0xff : 0x01
      do { try readAll(bytes, in: folder) } catch is StorageError {}
    }
  }

  @Test func aChangedElementFailsTheChecksum() throws {
    let folder = try TemporaryFolder()
    try NPZ.write(["x": StoredArray([1.0, 2.0])], to: folder.file("a.npz"), compressed: false)
    var bytes = try FileBytes.read(folder.file("a.npz"))
    // The elements are the 16 bytes before the directory.
    let directory = try #require(
      bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4b, 1, 2]) })
    bytes[directory - 3] ^= 1
    let error = storageError { try readAll(bytes, in: folder) }
    #expect(error?.expected.hasPrefix("CRC-32") == true)
  }

  @Test func everyCutOfAnNPYIsAnError() throws {
    let whole = try NPY.encode(try #require(KnownArrays.all["ints"]), path: "p")
    for count in 0..<whole.count {
      _ = storageError("cut at \(count)") {
        _ = try NPY.decode(Array(whole[..<count]), path: "p", location: "npy")
      }
    }
    _ = storageError { _ = try NPY.decode(whole + [0], path: "p", location: "npy") }
  }

  @Test(arguments: [
    "{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }",
    "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
    "{'descr': '<f8', 'shape': (2,), }",
    "{'descr': '<f8', 'fortran_order': Maybe, 'shape': (2,), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (-2,), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 4), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'more': 1}",
    "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), } x", "{'descr': '<f8", "", "[]",
  ])
  func refusesABrokenHeader(header: String) {
    let length = withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian) { Array($0) }
    let bytes =
      [0x93] + Array("NUMPY".utf8) + [1, 0] + length + Array(header.utf8)
      + [UInt8](repeating: 0, count: 16)
    let error = storageError("\(header)") {
      _ = try NPY.decode(bytes, path: "p", location: "npy")
    }
    #expect(error?.location.hasPrefix("npy, header") == true)
  }

  /// The forms that archives of 4 GiB and more have: sizes and places in 64 bits.
  @Test(arguments: [true, false])
  func sizesOf64BitsAreRead(isSound: Bool) throws {
    func bytes(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let array = StoredArray([1.0, 2.0])
    let contents = try NPY.encode(array, path: "p")
    let check = contents.withUnsafeBytes { Int(Zlib.crc32($0)) }
    let allOnes = [UInt8](repeating: 0xff, count: 4)
    let shared = bytes(45, 2) + bytes(0, 8) + bytes(check, 4) + allOnes + allOnes + bytes(5, 2)
    let local =
      bytes(0x0403_4b50, 4) + shared + bytes(20, 2) + Array("x.npy".utf8)
      + bytes(1, 2) + bytes(16, 2) + bytes(contents.count, 8) + bytes(contents.count, 8)
    let size = isSound ? contents.count : -1
    let entry =
      bytes(0x0201_4b50, 4) + bytes(45, 2) + shared + bytes(28, 2) + bytes(0, 10)
      + allOnes + Array("x.npy".utf8) + bytes(1, 2) + bytes(24, 2) + bytes(size, 8)
      + bytes(size, 8) + bytes(0, 8)
    let start = local.count + contents.count
    let wide =
      bytes(0x0606_4b50, 4) + bytes(44, 8) + bytes(45, 2) + bytes(45, 2) + bytes(0, 8)
      + bytes(1, 8) + bytes(1, 8) + bytes(entry.count, 8) + bytes(start, 8)
    let locator = bytes(0x0706_4b50, 4) + bytes(0, 4) + bytes(start + entry.count, 8) + bytes(1, 4)
    let end =
      bytes(0x0605_4b50, 4) + bytes(0, 4) + bytes(0xffff, 2) + bytes(0xffff, 2) + allOnes
      + allOnes + bytes(0, 2)
    let folder = try TemporaryFolder()
    let whole = local + contents + entry + wide + locator + end
    try Data(whole).write(to: URL(filePath: folder.file("a.npz")))
    if isSound {
      #expect(try NPZ.read(from: folder.file("a.npz")) == ["x": array])
    } else {
      _ = storageError { _ = try NPZ.read(from: folder.file("a.npz")) }
    }
  }
}
