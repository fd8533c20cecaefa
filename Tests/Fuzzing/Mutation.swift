import TensorCore

/// Changes files as a fuzzer does, from a random stream, so that an input can be made again from its number.
public struct Mutation {
  private let words: [[UInt8]]
  private let longest: Int

  /// Mutations for a reader.
  public init(for reader: FuzzReader) {
    words = reader.words.map { Array($0.utf8) }
    longest = reader.longest
  }

  private static let numbers: [UInt64] = [
    0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000, 1_000_000_000_000, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000,
    0xffff_ffff_ffff_ffff,
  ]

  /// One to eight changes to a file, some of them with pieces of another.
  public func mutated(_ file: [UInt8], with other: [UInt8], _ random: inout Philox) -> [UInt8] {
    var bytes = file
    for _ in 0..<(1 + Int.random(in: 0..<8, using: &random)) {
      change(&bytes, other, &random)
    }
    return bytes.count > longest ? Array(bytes[..<longest]) : bytes
  }

  private func change(_ bytes: inout [UInt8], _ other: [UInt8], _ random: inout Philox) {
    let place = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &random)
    let length = min(bytes.count - place, 1 + Int.random(in: 0..<32, using: &random))
    switch Int.random(in: 0..<11, using: &random) {
    case 0 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1 where !bytes.isEmpty: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
    case 3: bytes.removeSubrange(place..<(place + length))
    case 4: bytes.insert(contentsOf: bytes[place..<(place + length)], at: place)
    case 5: number(&bytes, place, &random)
    case 6: digits(&bytes, place, &random)
    case 7:
      guard let word = words.randomElement(using: &random) else { return }
      bytes.insert(contentsOf: word, at: place)
    case 8:
      guard let word = words.randomElement(using: &random) else { return }
      bytes.replaceSubrange(place..<min(place + word.count, bytes.count), with: word)
    case 9 where !other.isEmpty:
      let from = Int.random(in: 0..<other.count, using: &random)
      let piece = other[from..<min(from + 8 * length, other.count)]
      bytes.replaceSubrange(place..<min(place + piece.count, bytes.count), with: piece)
    case 10 where Int.random(in: 0..<8, using: &random) == 0: bytes.removeSubrange(place...)
    default: break
    }
  }

  /// Puts a number at the edge of its type over 1, 2, 4 or 8 bytes, in either order.
  private func number(_ bytes: inout [UInt8], _ place: Int, _ random: inout Philox) {
    let width = 1 << Int.random(in: 0..<4, using: &random)
    guard place + width <= bytes.count else { return }
    var value = Self.numbers.randomElement(using: &random) ?? 0
    value &+= UInt64.random(in: 0..<4, using: &random) &- 1
    let isBigEndian = Bool.random(using: &random)
    for byte in 0..<width {
      bytes[place + (isBigEndian ? width - 1 - byte : byte)] = UInt8(
        truncatingIfNeeded: value >> UInt64(8 * byte))
    }
  }

  /// Writes another number where digits stand, from a place on.
  private func digits(_ bytes: inout [UInt8], _ place: Int, _ random: inout Philox) {
    let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
    guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    let value = Self.numbers.randomElement(using: &random) ?? 0
    bytes.replaceSubrange(start..<end, with: Array(String(value).utf8))
  }
}
