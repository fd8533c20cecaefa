import Foundation

extension CSVParser {
  /// Throws for bytes that are not UTF-8, with the line, the column and how another encoding would read them.
  func checkEncoding() throws(StorageError) {
    guard let fault = TextFile.firstFault(in: bytes[...]) else { return }
    let line = bytes[..<fault].count { $0 == 0x0a } + 1
    let lineStart = bytes[..<fault].lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    let lineEnd = bytes[fault...].firstIndex(of: 0x0a) ?? bytes.count
    let run = bytes[fault..<lineEnd].prefix { $0 >= 0x80 }.prefix(4)
    let isMark = { (byte: UInt8) in byte == separator || byte == 0x22 }
    let wordStart = bytes[lineStart..<fault].lastIndex(where: isMark).map { $0 + 1 } ?? lineStart
    let wordEnd = bytes[fault..<lineEnd].firstIndex(where: isMark) ?? lineEnd
    let word = bytes[max(wordStart, fault - 30)..<min(wordEnd, fault + 30)]
    let reading = word.compactMap { TextEncoding.windows1252($0).flatMap(Unicode.Scalar.init) }
      .reduce(into: "") { $0.unicodeScalars.append($1) }
    let found = "\(run.count == 1 ? "the byte" : "the bytes") \(hexadecimal(run))"
    let prefix = options.optionPrefix
    let (sound, broken) = letterCounts()
    let (expected, advice): (String, String)
    if sound > broken {
      expected = "UTF-8, as in \(sound) other \(sound == 1 ? "letter" : "letters") of the file"
      advice = "correct the line: the file is damaged, or two files were put together"
    } else {
      expected = "UTF-8"
      let isLatin = !bytes.contains { (0x80..<0xa0).contains($0) }
      advice =
        "if this is \"\(NumberNotation.trimmed(reading))\", set \(prefix)encoding=windows-1252"
        + (isLatin ? " (or latin-1)" : "") + "; otherwise "
        + TextEncoding.conversion(from: "ENCODING", path)
    }
    throw .malformed(
      path: path, at: "line \(line)\(columnPlace(of: fault, lineEnd))", expected: expected,
      found: found, advice: advice)
  }

  /// `, column "name"` of a byte, as far as the lines up to it can be split.
  private func columnPlace(of fault: Int, _ lineEnd: Int) -> String {
    var start = self
    start.bytes = Array(bytes[..<lineEnd])
    guard (try? start.parse()) != nil else { return "" }
    guard let count = start.counts.last else { return " (column names)" }
    let row = start.fields.suffix(Int(count))
    let place = row.enumerated().first { _, field in
      TextFile.firstFault(in: start.bytes[Int(field.start)..<Int(field.end)]) != nil
    }?.offset
    guard let place else { return "" }
    guard start.columns.indices.contains(place), TextFile.isUTF8(Array(start.columns[place].utf8))
    else { return ", field \(place + 1)" }
    return ", column \"\(start.columns[place])\""
  }

  /// How many letters beyond ASCII are sound UTF-8, and how many bytes are not.
  private func letterCounts() -> (sound: Int, broken: Int) {
    var (sound, broken) = (0, 0)
    var start = 0
    while start < bytes.count {
      let fault = TextFile.firstFault(in: bytes[start...]) ?? bytes.count
      sound += bytes[start..<fault].count { $0 >= 0xc0 }
      if fault < bytes.count { broken += 1 }
      start = fault + 1
    }
    return (sound, broken)
  }

  /// Makes rows fit the header where a separator ends each line; throws for rows of another length, with the first line.
  mutating func checkCounts() throws(StorageError) {
    let width = columns.count
    guard width > 0, let place = counts.firstIndex(where: { Int($0) != width }) else { return }
    let first = Int(counts[0])
    let areAlike = counts.allSatisfy { Int($0) == first }
    if areAlike, first == width + 1 {
      let lasts = stride(from: first - 1, to: fields.count, by: first)
      if lasts.allSatisfy({ fields[$0].start == fields[$0].end }) {
        fields = fields.enumerated().filter { $0.offset % first != first - 1 }.map(\.element)
        notes.append("a separator ends each line but the header: passed over")
        return
      }
      if width > 1 {
        throw .malformed(
          path: path, at: "line \(lines[0])", expected: "\(width) fields, as the header has names",
          found: "\(first), as in every row",
          advice:
            "if the first column holds the names of the rows (R's write.table), give it a name in "
            + "the header, such as with col.names=NA")
      }
    }
    if areAlike, first == width - 1, columns.last == "" {
      columns.removeLast()
      notes.append("a separator ends the header: passed over")
      return
    }
    let wrong = counts.count { Int($0) != width }
    throw .malformed(
      path: path, at: "line \(lines[place])", expected: "\(width) fields",
      found: "\(counts[place])", advice: raggedAdvice(wrong, found: Int(counts[place])))
  }

  /// What may be the matter where lines have another number of fields than the header has names.
  private func raggedAdvice(_ wrong: Int, found: Int) -> String {
    let prefix = options.optionPrefix
    let share = "\(wrong) of \(counts.count) rows have another number than the header's"
    let divider = CSVSeparator.name(options.separator)
    if columns.count == 1 {
      return "\(share), which is one: put the line of column names first, or set "
        + "\(prefix)separator if fields are not separated by \(divider)"
    }
    if options.separator == ",", found > columns.count {
      return
        "\(share): put quotes around fields with a comma in them (as in decimal commas), or set "
        + "\(prefix)separator if fields are not separated by commas"
    }
    return "\(share): correct the line, or check the quotes around it; fields are taken to be "
      + "separated by \(divider) (\(prefix)separator)"
  }
}
