/// A counter-based random stream: Philox 4×32 with ten rounds (Salmon, Moraes, Dror, Shaw 2011).
///
/// The numbers of a stream are a function of its key and a counter alone. Streams are named, not numbered by order of
/// calls: `random.stream("encoder/weight")`, `random.stream("shuffle", epoch)`. A child depends on the parent's key and the
/// name, never on how much the parent has drawn; so adding a draw changes no other stream.
public struct Philox: RandomNumberGenerator, Sendable, Hashable {
  /// The 64-bit key: it identifies the stream.
  public let key: UInt64
  /// How many 32-bit words have been drawn.
  public internal(set) var position: UInt64

  /// The stream of a seed.
  public init(seed: UInt64) { self.init(key: seed, position: 0) }

  /// The stream with this key, from a position on: what a checkpoint stores.
  public init(key: UInt64, position: UInt64) {
    self.key = key
    self.position = position
  }

  /// The child stream of a name and indices.
  public func stream(_ name: String, _ indices: Int...) -> Philox {
    // FNV-1a over the name and the indices, then one Philox block keyed with the parent, which mixes it.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func absorb(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    for byte in name.utf8 { absorb(byte) }
    for index in indices {
      absorb(0xff)
      for shift in 0..<8 { absorb(UInt8(truncatingIfNeeded: index >> (8 * shift))) }
    }
    let block = Philox.block(
      counter: (UInt32(truncatingIfNeeded: hash), UInt32(truncatingIfNeeded: hash >> 32), 1, 0),
      key: key)
    return Philox(key: UInt64(block.0) | UInt64(block.1) << 32, position: 0)
  }

  /// The next 32 random bits.
  public mutating func nextWord() -> UInt32 {
    let b = Philox.block(index: position >> 2, key: key)
    defer { position += 1 }
    switch position & 3 {
    case 0: return b.0
    case 1: return b.1
    case 2: return b.2
    default: return b.3
    }
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    if position & 1 == 0 {
      // Both words lie in one block.
      let b = Philox.block(index: position >> 2, key: key)
      defer { position += 2 }
      return position & 2 == 0
        ? UInt64(b.0) | UInt64(b.1) << 32 : UInt64(b.2) | UInt64(b.3) << 32
    }
    let low = nextWord()
    return UInt64(low) | UInt64(nextWord()) << 32
  }

  /// Block `index` of the stream with this key.
  @inline(__always)
  static func block(index: UInt64, key: UInt64) -> (UInt32, UInt32, UInt32, UInt32) {
    block(
      counter: (UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32), 0, 0),
      key: key)
  }

  /// Ten rounds of Philox 4×32 on a counter, with a key given low word first.
  @inline(__always)
  public static func block(counter: (UInt32, UInt32, UInt32, UInt32), key: UInt64)
    -> (UInt32, UInt32, UInt32, UInt32)
  {
    var (c0, c1, c2, c3) = counter
    var k0 = UInt32(truncatingIfNeeded: key)
    var k1 = UInt32(truncatingIfNeeded: key >> 32)
    for _ in 0..<10 {
      let p0 = UInt64(0xD251_1F53) &* UInt64(c0)
      let p1 = UInt64(0xCD9E_8D57) &* UInt64(c2)
      (c0, c1, c2, c3) = (
        UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: p1),
        UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: p0)
      )
      k0 = k0 &+ 0x9E37_79B9
      k1 = k1 &+ 0xBB67_AE85
    }
    return (c0, c1, c2, c3)
  }
}
