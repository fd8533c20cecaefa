import Testing

@testable import Storage

@Suite struct IDXTests {
  /// Two images of 2 x 3.
  static let file: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + (1...12)

  @Test func anArrayOfBytesIsReadPlainAndCompressed() throws {
    let folder = try TemporaryFolder()
    let expected = StoredArray([UInt8](1...12), shape: [2, 2, 3])
    #expect(try IDX.decode(Self.file, path: "a") == expected)
    for (name, bytes) in [("plain", Self.file), ("packed", Gzip.deflate(Self.file))] {
      try AtomicFile.write(bytes, to: folder.file(name))
      #expect(try IDX.read(from: folder.file(name)) == expected)
    }
  }

  @Test func everyCutIsAnErrorThatNamesTheFile() {
    for count in 0..<Self.file.count {
      let error = storageError("cut at \(count)") {
        _ = try IDX.decode(Array(Self.file[..<count]), path: "folder/cut")
      }
      guard case .truncated(path: "folder/cut", _, _, _, _) = error else {
        Issue.record("cut at \(count): \(String(describing: error))")
        continue
      }
    }
  }

  @Test(arguments: [
    (0, UInt8(1), "00 00, a type"), (3, 0, "a number of extents"), (2, 9, "found type 9"),
    (7, 3, "expected 18 bytes, found 12"), (7, 1, "expected 6 bytes, found 12"),
    (4, 255, "found 12"),
  ])
  func aWrongHeaderSaysWhatWasExpected(_ place: Int, _ byte: UInt8, _ text: String) {
    var bytes = Self.file
    bytes[place] = byte
    let error = storageError("\(place)") { _ = try IDX.decode(bytes, path: "folder/wrong") }
    #expect(error?.description.contains(text) == true, "\(String(describing: error))")
    #expect(error?.path == "folder/wrong")
  }

  @Test func hugeExtentsDoNotOverflow() {
    let bytes: [UInt8] = [0, 0, 8, 3] + Array(repeating: 255, count: 12)
    let error = storageError("huge") { _ = try IDX.decode(bytes, path: "huge") }
    #expect(error?.description.contains("truncated") == true)
  }

  @Test func damagedCompressionIsAnError() throws {
    let folder = try TemporaryFolder()
    var bytes = Gzip.deflate(Self.file)
    bytes[bytes.count - 6] ^= 0xff
    try AtomicFile.write(bytes, to: folder.file("damaged.gz"))
    let error = storageError("damaged") { _ = try IDX.read(from: folder.file("damaged.gz")) }
    #expect(error?.description.contains("damaged.gz: malformed: gzip") == true)
  }
}
