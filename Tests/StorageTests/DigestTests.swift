import Foundation
import Testing

@testable import Storage

@Suite struct DigestTests {
  /// The examples of FIPS 180-4 as published by NIST.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func publishedVectors(text: String, digest: String) {
    #expect(SHA256.hex(of: text.utf8) == digest)
  }

  @Test func aMillionTimesA() {
    var digest = SHA256()
    for _ in 0..<1000 { digest.update([UInt8](repeating: 0x61, count: 1000)) }
    #expect(
      digest.hex() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func piecesOfAnySizeGiveOneDigest() {
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let whole = SHA256.hex(of: bytes)
    for size in 1...130 {
      var digest = SHA256()
      for start in stride(from: 0, to: bytes.count, by: size) {
        digest.update(Array(bytes[start..<min(start + size, bytes.count)]))
      }
      #expect(digest.hex() == whole, "\(size)")
    }
  }

  @Test func filesAreDigested() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write("abc", to: folder.file("a"))
    #expect(try SHA256.hex(ofFile: folder.file("a")).hasPrefix("ba7816bf"))
    #expect(storageError { _ = try SHA256.hex(ofFile: folder.file("b")) }?.location == "open")
  }

  /// `printf 'hello hello hello\n' | gzip -n` of GNU gzip.
  static let hello: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57,
    0xc8, 0x40, 0x90, 0x5c, 0x00, 0x3b, 0x7c, 0x8a, 0xdf, 0x12, 0x00, 0x00, 0x00,
  ]

  @Test func gzipIsRead() throws {
    let text = Array("hello hello hello\n".utf8)
    #expect(try Gzip.inflate(Self.hello, path: "p") == text)
    #expect(try Gzip.inflate(Self.hello + Self.hello, path: "p") == text + text)
    let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
    #expect(try Gzip.inflate(Gzip.deflate(large), path: "p") == large)
    #expect(try Gzip.inflate(Gzip.deflate([]), path: "p") == [])
  }

  @Test func cutOrChangedGzipIsAnError() {
    for count in 0..<Self.hello.count {
      let error = storageError("cut at \(count)") {
        _ = try Gzip.inflate(Array(Self.hello[..<count]), path: "p")
      }
      guard case .truncated = error else {
        Issue.record("cut at \(count): \(String(describing: error))")
        continue
      }
    }
    for position in [0, 1, 2, 12, 21, 25] {
      var bytes = Self.hello
      bytes[position] ^= 0x55
      _ = storageError("flip at \(position)") { _ = try Gzip.inflate(bytes, path: "p") }
    }
    _ = storageError { _ = try Gzip.inflate(Self.hello + [1, 2, 3], path: "p") }
  }
}
