extension PNG {
  /// The extents that a file's header states, without the rest of it being read.
  ///
  /// - Throws: ``StorageError`` if it cannot be read, is too short for a header or is no PNG file.
  public static func size(ofFile path: String) throws(StorageError) -> (height: Int, width: Int) {
    // Signature, length and name of the first chunk, width, height.
    let file = try Descriptor(reading: path)
    let start = try file.read(at: 0, count: min(24, file.size()))
    if !start.starts(with: signature) {
      // What it is shows in more bytes than these.
      try checkSignature(file.read(at: 0, count: min(FileSample.length, file.size())), path)
    }
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

  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// Says what a file is that does not begin as a PNG does.
  static func checkSignature(_ file: [UInt8], _ path: String) throws(StorageError) {
    if file.starts(with: signature) { return }
    if signature.starts(with: file) {
      throw .truncated(
        path: path, at: "PNG, signature", expected: "\(signature.count) bytes",
        found: "\(file.count)")
    }
    let sample = FileSample(file)
    guard sample.kind == nil else { throw sample.error(.png, path: path, at: "PNG, signature") }
    throw .malformed(
      path: path, at: "PNG, signature", expected: "a PNG file", found: sample.words,
      advice: "convert it to PNG, or leave it out")
  }
}
