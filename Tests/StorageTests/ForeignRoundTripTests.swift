import Foundation
import TensorCore
import Testing

@testable import Storage

@Suite(.enabled(if: ForeignReader.isAvailable, ForeignReader.reason))
struct ForeignRoundTripTests {
  @Test func theReferenceReadersReadOurFiles() throws {
    let folder = try TemporaryFolder()
    try NPZ.write(KnownArrays.all, to: folder.file("stored.npz"), compressed: false)
    try NPZ.write(KnownArrays.all, to: folder.file("deflated.npz"))
    try NPY.write(try #require(KnownArrays.all["doubles"]), to: folder.file("doubles.npy"))
    try Checkpoint(tensors: KnownArrays.all, metadata: ["origin": "Zürich \"quoted\"\n"])
      .write(to: folder.file("arrays.safetensors"))
    try HDF5Tests.write(to: folder.file("arrays.h5"))
    let result = ForeignReader.formats("check", folder.path)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func weReadTheFilesOfTheReferenceWriters() throws {
    let folder = try TemporaryFolder()
    let result = ForeignReader.formats("make", folder.path)
    try #require(result.status == 0, "\(result.output)")
    let known = KnownArrays.all

    #expect(try NPZ.read(from: folder.file("stored.npz")) == known)
    #expect(try NPZ.read(from: folder.file("deflated.npz")) == known)
    let pickled = try NPZ(reading: folder.file("pickled.npz"))
    #expect(pickled.names == ["bad", "good"])
    #expect(try pickled.array("good") == known["ints"])
    #expect(
      storageError { _ = try pickled.array("bad") }?.found == "'|O' (pickled Python objects)")
    #expect(try NPY.read(from: folder.file("fortran.npy")) == known["doubles"])
    #expect(try NPY.read(from: folder.file("big_endian.npy")) == known["doubles"])
    #expect(try NPY.read(from: folder.file("big_fortran.npy")) == known["ints"])
    let structured = storageError { _ = try NPY.read(from: folder.file("structured.npy")) }
    guard case .unsupported = structured else {
      Issue.record("got \(String(describing: structured))")
      return
    }

    let checkpoint = try Checkpoint.read(from: folder.file("arrays.safetensors"))
    #expect(checkpoint.tensors == known)
    #expect(checkpoint.metadata == ["origin": "Zürich \"quoted\"\n"])
  }

  /// One object that cannot be used spoils no other, and each says why.
  @Test func objectsThatCannotBeUsedAreNamed() throws {
    let folder = try TemporaryFolder()
    let result = ForeignReader.formats("make-odd", folder.path)
    try #require(result.status == 0, "\(result.output)")
    let file = try HDF5File(reading: folder.file("odd.h5"))
    let (arrays, leftOut) = try file.contents()
    #expect(arrays["good"] == StoredArray([0.0, 1, 2]) && arrays["again"] == arrays["good"])
    #expect(arrays["mirror"] == arrays["good"])
    #expect(arrays["group/inner"] == StoredArray(shape: [2], elements: .int16([0, 1])))
    #expect(arrays["levels"]?.integers == [0, 5])
    // Two values that are not called false and true are numbers.
    #expect(arrays["two"] == StoredArray(shape: [2], elements: .int8([0, 1])))
    let words = Dictionary(uniqueKeysWithValues: leftOut.map { ($0.name, $0.words) })
    for (name, word) in [
      ("lzf", "compressed with LZF, which this build of HDF5 lacks"),
      ("records", "a data set of its own: a, b"), ("complex", "complex numbers"),
      ("words", "strings"),
      ("long", "of 16 bytes"), ("nothing", "a null data space"), ("opaque", "opaque bytes"),
      ("type", "a named type"), ("lists", "varying length"), ("references", "references"),
      ("gone", "a soft link to \"/nowhere\""),
      ("outside", "a link to another file, \"gone.h5:/x\""),
      ("group/loop", "another name of the group \"group\""), ("virtual", "no \"x\" in gone.h5"),
    ] {
      #expect(words[name]?.contains(word) == true, "\(name): \(words[name] ?? "read")")
    }
    #expect(arrays.count == 6 && leftOut.count == 14, "\(arrays.keys) \(words)")
    #expect(leftOut.allSatisfy { $0.isSound }, "\(leftOut)")
    #expect(storageError { _ = try file.array("lzf") }?.advice.contains("gzip") == true)
    #expect(try file.innerAttributes() == ["group@units"])
    // Wherever a link is on the way.
    #expect(storageError { _ = try file.array("gone/deeper") }?.found.contains("soft link") == true)
    let open = storageError { _ = try HDF5File(reading: folder.file("open.h5")) }
    #expect(open?.advice.contains("h5clear") == true, "\(String(describing: open))")
  }

  @Test func weReadTheHDF5FilesOfH5py() throws {
    let folder = try TemporaryFolder()
    let result = ForeignReader.formats("make", folder.path)
    try #require(result.status == 0, "\(result.output)")
    let file = try HDF5File(reading: folder.file("arrays.h5"))
    for (name, array) in KnownArrays.all {
      #expect(try file.array("group/inner/\(name)") == array, "\(name)")
    }
    #expect(try file.array("chunked") == HDF5Tests.chunked)
    #expect(try file.describe("chunked").chunk == [16, 4])
    #expect(try file.rows(15..<17, of: "chunked").values(as: Float.self).first == 105)
    #expect(try file.array("swapped") == KnownArrays.all["doubles"])
    #expect(try file.array("shorts").integers == [-3, 300])
    #expect(try file.array("unsigned").integers == [0, 4_000_000_000])
    #expect(try file.strings("words") == ["αβγ", "", "three"])
    #expect(try file.strings("fixed") == ["one", "three"])
    #expect(storageError { _ = try file.array("records") }?.found == "compound records")
    #expect(try file.attribute("title") == .text("Größe"))
    #expect(try file.attribute("tags") == .texts(["a", "bc"]))
    #expect(try file.attribute("count", of: "group") == .array(StoredArray([-7], shape: [])))
    #expect(try file.attribute("scale", of: "chunked") == .array(StoredArray([0.5, 2.0])))
    #expect(try file.attribute("flag", of: "chunked") == .array(StoredArray([true], shape: [])))
    let tensor: Tensor<Double> = try file.array("group/inner/halves").tensor()
    #expect(tensor.shape == [24] && tensor[1] == -0.875)
  }
}
