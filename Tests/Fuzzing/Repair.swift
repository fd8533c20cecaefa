import CZlib
import Foundation

/// Makes the check values of changed files right, so that what stands behind them is reached.
enum Repair {
  /// The CRC of every chunk of a PNG file.
  static func png(_ file: [UInt8]) -> [UInt8] {
    var file = file
    var place = 8
    while place + 12 <= file.count {
      let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= file.count - place - 12 else { break }
      let end = place + 8 + length
      put(crc(file[(place + 4)..<end]).bigEndian, at: end, in: &file)
      place = end + 4
    }
    return file
  }

  /// The CRC of every stored member of a zip archive, in the directory.
  static func zip(_ file: [UInt8]) -> [UInt8] {
    var file = file
    func number(_ place: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(file[place + $1]) << (8 * $1) }
    }
    var place = 0
    while place + 46 <= file.count {
      guard file[place] == 0x50, number(place, 4) == 0x0201_4b50 else {
        place += 1
        continue
      }
      let (count, header) = (number(place + 20, 4), number(place + 42, 4))
      if number(place + 10, 2) == 0, header + 30 <= file.count {
        let start = header + 30 + number(header + 26, 2) + number(header + 28, 2)
        if start <= file.count, count <= file.count - start {
          put(crc(file[start..<start + count]), at: place + 16, in: &file)
        }
      }
      place += 46
    }
    return file
  }

  /// The check values of HDF5's newer structures whose length stands in them: superblock and object headers.
  static func hdf5(_ file: [UInt8]) -> [UInt8] {
    var file = file
    if file.count >= 48, file[8] == 2 || file[8] == 3, file[9] == 8 {
      put(lookup3(file[..<44]), at: 44, in: &file)
    }
    var place = 0
    while place + 16 <= file.count {
      if file[place] == 0x4f, file[place..<place + 4].elementsEqual(Array("OHDR".utf8)) {
        let flags = file[place + 5]
        var start = place + 6 + (flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0)
        let width = 1 << Int(flags & 3)
        if start + width <= file.count {
          let size = (0..<min(width, 4)).reduce(0) { $0 | Int(file[start + $1]) << (8 * $1) }
          start += width
          if size <= file.count - start - 4 {
            put(lookup3(file[place..<start + size]), at: start + size, in: &file)
          }
        }
      }
      place += 1
    }
    return file
  }

  private static func put(_ value: UInt32, at place: Int, in file: inout [UInt8]) {
    guard place + 4 <= file.count else { return }
    for byte in 0..<4 {
      file[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(byte)))
    }
  }

  private static func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer {
      UInt32(truncatingIfNeeded: CZlib.crc32(0, $0.baseAddress, UInt32($0.count)))
    }
  }

  /// Jenkins' hash lookup3, little-endian, with the initial value 0 (as HDF5 has it).
  private static func lookup3(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    let key = Array(bytes)
    func turn(_ x: UInt32, _ k: UInt32) -> UInt32 { x << k | x >> (32 - k) }
    var a: UInt32 = 0xdead_beef &+ UInt32(key.count)
    var (b, c) = (a, a)
    func word(_ start: Int) -> UInt32 {
      (0..<4).reduce(UInt32(0)) {
        start + $1 < key.count ? $0 | UInt32(key[start + $1]) << UInt32(8 * $1) : $0
      }
    }
    var place = 0
    while key.count - place > 12 {
      a &+= word(place)
      b &+= word(place + 4)
      c &+= word(place + 8)
      a = (a &- c) ^ turn(c, 4)
      c &+= b
      b = (b &- a) ^ turn(a, 6)
      a &+= c
      c = (c &- b) ^ turn(b, 8)
      b &+= a
      a = (a &- c) ^ turn(c, 16)
      c &+= b
      b = (b &- a) ^ turn(a, 19)
      a &+= c
      c = (c &- b) ^ turn(b, 4)
      b &+= a
      place += 12
    }
    guard key.count > place else { return c }
    a &+= word(place)
    b &+= word(place + 4)
    c &+= word(place + 8)
    c = (c ^ b) &- turn(b, 14)
    a = (a ^ c) &- turn(c, 11)
    b = (b ^ a) &- turn(a, 25)
    c = (c ^ b) &- turn(b, 16)
    a = (a ^ c) &- turn(c, 4)
    b = (b ^ a) &- turn(a, 14)
    c = (c ^ b) &- turn(b, 24)
    return c
  }
}
