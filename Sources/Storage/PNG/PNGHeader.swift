/// What the first bytes of a PNG file say of the picture (PNG specification, 11.2.2).
public struct PNGHeader: Sendable, Equatable {
  /// The columns.
  public let width: Int
  /// The rows.
  public let height: Int
  /// Numbers a pixel: 1 grey, 2 grey with alpha, 3 colour (also by a palette), 4 colour with alpha.
  public let channels: Int

  /// Reads the beginning of a file.
  ///
  /// - Parameters:
  ///   - bytes: the file, or its first 26 bytes.
  ///   - path: for the message.
  /// - Throws: ``StorageError/malformed(path:at:expected:found:advice:)``.
  public init(
    _ bytes: [UInt8], path: String, at place: String = "header"
  ) throws(StorageError) {
    let signature: [UInt8] = [137, 80, 78, 71, 13, 10, 26, 10]
    func number(_ start: Int) -> Int {
      bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    guard bytes.count >= 26, Array(bytes[..<8]) == signature,
      Array(bytes[12..<16]) == Array("IHDR".utf8),
      let channels = [0: 1, 2: 3, 3: 3, 4: 2, 6: 4][bytes[25]]
    else {
      throw .malformed(
        path: path, at: place, expected: "the bytes of a PNG file",
        found: "\(bytes.count) bytes that begin with \(Array(bytes.prefix(8)))")
    }
    width = number(16)
    height = number(20)
    self.channels = channels
  }
}
