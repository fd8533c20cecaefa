import Foundation
import Testing

@testable import Storage

/// Files made by others and of a size that matters.
@Suite(.enabled(if: SharedData.folder != nil, SharedData.reason))
struct SharedFilesTests {
  private var folder: String { SharedData.folder ?? "" }

  @Test func theSubsetOfDSpritesIsReadWithoutItsPickledMember() throws {
    let file = try NPZ(reading: folder + "/dsprites/dsprites_subset.npz")
    #expect(file.names.contains("metadata"))
    let classes = try file.array("latents_classes")
    #expect(classes.shape == [20_000, 5] && classes.elementType == .int64)
    #expect(storageError { _ = try file.array("metadata") }?.found.contains("pickled") == true)
  }

  @Test func labelsOfMNISTAreUnpackedAndDigested() throws {
    let path = folder + "/mnist/t10k-labels-idx1-ubyte.gz"
    #expect(
      try SHA256.hex(ofFile: path)
        == "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6")
    let bytes = try Gzip.read(from: path)
    #expect(bytes.count == 10_008)
    #expect(Array(bytes[8..<12]) == [7, 2, 1, 0])
  }

  /// The goldens lie beside the data.
  @Test(
    .enabled(
      if: FileManager.default.fileExists(
        atPath: (SharedData.folder ?? "") + "/../golden/space_g4_k3_b2.h5")))
  func everyDataSetOfAGoldenFileIsRead() throws {
    let file = try HDF5File(reading: folder + "/../golden/space_g4_k3_b2.h5")
    let names = try file.datasetNames()
    #expect(names.count > 10)
    for name in names {
      let array = try file.array(name)
      #expect(try array.shape == file.describe(name).shape, "\(name)")
    }
    #expect(try file.attribute("config") == .text("3d_room_small"))
    #expect(try file.attribute("compact") == .array(StoredArray([true], shape: [])))
  }
}
