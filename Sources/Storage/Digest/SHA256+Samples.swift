extension SHA256 {
  /// The digest of the size of a file and of pieces of it, evenly spread from its first byte to its last: for files that
  /// take too long to read whole.
  ///
  /// - Parameters:
  ///   - count: pieces, at least 1.
  ///   - length: bytes of a piece; a file with no more bytes than all pieces together is read whole.
  /// - Throws: ``StorageError/unreadable(path:at:expected:found:advice:)``.
  public static func hex(
    ofFile path: String, pieces count: Int, length: Int
  ) throws(StorageError) -> String {
    let file = try Descriptor(reading: path)
    let size = try file.size()
    var digest = SHA256()
    digest.update(Array("\(size)\n".utf8))
    if size <= count * length {
      digest.update(try file.read(at: 0, count: size))
    } else {
      for piece in 0..<count {
        let last = size - length
        let place = count == 1 ? 0 : Int(Double(last) * Double(piece) / Double(count - 1))
        digest.update(try file.read(at: min(place, last), count: length))
      }
    }
    return digest.hex()
  }
}
