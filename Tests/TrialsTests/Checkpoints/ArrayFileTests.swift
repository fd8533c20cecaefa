import Foundation
import Storage
import Testing

@testable import Trials

@Suite struct ArrayFileTests {
  private let contents = Checkpoint(
    tensors: [
      "weight": StoredArray([1.5, -2, 3, 4, 5, 6.25], shape: [2, 3]),
      "layer/bias": StoredArray([Float(0.1), -0.2]), "counter": StoredArray([7]),
    ], metadata: ["note": "text"])

  @Test func convertsBetweenFormats() throws {
    try withTemporaryFolder { folder in
      let source = folder + "/a.safetensors"
      try ArrayFile.write(contents, to: source)
      for ending in ["npz", "hdf5", "h5", "safetensors"] {
        let path = "\(folder)/b.\(ending)"
        let lost = try ArrayFile.write(ArrayFile.read(source), to: path)
        let again = try ArrayFile.read(path)
        #expect(again.tensors == contents.tensors, "\(ending)")
        #expect(lost.isEmpty == (ending != "npz"))
        #expect(again.metadata == (ending == "npz" ? [:] : contents.metadata))
        #expect(CheckpointDifference(contents, again).isEqual)
      }
    }
  }

  @Test func readsAndWritesSingleArrays() throws {
    try withTemporaryFolder { folder in
      let (npy, npz) = (folder + "/a.npy", folder + "/a.npz")
      let array = StoredArray([1.5, 2], shape: [2])
      try NPY.write(array, to: npy)
      #expect(try ArrayFile.read(npy).tensors == ["arr_0": array])
      try ArrayFile.write(ArrayFile.read(npy), to: npz)
      #expect(try NPZ.read(from: npz) == ["arr_0": array])
      // And back, with the name that a single array cannot keep.
      let named = Checkpoint(tensors: ["w": array], metadata: ["a": "b"])
      let lost = try ArrayFile.write(named, to: npy)
      #expect(lost.contains("\"w\"") && lost.contains("1 text entries; they were left out: a"))
      #expect(throws: UsageError.self) { try ArrayFile.write(contents, to: npy) }
      #expect(try ArrayFile.read(npy).tensors == ["arr_0": array])
    }
  }

  /// The bytes tell what a file is whose ending does not.
  @Test func readsFilesWithOtherEndings() throws {
    try withTemporaryFolder { folder in
      for ending in ["safetensors", "npz", "h5"] {
        try ArrayFile.write(contents, to: "\(folder)/a.\(ending)")
        try FileManager.default.moveItem(
          atPath: "\(folder)/a.\(ending)", toPath: "\(folder)/a.dat")
        #expect(try ArrayFile.read(folder + "/a.dat").tensors == contents.tensors, "\(ending)")
        try FileManager.default.removeItem(atPath: folder + "/a.dat")
      }
      // An ending that is wrong is named with the right one.
      try ArrayFile.write(contents, to: folder + "/a.npz")
      try FileManager.default.moveItem(atPath: folder + "/a.npz", toPath: folder + "/b.h5")
      #expect { try ArrayFile.read(folder + "/b.h5") } throws: {
        "\($0)".contains(
          "found an archive of NumPy arrays (.npz); give it a name that ends in .npz")
      }
    }
  }

  @Test(
    arguments: [
      (
        "m.pt", [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19],
        "a PyTorch file", "save_file"
      ),
      ("m.mat", Array("MATLAB 5.0 MAT-file, Platform".utf8), "a MATLAB file", "-v7.3"),
      (
        "m.ckpt", Array("version https://git-lfs.github.com/spec/v1\n".utf8), "Git LFS",
        "git lfs pull"
      ),
      (
        "m.onnx", [8, 7, 0x12, 7] + Array("pytorch".utf8) + [0x1a, 0], "an ONNX model", "onnx.load"
      ),
    ] as [(String, [UInt8], String, String)])
  func filesOfOtherProgramsAreNamed(
    _ name: String, _ bytes: [UInt8], _ found: String, _ advice: String
  )
    throws
  {
    try withTemporaryFolder { folder in
      try AtomicFile.write(bytes, to: "\(folder)/\(name)")
      #expect { try ArrayFile.read("\(folder)/\(name)") } throws: {
        "\($0)".contains(found) && "\($0)".contains(advice) && !"\($0)".contains("\n")
          && ExitStatus.code(for: $0) == 2
      }
    }
  }

  @Test func attributesThatAreNoTextBecomeTexts() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.h5"
      try HDF5File.write(to: path) { (file) throws(StorageError) in
        try file.write(StoredArray([1.0]), at: "w")
        try file.setAttribute("n", .array(StoredArray([3], shape: [])))
        try file.setAttribute("m", .array(StoredArray([1.5, 2, 3, 4], shape: [2, 2])))
        try file.setAttribute("names", .texts(["a", "b"]))
        try file.setAttribute("text", .text("t"))
        try file.setAttribute("units", .text("m"), of: "w")
      }
      let contents = try ArrayFile.contents(of: path)
      let notes = try ArrayFile.write(contents, to: folder + "/a.safetensors")
      #expect(
        try ArrayFile.read(folder + "/a.safetensors").metadata
          == ["n": "3", "m": "[[1.5, 2.0], [3.0, 4.0]]", "names": "[\"a\", \"b\"]", "text": "t"])
      #expect(notes.contains { $0.contains("written as JSON texts: m, n, names") }, "\(notes)")
      #expect(notes.contains { $0.contains("w@units") }, "\(notes)")
      let npz = try ArrayFile.write(contents, to: folder + "/a.npz")
      #expect(
        npz.contains { $0.contains("the 4 text entries; they were left out: m, n, names, text") })
      // HDF5 keeps them as they are.
      _ = try ArrayFile.write(contents, to: folder + "/b.h5")
      #expect(
        try HDF5File(reading: folder + "/b.h5").attribute("n")
          == .array(StoredArray([3], shape: [])))
    }
  }

  @Test func numbersThatNumPyLacksAreWidened() throws {
    try withTemporaryFolder { folder in
      let brain = Checkpoint(tensors: ["b": StoredArray(shape: [1], elements: .bfloat16([0x3fc0]))])
      let lost = try ArrayFile.write(brain, to: folder + "/a.npz")
      #expect(lost.contains("widened to float32: b"))
      #expect(try ArrayFile.read(folder + "/a.npz").tensors == ["b": StoredArray([Float(1.5)])])
    }
  }

  @Test func arraysThatCannotBeReadAreListedAndNeverEqual() throws {
    let reason = StorageError.unsupported(
      path: "f", at: "x", expected: "numbers", found: "pickled Python objects", advice: "leave it")
    var whole = ArrayContents(contents)
    whole.leftOut = [LeftOutArray("metadata", reason)]
    let text = CheckpointListing.inspect(whole)
    #expect(text.contains("3 arrays, 9 numbers") && text.contains("left out: 1"))
    #expect(text.contains("metadata: pickled Python objects; leave it"))
    #expect(
      CheckpointListing.inspection(whole)["leftOut"] == [
        ["name": "metadata", "reason": "pickled Python objects; leave it"]
      ])
    let difference = CheckpointDifference(whole, whole)
    #expect(
      !difference.isEqual && difference.text.contains("4 arrays, 0 different, 1 not compared"))
    #expect(CheckpointDifference(ArrayContents(contents), ArrayContents(contents)).isEqual)
    try withTemporaryFolder { folder in
      let notes = try ArrayFile.write(whole, to: folder + "/a.npz")
      #expect(notes.contains { $0.contains("array \"metadata\" is left out: pickled") })
      // A damaged array is no loss to note: nothing is written.
      whole.leftOut = [
        LeftOutArray("x", .malformed(path: "f", at: "x", expected: "CRC-32", found: "another"))
      ]
      #expect(throws: StorageError.self) { try ArrayFile.write(whole, to: folder + "/b.npz") }
      #expect(!FileManager.default.fileExists(atPath: folder + "/b.npz"))
    }
  }

  /// A number that is none shows wherever it stands.
  @Test func rangesSayNotANumber() {
    for values in [[Double.nan, 1], [1, .nan], [3, .nan, -4]] {
      let rows = CheckpointListing.inspection(Checkpoint(tensors: ["x": StoredArray(values)]))[
        "arrays"]
      guard case .array(let arrays)? = rows, case .number(let least)? = arrays[0]["min"] else {
        Issue.record("no minimum")
        return
      }
      #expect(least.isNaN)
    }
  }

  @Test func namesFormatsItKnows() {
    #expect { try ArrayFile.read("a.pt") } throws: {
      "\($0)".contains("a.pt: expected a name that ends in .safetensors, .npz, .hdf5, .h5")
        && ExitStatus.code(for: $0) == 2
    }
  }

  @Test func findsDifferences() {
    var other = contents
    other.set("weight", StoredArray([1.5, -2, 3, 4, 5, 6.5], shape: [2, 3]))
    other.set("layer/bias", StoredArray([Float(0.1)]))
    other.tensors["counter"] = nil
    other.set("new", StoredArray([1.0]))
    let difference = CheckpointDifference(contents, other)
    #expect(!difference.isEqual)
    let rows = Dictionary(uniqueKeysWithValues: difference.rows.map { ($0.name, $0) })
    #expect(rows["weight"]?.absolute == 0.25)
    #expect(rows["weight"]?.relative == 0.25 / 6.5)
    #expect(rows["layer/bias"]?.verdict == "[2] and [1]")
    #expect(rows["counter"]?.verdict == "only in first")
    #expect(rows["new"]?.verdict == "only in second")
  }

  @Test func treatsNotANumberAsWhatItIs() {
    let a = Checkpoint(tensors: ["x": StoredArray([Double.nan, 1])])
    let b = Checkpoint(tensors: ["x": StoredArray([0.0, 1])])
    #expect(CheckpointDifference(a, a).isEqual)
    #expect(CheckpointDifference(a, b).rows[0].absolute == .infinity)
    #expect(!CheckpointDifference(a, b).isEqual)
  }

  @Test func inspects() {
    let text = CheckpointListing.inspect(contents)
    #expect(text.contains("3 arrays, 9 numbers"))
    #expect(text.contains("float64  [2, 3]"))
    #expect(text.contains("note: text"))
    let arrays = CheckpointListing.inspection(contents)["arrays"]
    guard case .array(let rows)? = arrays else {
      Issue.record("no arrays")
      return
    }
    #expect(rows[2]["name"] == "weight" && rows[2]["max"] == 6.25)
  }
}
