import Foundation

/// The Secure Hash Algorithm with 256 bits (FIPS 180-4), by which downloaded data is recognised.
public struct SHA256: Sendable {
  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]

  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// A digest of nothing yet.
  public init() {}

  /// The digest of a byte array, as 64 hexadecimal digits.
  public static func hex(of bytes: some Sequence<UInt8>) -> String {
    var digest = SHA256()
    digest.update(Array(bytes))
    return digest.hex()
  }

  /// The digest of a file, read in pieces, as 64 hexadecimal digits.
  ///
  /// - Throws: ``StorageError/unreadable(path:at:expected:found:advice:)``.
  public static func hex(ofFile path: String) throws(StorageError) -> String {
    let file = try Descriptor(reading: path)
    let size = try file.size()
    var digest = SHA256()
    var position = 0
    while position < size {
      let piece = try file.read(at: position, count: min(1 << 20, size - position))
      digest.update(piece)
      position += piece.count
    }
    return digest.hex()
  }

  /// Adds bytes to the message.
  public mutating func update(_ bytes: [UInt8]) {
    byteCount += UInt64(bytes.count)
    var start = 0
    if !pending.isEmpty {
      start = min(64 - pending.count, bytes.count)
      pending += bytes[..<start]
      guard pending.count == 64 else { return }
      let block = pending
      block.withUnsafeBytes { mix($0) }
      pending.removeAll(keepingCapacity: true)
    }
    bytes.withUnsafeBytes { all in
      while start + 64 <= all.count {
        mix(UnsafeRawBufferPointer(rebasing: all[start..<(start + 64)]))
        start += 64
      }
    }
    pending += bytes[start...]
  }

  /// The digest of the message so far, as 64 hexadecimal digits in lower case.
  public func hex() -> String {
    var last = self
    let bitCount = byteCount &* 8
    let zeros = (119 - Int(byteCount % 64)) % 64
    last.update([0x80] + [UInt8](repeating: 0, count: zeros))
    last.update(withUnsafeBytes(of: bitCount.bigEndian) { Array($0) })
    return last.state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word >> count | word << (32 - count)
  }

  /// One block of 64 bytes: the message schedule W, then 64 rounds over a…h (FIPS 180-4, 6.2.2).
  private mutating func mix(_ block: UnsafeRawBufferPointer) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
      for t in 0..<16 {
        w[t] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: 4 * t, as: UInt32.self))
      }
      for t in 16..<64 {
        let s0 = Self.rotated(w[t - 15], 7) ^ Self.rotated(w[t - 15], 18) ^ w[t - 15] >> 3
        let s1 = Self.rotated(w[t - 2], 17) ^ Self.rotated(w[t - 2], 19) ^ w[t - 2] >> 10
        w[t] = w[t - 16] &+ s0 &+ w[t - 7] &+ s1
      }
      var (a, b, c, d) = (state[0], state[1], state[2], state[3])
      var (e, f, g, h) = (state[4], state[5], state[6], state[7])
      Self.constants.withUnsafeBufferPointer { k in
        for t in 0..<64 {
          let sum1 = Self.rotated(e, 6) ^ Self.rotated(e, 11) ^ Self.rotated(e, 25)
          let choice = e & f ^ ~e & g
          let t1 = h &+ sum1 &+ choice &+ k[t] &+ w[t]
          let sum0 = Self.rotated(a, 2) ^ Self.rotated(a, 13) ^ Self.rotated(a, 22)
          let majority = a & b ^ a & c ^ b & c
          (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ sum0 &+ majority)
        }
      }
      for (index, value) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= value }
    }
  }
}
