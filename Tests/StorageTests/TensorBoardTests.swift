import Foundation
import Testing

@testable import Storage

@Suite struct TensorBoardTests {
  /// A PNG file of three by two pixels with the colours (20 i, 20 i + 1, 20 i + 2), as zlib and the specification have it.
  static let picture = [UInt8](
    Data(
      base64Encoded: "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAHElEQVR4nGNgYGQSERXT0NRisLG1"
        + "CwgMSklNAwAWiAOXLwMy8wAAAABJRU5ErkJggg==")!)

  /// Vectors of RFC 3720, B.4, and the usual check string.
  @Test func checksumsAreThePublishedOnes() {
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
    #expect(CRC32C.checksum([UInt8](repeating: 0xff, count: 32)) == 0x62a8_ab43)
    #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46dd_794e)
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xe306_9283)
  }

  @Test(.enabled(if: ForeignReader.isAvailable, ForeignReader.reason))
  func tensorBoardReadsARunThatResumed() throws {
    let folder = try TemporaryFolder()
    var noted = 0
    do {
      let writer = try TensorBoardWriter(folder: folder.path)
      try writer.scalar("loss/total", 2, step: 0, time: 100.5)
      try writer.synchronize()
      noted = writer.length
      try writer.scalar("loss/total", 99, step: 1, time: 101)
    }
    let writer = try TensorBoardWriter(folder: folder.path, truncatedTo: noted)
    try writer.scalar("loss/total", 1, step: 1, time: 101.5)
    try writer.scalars([("loss/total", 0.5), ("rate", 0.1)], step: 300, time: 102.5)
    try writer.image("pictures/scene", png: Self.picture, step: 7, time: 104.5)
    try writer.text("note", "**bold** Größe", step: 3)
    #expect(folder.names.count == 1)
    let result = ForeignReader.formats("check-events", folder.path)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func readsTheBeginningOfAPicture() throws {
    let header = try PNGHeader(Self.picture, path: "a.png")
    #expect((header.width, header.height, header.channels) == (3, 2, 3))
    #expect(try PNGHeader(Array(Self.picture[..<26]), path: "a.png") == header)
    for bad in [
      [], Array(Self.picture[..<25]), [0] + Self.picture, Array("no picture at all, but text".utf8),
    ] {
      let error = storageError { _ = try PNGHeader(bad, path: "a.png") }
      #expect(error?.expected == "the bytes of a PNG file" && error?.path == "a.png")
    }
  }

  @Test func refusesWhatIsNoPicture() throws {
    let folder = try TemporaryFolder()
    let writer = try TensorBoardWriter(folder: folder.path)
    let length = writer.length
    let error = storageError { try writer.image("scene", png: [1, 2, 3], step: 0) }
    #expect(error?.location == "image `scene`")
    #expect(error?.found == "3 bytes that begin with [1, 2, 3]")
    #expect(writer.length == length)
  }

  @Test func anUnwritableFolderIsAnError() throws {
    let folder = try TemporaryFolder()
    let error = storageError { _ = try TensorBoardWriter(folder: folder.file("none")) }
    #expect(error?.found == "No such file or directory")
  }
}
