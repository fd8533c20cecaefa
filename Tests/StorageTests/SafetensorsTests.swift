import Foundation
import TensorCore
import Testing

@testable import Storage

@Suite struct SafetensorsTests {
  private func file(_ header: String, data: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
      + data
  }

  private func bytes(of checkpoint: Checkpoint) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    try checkpoint.write(to: folder.file("c"))
    return try FileBytes.read(folder.file("c"))
  }

  @Test func comesBackAsItWas() throws {
    let folder = try TemporaryFolder()
    var checkpoint = Checkpoint(
      tensors: KnownArrays.all, metadata: ["config": "abc", "quote": "\"\\\n"])
    let weight = Tensor<Float>(shape: [2, 3], scalars: [1, 2, 3, .nan, -0.0, .infinity])
    checkpoint.set("weight", weight)
    checkpoint.set("brain", StoredArray(shape: [2], elements: .bfloat16([0x3f80, 0xc040])))
    try checkpoint.write(to: folder.file("c"))
    let read = try Checkpoint.read(from: folder.file("c"))
    #expect(read.metadata == checkpoint.metadata)
    for (name, array) in checkpoint.tensors where name != "weight" {
      #expect(read.tensors[name] == array, "\(name)")
    }
    let back = try read.tensor("weight", as: Float.self, shape: [2, 3])
    #expect(back.scalars.map(\.bitPattern) == weight.scalars.map(\.bitPattern))
    #expect(try read.tensor("brain", as: Double.self).scalars == [1, -3])
    #expect(try read.tensor("singles", as: Double.self).scalars.prefix(2) == [-3, -2.75])
    #expect(try read.integers("ints").prefix(2) == [-50, -43])
    #expect(try read.text("config") == "abc")
  }

  @Test func equalContentsGiveEqualBytesOnAligned8() throws {
    let checkpoint = Checkpoint(tensors: KnownArrays.all, metadata: ["a": "b", "c": "d"])
    let first = try bytes(of: checkpoint)
    #expect(try bytes(of: checkpoint) == first)
    #expect(first[0] % 8 == 0)
  }

  @Test func saysWhatIsMissingOrOfAnotherKind() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("c")
    try Checkpoint(tensors: ["w": StoredArray([1.5, 2])]).write(to: path)
    let read = try Checkpoint.read(from: path)
    let missing = storageError { _ = try read.tensor("v", as: Float.self) }
    #expect(missing?.path == path && missing?.found == "\"w\"")
    let shape = storageError { _ = try read.tensor("w", as: Float.self, shape: [3]) }
    #expect(shape?.expected == "shape [3]" && shape?.found == "[2]")
    #expect(storageError { _ = try read.integers("w") }?.found == "float64")
    #expect(storageError { _ = try read.text("t") }?.found == "nothing")
    let reserved = storageError {
      try Checkpoint(tensors: ["__metadata__": StoredArray([1.0])]).write(to: path)
    }
    #expect(reserved?.found == "\"__metadata__\"")
  }

  @Test func everyCutIsAnError() throws {
    let whole = try bytes(of: Checkpoint(tensors: KnownArrays.all, metadata: ["a": "b"]))
    for count in 0..<whole.count {
      _ = storageError("cut at \(count)") {
        _ = try Safetensors.decode(Array(whole[..<count]), path: "p")
      }
    }
    _ = storageError { _ = try Safetensors.decode(whole + [0], path: "p") }
  }

  @Test func noFlippedByteCrashes() throws {
    let whole = try bytes(of: Checkpoint(tensors: KnownArrays.all, metadata: ["a": "b"]))
    for position in 0..<whole.count {
      for flip in [UInt8(1), 0x80, 0xff] {
        var bytes = whole
        bytes[position] ^= flip
        do { _ = try Safetensors.decode(bytes, path: "p") } catch {}
      }
    }
  }

  @Test(arguments: [
    (#"[]"#, "'{'"), (#"{"a": 1}"#, "dtype, shape and data_offsets"),
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"x":1}}"#,
      "dtype, shape and data_offsets"
    ),
    (#"{"a":{"dtype":"F8","shape":[4],"data_offsets":[0,4]}}"#, "F64"),
    (#"{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}"#, "a list of counts"),
    (#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,4]}}"#, "3 bytes"),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}"#, "begin ≤ end"),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4.0]}}"#, "begin ≤ end"),
    (
      #"{"a":{"dtype":"U8","shape":[9223372036854775807,2],"data_offsets":[0,4]}}"#,
      "a size that fits 64 bits"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[0,9223372036854775807,4],"data_offsets":[0,0]}}"#,
      "a size that fits 64 bits"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#,
      "a start at 4"
    ),
    (#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#, "a start at 0"),
    (#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#, "3 bytes"),
    (#"{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}"#, "5 bytes"),
    (
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#,
      "each name once"
    ),
    (#"{"__metadata__":{"a":1}}"#, "a string"), (#"{"__metadata__":[]}"#, "an object of strings"),
    (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}} x"#, "the end"),
  ])
  func refusesABrokenHeader(header: String, expected: String) {
    let error = storageError("\(header)") {
      _ = try Safetensors.decode(file(header, data: [1, 2, 3, 4]), path: "p")
    }
    #expect(error?.expected.contains(expected) == true, "\(String(describing: error))")
  }

  @Test func refusesAnAbsurdHeaderLength() {
    let error = storageError {
      _ = try Safetensors.decode([UInt8](repeating: 0xff, count: 64), path: "p")
    }
    #expect(error?.location == "byte 0")
    _ = storageError { _ = try Safetensors.decode([0, 0, 0, 0, 0, 0, 0, 0], path: "p") }
  }

  @Test func anArrayOfAnotherCountEndsTheProgram() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = StoredArray([1.0, 2.0], shape: [3]) }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("StoredArray.init: shape [3] needs 3 elements, got 2"))
  }

  @Test func halvesWidenExactly() {
    for bits in UInt16.min...UInt16.max {
      let (ours, theirs) = (HalfPrecision.float(half: bits), Float(Float16(bitPattern: bits)))
      #expect(ours.isNaN ? theirs.isNaN : ours.bitPattern == theirs.bitPattern)
    }
  }
}
