extension FileKind {
  /// The words that files of a kind begin with, and where.
  private static let signatures: [(kind: FileKind, at: Int, bytes: [UInt8])] = [
    (.gitLFSPointer, 0, Array("version https://git-lfs".utf8)),
    (.gitLFSPointer, 0, Array("version https://hawser".utf8)),
    (.npy, 0, [0x93] + Array("NUMPY".utf8)),
    (.png, 0, [0x89] + Array("PNG\r\n".utf8) + [0x1a, 0x0a]),
    (.jpeg, 0, [0xff, 0xd8, 0xff]),
    (.gif, 0, Array("GIF8".utf8)),
    (.tiff, 0, [0x49, 0x49, 0x2a, 0x00]), (.tiff, 0, [0x4d, 0x4d, 0x00, 0x2a]),
    (.webp, 8, Array("WEBP".utf8)),
    (.gzip, 0, [0x1f, 0x8b, 0x08]),
    (.bzip2, 4, [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]),
    (.xz, 0, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
    (.zstd, 0, [0x28, 0xb5, 0x2f, 0xfd]),
    (.lz4, 0, [0x04, 0x22, 0x4d, 0x18]),
    (.sevenZip, 0, [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]),
    (.rar, 0, Array("Rar!".utf8) + [0x1a, 0x07]),
    (.tar, 257, Array("ustar".utf8)),
    (.torchLegacy, 2, [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]),
    (.matlab, 0, Array("MATLAB 5.0 MAT-file".utf8)),
    (.netCDF, 0, Array("CDF".utf8) + [1]), (.netCDF, 0, Array("CDF".utf8) + [2]),
    (.netCDF, 0, Array("CDF".utf8) + [5]),
    (.gguf, 0, Array("GGUF".utf8)), (.lz4, 0, [0x02, 0x21, 0x4c, 0x18]),
    (.parquet, 0, Array("PAR1".utf8)),
    (.arrow, 0, Array("ARROW1".utf8)), (.arrow, 0, Array("FEA1".utf8)),
    (.orc, 0, Array("ORC".utf8)), (.avro, 0, Array("Obj".utf8) + [1]),
    (.office, 0, [0xd0, 0xcf, 0x11, 0xe0]),
    (.sqlite, 0, Array("SQLite format 3".utf8) + [0]),
    (.spss, 0, Array("$FL2".utf8)), (.spss, 0, Array("$FL3".utf8)),
    (.stata, 0, Array("<stata_dta>".utf8)),
    (.rWorkspace, 0, Array("RDX2".utf8)), (.rWorkspace, 0, Array("RDX3".utf8)),
    (.pdf, 0, Array("%PDF-".utf8)), (.rtf, 0, Array("{\\rtf".utf8)),
    (.program, 0, [0x7f] + Array("ELF".utf8)), (.program, 0, Array("#!/".utf8)),
  ]

  /// The word of HDF5, which may stand behind a block of the user's own at 512, 1024, 2048, ….
  private static let hdf5Word: [UInt8] = [0x89] + Array("HDF\r\n".utf8) + [0x1a, 0x0a]
  /// The last eight bytes of a table of LevelDB, which the index of a TensorFlow checkpoint is.
  private static let levelDB: [UInt8] = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]

  /// What a file is by its first and last bytes; `nil` if they are like nothing known.
  init?(head: [UInt8], tail: [UInt8], count: Int) {
    if count == 0 {
      self = .empty
    } else if head.allSatisfy({ $0 == 0 }), tail.allSatisfy({ $0 == 0 }), count >= 16 {
      self = .zeros
    } else if let kind = Self.hdf5(head) ?? Self.signature(head) ?? Self.archive(head, tail) {
      self = kind
    } else if let kind = Self.structured(head, tail, count)
      ?? Self.textual(head, isWhole: count == head.count)
    {
      self = kind
    } else {
      return nil
    }
  }

  private static func hdf5(_ head: [UInt8]) -> FileKind? {
    var place = 0
    while place + hdf5Word.count <= head.count {
      if head[place...].starts(with: hdf5Word) { return .hdf5 }
      place = place == 0 ? 512 : place * 2
    }
    return nil
  }

  private static func signature(_ head: [UInt8]) -> FileKind? {
    let kind = signatures.first { signature in
      head.count >= signature.at + signature.bytes.count
        && head[signature.at...].starts(with: signature.bytes)
    }?.kind
    switch kind {
    // A word of letters alone may be the first of a table's header: the files that it stands for hold more than text.
    case .parquet, .arrow, .orc, .gguf, .gif, .rWorkspace, .spss, .netCDF:
      return isPlain(head) ? nil : kind
    // The pickle of PyTorch's old form and the block of bzip2 stand behind a word of their own.
    case .torchLegacy where head[0] != 0x80: return nil
    case .bzip2 where !head.starts(with: Array("BZh".utf8)): return nil
    case .webp where !head.starts(with: Array("RIFF".utf8)): return nil
    default: return kind
    }
  }

  /// A zip archive, by the names of its members.
  private static func archive(_ head: [UInt8], _ tail: [UInt8]) -> FileKind? {
    guard head.starts(with: [0x50, 0x4b, 3, 4]) || head.starts(with: [0x50, 0x4b, 5, 6]) else {
      return nil
    }
    let names =
      memberNames(head, signature: [0x50, 0x4b, 3, 4], lengthAt: 26, nameAt: 30)
      + memberNames(tail, signature: [0x50, 0x4b, 1, 2], lengthAt: 28, nameAt: 46)
    if names.contains(where: { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }) { return .torch }
    if names.contains(where: { $0.hasSuffix("model.weights.h5") }) { return .keras }
    if names.contains(where: { $0.hasPrefix("xl/") }) { return .xlsx }
    if names.first == "mimetype",
      head.firstRange(of: Array("opendocument.spreadsheet".utf8)) != nil
    {
      return .ods
    }
    // An archive with members of other kinds beside its arrays is read for these.
    if names.contains(where: { $0.hasSuffix(".npy") }) || names.isEmpty { return .npz }
    return .zip
  }

  private static func memberNames(
    _ bytes: [UInt8], signature: [UInt8], lengthAt: Int, nameAt: Int
  ) -> [String] {
    var names: [String] = []
    var place = 0
    while place + nameAt <= bytes.count {
      guard bytes[place] == signature[0], bytes[place...].starts(with: signature) else {
        place += 1
        continue
      }
      let length = Int(bytes[place + lengthAt]) | Int(bytes[place + lengthAt + 1]) << 8
      let start = place + nameAt
      names.append(
        String(decoding: bytes[start..<min(start + length, bytes.count)], as: UTF8.self))
      place = min(start + length, bytes.count)
    }
    return names
  }

  /// Files without a word of their own, by what their first numbers must fit.
  private static func structured(_ head: [UInt8], _ tail: [UInt8], _ count: Int) -> FileKind? {
    func number(_ at: Int, _ length: Int) -> UInt64 {
      (0..<length).reversed().reduce(0) { $0 << 8 | UInt64(head[at + $1]) }
    }
    if tail.suffix(8).elementsEqual(levelDB) { return .tensorFlow }
    if head.count >= 16 {
      // The header's length, then its JSON.
      if head[8] == UInt8(ascii: "{"), number(0, 8) <= UInt64(max(count - 8, 0)) {
        return .safetensors
      }
      // A record's length and the check of these eight bytes.
      if number(0, 8) <= UInt64(max(count - 16, 0)),
        number(8, 4) == UInt64(CRC32C.masked(head[..<8]))
      {
        return .tfRecord
      }
    }
    // Version, then the producer's or the domain's name.
    if head.count >= 8, head[0] == 0x08, (3...30).contains(head[1]), head[2] == 0x12,
      head.count >= 4 + Int(head[3]), (1..<64).contains(head[3]),
      head[4..<4 + Int(head[3])].allSatisfy({ (0x20..<0x7f).contains($0) })
    {
      return .onnx
    }
    // A block's length is in the header of a bitmap, the file's length before it.
    if head.count >= 18, head.starts(with: Array("BM".utf8)), number(14, 4) <= 124,
      number(10, 4) < UInt64(count)
    {
      return .bmp
    }
    if isIDX(head, count) { return .idx }
    if head[0] == 0x80, head.count >= 3, (2...5).contains(head[1]), tail.last == UInt8(ascii: ".") {
      return .pickle
    }
    return nil
  }

  /// Two zeros, a type, the number of extents, and the extents, which give the file's length.
  private static func isIDX(_ head: [UInt8], _ count: Int) -> Bool {
    let sizes: [UInt8: Int] = [8: 1, 9: 1, 0x0b: 2, 0x0c: 4, 0x0d: 4, 0x0e: 8]
    guard head.count >= 8, head[0] == 0, head[1] == 0, let size = sizes[head[2]], head[3] > 0,
      head.count >= 4 + 4 * Int(head[3])
    else { return false }
    var total = size
    for place in 0..<Int(head[3]) {
      let extent = head[4 + 4 * place..<8 + 4 * place].reduce(0) { $0 << 8 | Int($1) }
      let (product, overflows) = total.multipliedReportingOverflow(by: extent)
      if overflows { return false }
      total = product
    }
    return total == count - 4 - 4 * Int(head[3])
  }

  /// Text: bytes without control characters, in UTF-8, or in UTF-16 with its mark.
  private static func textual(_ head: [UInt8], isWhole: Bool) -> FileKind? {
    if head.starts(with: [0xff, 0xfe]) || head.starts(with: [0xfe, 0xff]) {
      return head.count >= 4 && head[2...3].contains(0) ? .text : nil
    }
    guard isPlain(head) else { return nil }
    // A letter may be cut at the end of the sample.
    guard isWhole || head.count > 8,
      (0...3).contains(where: { cut in
        (cut == 0 || !isWhole)
          && String(validating: head.dropLast(cut), as: UTF8.self) != nil
      })
    else { return nil }
    let letters = String(decoding: head.prefix(4096), as: UTF8.self)
      .drop { $0.isWhitespace || $0 == "\u{feff}" }
    let start = letters.prefix(512).lowercased()
    let pages = ["<!doctype html", "<html", "<head", "<body", "<script", "<table"]
    if start.hasPrefix("<"), pages.contains(where: { start.contains($0) }) { return .webPage }
    if start.hasPrefix("<?xml") || start.hasPrefix("<!")
      || start.hasPrefix("<") && start.contains("</")
    {
      return .xml
    }
    if start.hasPrefix("@relation") { return .arff }
    // A header in brackets is none: the first thing in them is a name, a list or an object.
    let squeezed = String(start.filter { !$0.isWhitespace }.prefix(2))
    return ["{\"", "{}", "[{", "[[", "[\"", "[]"].contains(squeezed) ? .json : .text
  }

  /// Whether bytes hold no control characters but those of lines and tabs.
  private static func isPlain(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7f || (9...13).contains($0) }
  }
}
