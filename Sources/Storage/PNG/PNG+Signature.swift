extension PNG {
  /// The extents that a file's header states, without the rest of it being read.
  ///
  /// - Throws: ``StorageError`` if it cannot be read, is too short for a header or is no PNG file.
  public static func size(ofFile path: String) throws(StorageError) -> (height: Int, width: Int) {
    // Signature, length and name of the first chunk, width, height.
    let file = try Descriptor(reading: path)
    let start = try file.read(at: 0, count: min(24, file.size()))
    try checkSignature(start, path)
    guard start.count == 24 else {
      throw .truncated(
        path: path, at: "PNG, header", expected: "24 bytes", found: "\(start.count)")
    }
    func number(_ from: Int) -> Int { start[from..<(from + 4)].reduce(0) { $0 << 8 | Int($1) } }
    let (width, height) = (number(16), number(20))
    guard start[12..<16].elementsEqual(Array("IHDR".utf8)), width > 0, height > 0 else {
      throw .malformed(
        path: path, at: "PNG, header", expected: "a first chunk IHDR with positive extents",
        found: "\(String(decoding: start[12..<16], as: UTF8.self)), \(width) x \(height)")
    }
    return (height, width)
  }

  private static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// How files of other kinds begin, which often bear the name of a PNG.
  private static let others: [(start: [UInt8], kind: String)] = [
    ([0xff, 0xd8, 0xff], "a JPEG file"), (Array("GIF8".utf8), "a GIF file"),
    (Array("BM".utf8), "a BMP file"), (Array("RIFF".utf8), "a WebP file or other RIFF file"),
    ([0x49, 0x49, 0x2a, 0x00], "a TIFF file"), ([0x4d, 0x4d, 0x00, 0x2a], "a TIFF file"),
    (Array("<".utf8), "text, such as a web page"),
    (Array("version https://git-lfs".utf8), "a pointer of Git LFS"),
  ]

  /// Says what a file is that does not begin as a PNG does.
  static func checkSignature(_ file: [UInt8], _ path: String) throws(StorageError) {
    if file.starts(with: signature) { return }
    if signature.starts(with: file) {
      throw .truncated(
        path: path, at: "PNG, signature", expected: "\(signature.count) bytes",
        found: "\(file.count)")
    }
    let start = file.prefix(signature.count).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    let kind = others.first { file.starts(with: $0.start) }?.kind
    throw .malformed(
      path: path, at: "PNG, signature", expected: "a PNG file",
      found: kind ?? "a file that begins with \(start.joined(separator: " "))",
      advice: "convert it to PNG, or leave it out")
  }
}
