import Foundation
import Testing

@testable import Storage

/// Integers of every width, and numbers of few bits.
@Suite struct ArrayTypeTests {
  private static let integers: [String: StoredArray] = [
    "int8": StoredArray(shape: [2], elements: .int8([-128, 127])),
    "int16": StoredArray(shape: [2], elements: .int16([-32_768, 32_767])),
    "uint16": StoredArray(shape: [2, 1], elements: .uint16([0, 65_535])),
    "uint32": StoredArray(shape: [1], elements: .uint32([4_000_000_000])),
    "uint64": StoredArray(shape: [1], elements: .uint64([1 << 63 + 5])),
  ]

  @Test func integersOfEveryWidthComeBackInEveryFormat() throws {
    let folder = try TemporaryFolder()
    try NPZ.write(Self.integers, to: folder.file("a.npz"))
    #expect(try NPZ.read(from: folder.file("a.npz")) == Self.integers)
    try Safetensors.write(Self.integers, to: folder.file("a.safetensors"))
    #expect(try Safetensors.read(from: folder.file("a.safetensors")).tensors == Self.integers)
    try HDF5File.write(to: folder.file("a.h5")) { (writer) throws(StorageError) in
      for (name, array) in Self.integers { try writer.write(array, at: name) }
    }
    #expect(try HDF5File(reading: folder.file("a.h5")).contents().arrays == Self.integers)
  }

  @Test func theirNumbersAreRight() {
    #expect(Self.integers["int8"]?.integers == [-128, 127])
    #expect(Self.integers["uint32"]?.values(as: Double.self) == [4e9])
    // Beyond the largest integer here: no integer, yet a number.
    #expect(Self.integers["uint64"]?.integers == nil)
    #expect(Self.integers["uint64"]?.values(as: Double.self) == [0x1p63])
  }

  /// Values of the OCP specification of 8-bit floating point, 5.1 and 5.2.
  @Test func numbersOfEightBitsAreWidened() {
    let e4m3 = StoredArray(
      shape: [7], elements: .float8e4m3([0x00, 0x01, 0x08, 0x38, 0xb8, 0x7e, 0x7f]))
    let values = e4m3.values(as: Float.self)
    #expect(values.prefix(6) == [0, 0x1p-9, 0x1p-6, 1, -1, 448] && values[6].isNaN)
    let e5m2 = StoredArray(shape: [6], elements: .float8e5m2([0x01, 0x04, 0x3c, 0xc0, 0x7b, 0x7c]))
    #expect(e5m2.values(as: Float.self) == [0x1p-16, 0x1p-14, 1, -2, 57_344, .infinity])
  }

  @Test func oneArrayOfAnUnknownTypeSpoilsNoOther() throws {
    let header = """
      {"x": {"dtype": "F4", "shape": [2], "data_offsets": [0, 1]}, \
      "y": {"dtype": "F8_E4M3", "shape": [1], "data_offsets": [1, 2]}}
      """
    let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    let bytes = length + Array(header.utf8) + [7, 0x38]
    let found = try Safetensors.contents(of: bytes, path: "m")
    #expect(found.tensors.keys.sorted() == ["y"] && found.tensors["y"]?.values() == [Float(1)])
    #expect(found.leftOut.map(\.name) == ["x"] && found.leftOut.first?.reason.found == "F4")
    #expect(storageError { _ = try Safetensors.decode(bytes, path: "m") }?.found == "F4")
  }
}

/// Archives with members that cannot be used beside good ones.
@Suite struct NPZMemberTests {
  /// A `.npy` member whose type is `descr`.
  static func member(_ descr: String, _ data: [UInt8]) -> [UInt8] {
    let text = "{'descr': \(descr), 'fortran_order': False, 'shape': (1,), }\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
      + data
  }

  static func write(_ members: [(String, [UInt8])], to path: String) throws {
    try AtomicFile.write(to: path) { (stream) throws(StorageError) in
      var writer = ZipWriter(stream: stream, path: path)
      for (name, bytes) in members { try writer.add(name, bytes, level: nil) }
      try writer.finish()
    }
  }

  @Test func eachIsNamedAndTheOthersAreRead() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.npz")
    try Self.write(
      [
        ("good.npy", try NPY.encode(StoredArray([1.5]), path: "p")),
        ("short.npy", Self.member("'<i2'", [0xfd, 0xff])),
        ("pickled.npy", Self.member("'|O'", [0x80])),
        ("structured.npy", Self.member("[('a', '<i4'), ('b', '<f8')]", [0])),
        ("text.npy", Self.member("'<U2'", [0])), ("complex.npy", Self.member("'<c16'", [0])),
        ("long.npy", Self.member("'<f16'", [0])), ("time.npy", Self.member("'<M8[D]'", [0])),
        ("twice.npy", [1]), ("twice.npy", [2]), ("page.npy", Array("<html></html>".utf8)),
        ("notes.txt", [65]),
      ], to: path)
    let file = try NPZ(reading: path)
    let (arrays, leftOut) = file.contents()
    #expect(arrays.keys.sorted() == ["good", "short"])
    #expect(arrays["short"]?.integers == [-3])
    #expect(file.otherMembers == ["notes.txt"])
    let words = Dictionary(uniqueKeysWithValues: leftOut.map { ($0.name, $0.words) })
    for (name, word) in [
      ("pickled", "pickled Python objects"), ("structured", "a.dtype.names"), ("text", "(text)"),
      ("complex", "a.real"), ("long", "float64"), ("time", "(times)"), ("twice", "twice"),
      ("page", "a web page"),
    ] {
      #expect(words[name]?.contains(word) == true, "\(name): \(words[name] ?? "read")")
    }
    #expect(leftOut.count == 8 && leftOut.count { !$0.isSound } == 2)
    #expect(storageError { _ = try NPZ.read(from: path) } != nil)
  }

  @Test func orderAndBytesOfElements() throws {
    func array(_ descr: String, _ fortran: String, _ shape: String, _ data: [UInt8]) throws
      -> StoredArray
    {
      let text = "{'descr': '\(descr)', 'fortran_order': \(fortran), 'shape': \(shape), }\n"
      return try NPY.decode(
        [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8) + data,
        path: "p", location: "npy")
    }
    #expect(try array(">i2", "False", "(2,)", [0xff, 0xfd, 1, 0]).integers == [-3, 256])
    #expect(
      try array("<u2", "True", "(2, 2)", [1, 0, 2, 0, 3, 0, 4, 0]).integers == [1, 3, 2, 4])
    #expect(
      try array(">u4", "False", "()", [0, 0, 1, 0])
        == StoredArray(
          shape: [], elements: .uint32([256])))
    #expect(try array("|b1", "False", "(3,)", [0, 1, 2]).integers == [0, 1, 1])
  }
}
