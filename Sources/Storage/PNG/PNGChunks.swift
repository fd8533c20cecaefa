/// The chunks of a PNG file one after the other, by the lengths that they state, as far as the file goes.
package struct PNGChunks: Sequence, IteratorProtocol {
  /// The head of a chunk.
  package struct Head {
    /// Its four letters.
    package let name: String
    /// The bytes of data that it states, and those that the file has behind its head.
    package let length, room: Int
  }

  private let file: [UInt8]
  private var place = 8

  /// The chunks of these bytes, which begin with the signature.
  package init(_ file: [UInt8]) { self.file = file }

  package mutating func next() -> Head? {
    guard place + 8 <= file.count else { return nil }
    let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
    let name = String(decoding: file[place + 4..<place + 8], as: UTF8.self)
    let head = Head(name: name, length: length, room: file.count - place - 8)
    place += 12 + length
    return head
  }
}
