import Foundation
import Storage
import Testing
import Trials

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
