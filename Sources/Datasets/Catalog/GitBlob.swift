/// The id that Git gives a file's contents: SHA-1 of `blob <bytes>\0` and the contents.
///
/// For files of which nothing but this id is known. SHA-1 no longer withstands forgery; it recognises an honest copy.
enum GitBlob {
  /// The id as 40 hexadecimal digits in lower case.
  static func id(of bytes: [UInt8]) -> String {
    sha1(Array("blob \(bytes.count)\0".utf8) + bytes)
  }

  /// SHA-1 (FIPS 180-4, 6.1.2) as 40 hexadecimal digits.
  static func sha1(_ message: [UInt8]) -> String {
    var padded = message + [0x80]
    padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
    padded += withUnsafeBytes(of: (UInt64(message.count) * 8).bigEndian) { Array($0) }
    var h: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
    var w = [UInt32](repeating: 0, count: 80)
    padded.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: 64) {
        for t in 0..<16 {
          w[t] = UInt32(
            bigEndian: bytes.loadUnaligned(fromByteOffset: start + 4 * t, as: UInt32.self))
        }
        for t in 16..<80 { w[t] = rotated(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1) }
        var (a, b, c, d, e) = (h[0], h[1], h[2], h[3], h[4])
        for t in 0..<80 {
          let (f, k): (UInt32, UInt32) =
            switch t {
            case 0..<20: (b & c | ~b & d, 0x5a82_7999)
            case 20..<40: (b ^ c ^ d, 0x6ed9_eba1)
            case 40..<60: (b & c | b & d | c & d, 0x8f1b_bcdc)
            default: (b ^ c ^ d, 0xca62_c1d6)
            }
          let next = rotated(a, 5) &+ f &+ e &+ k &+ w[t]
          (e, d, c, b, a) = (d, c, rotated(b, 30), a, next)
        }
        h[0] &+= a
        h[1] &+= b
        h[2] &+= c
        h[3] &+= d
        h[4] &+= e
      }
    }
    return h.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word << count | word >> (32 - count)
  }
}
