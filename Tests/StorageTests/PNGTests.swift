import Foundation
import Testing

@testable import Storage

@Suite struct PNGTests {
  /// The picture that `formats.py` knows by the same rule.
  static func known(_ channels: Int, height: Int = 5, width: Int = 7) -> Image {
    let bytes = (0..<(height * width * channels)).map { UInt8(($0 * 37 + 11) % 256) }
    return Image(height: height, width: width, channels: channels, bytes: bytes)
  }

  @Test(arguments: 1...4) func comesBackAsItWas(_ channels: Int) throws {
    let folder = try TemporaryFolder()
    for (height, width) in [(1, 1), (5, 7), (64, 33), (3, 300)] {
      let image = Self.known(channels, height: height, width: width)
      try PNG.write(image, to: folder.file("a.png"))
      #expect(try PNG.read(from: folder.file("a.png")) == image)
    }
    #expect(folder.names == ["a.png"])
  }

  @Test func everyCutIsAnErrorThatNamesTheFile() throws {
    let file = PNG.encode(Self.known(3, height: 20, width: 31))
    // The last chunk, of 12 bytes, says only that there is no more.
    for count in 0..<(file.count - 12) {
      let error = storageError("cut at \(count)") {
        _ = try PNG.decode(Array(file[..<count]), path: "folder/cut.png")
      }
      #expect(error?.path == "folder/cut.png")
      if case .truncated = error { continue }
      Issue.record("cut at \(count): \(String(describing: error))")
    }
  }

  @Test func everyDamagedByteOfThePictureIsAnError() throws {
    let file = PNG.encode(Self.known(3, height: 20, width: 31))
    let start = try #require(file.firstRange(of: Array("IDAT".utf8))).lowerBound
    for position in Array(0..<33) + Array(start..<(file.count - 12)) {
      var bytes = file
      bytes[position] ^= 0x5a
      let error = storageError("byte \(position)") { _ = try PNG.decode(bytes, path: "a.png") }
      #expect(error?.path == "a.png")
    }
  }

  @Test func saysWhatAFileIsThatIsNoPNG() throws {
    let cases: [([UInt8], String)] = [
      ([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0], "a JPEG file"),
      (Array("<!DOCTYPE html>".utf8), "a web page (HTML)"),
      (Array("abcdefghij".utf8), "a text that begins with \"abcdefghij\""),
      ([3, 0, 0xfe, 7, 1, 2, 3, 4, 5], "a file that begins with 03 00 fe 07 01 02 03 04"),
    ]
    for (bytes, kind) in cases {
      let error = storageError { _ = try PNG.decode(bytes, path: "x.png") }
      #expect(error?.found == kind)
    }
    let empty = storageError { _ = try PNG.decode([], path: "x.png") }
    #expect(empty?.found == "0" && empty?.location == "PNG, signature")
    let folder = try TemporaryFolder()
    #expect(
      storageError { _ = try PNG.read(from: folder.file("none.png")) }?.location == "open")
    #expect(
      storageError { try PNG.write(Self.known(1), to: folder.file("none/a.png")) } != nil)
  }

  /// Room for a chunk is made, and filled, before its bytes are looked for.
  @Test(arguments: ["tEXt", "iCCP", "eXIf", "IDAT"])
  func aChunkBeyondTheFileIsRefused(_ name: String) throws {
    let bytes = PNG.encode(Self.known(3))
    let long = bytes[..<33] + [0x7f, 0xff, 0xff, 0xf0] + Array(name.utf8) + bytes[33...]
    let error = storageError { _ = try PNG.decode(Array(long), path: "long.png") }
    guard case .truncated = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.location.contains("chunk \"\(name)\"") == true)
    #expect(error?.expected == "2147483632 bytes")
  }

  /// A header may promise any size.
  @Test func aPictureOfAbsurdSizeIsRefused() throws {
    var bytes = PNG.encode(Self.known(3))
    for i in [17, 21] { bytes[i] = 0x0f }
    let body = Array(bytes[12..<29])
    let check = CRC32.value(of: body)
    for i in 0..<4 { bytes[29 + i] = UInt8(truncatingIfNeeded: check >> UInt32(8 * (3 - i))) }
    let error = storageError { _ = try PNG.decode(bytes, path: "big.png") }
    #expect(error?.path == "big.png")
    guard case .unsupported = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}

/// The check value of PNG's chunks.
enum CRC32 {
  static func value(of bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
    return ~crc
  }
}

@Suite(.enabled(if: ForeignReader.isAvailable, ForeignReader.reason))
struct PNGForeignTests {
  @Test func pillowReadsOurFiles() throws {
    let folder = try TemporaryFolder()
    for channels in 1...4 {
      try PNG.write(PNGTests.known(channels), to: folder.file("\(channels).png"))
    }
    let result = ForeignReader.formats("check-png", folder.path)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func weReadEveryKindOfFile() throws {
    let folder = try TemporaryFolder()
    let result = ForeignReader.formats("make-png", folder.path)
    try #require(result.status == 0, "\(result.output)")
    func read(_ name: String) throws -> Image { try PNG.read(from: folder.file("\(name).png")) }
    for channels in 1...4 { #expect(try read("\(channels)") == PNGTests.known(channels)) }
    // One bit a sample, every third pixel white.
    let bits = (0..<35).map { UInt8($0 % 3 == 0 ? 255 : 0) }
    #expect(try read("bits") == Image(height: 5, width: 7, channels: 1, bytes: bits))
    // Palettes of 40 colours, without and with a transparent one.
    let places = (0..<35).map { ($0 * 3) % 40 }
    let colours = places.flatMap { place -> [UInt8] in
      [UInt8(place * 5), UInt8(255 - place), UInt8(place)]
    }
    #expect(try read("palette") == Image(height: 5, width: 7, channels: 3, bytes: colours))
    let clear = places.flatMap { place -> [UInt8] in
      [UInt8(place * 5), UInt8(255 - place), UInt8(place), place == 6 ? 0 : 255]
    }
    #expect(try read("clear") == Image(height: 5, width: 7, channels: 4, bytes: clear))
    #expect(try read("interlaced") == PNGTests.known(3))
    // 16 bits per sample: the nearest of 8.
    for (name, channels) in [("deep-grey", 1), ("deep", 3)] {
      let samples = (0..<(35 * channels)).map { ($0 * 1871 + 17) % 65536 }
      let nearest = samples.map { UInt8((Double($0) / 257).rounded()) }
      let found = try read(name)
      #expect(found.channels == channels)
      #expect(found.bytes == nearest, "\(name)")
    }
  }
}
