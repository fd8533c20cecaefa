import Foundation

/// Splits the bytes of a file into fields in one pass.
struct CSVParser {
  var bytes: [UInt8]
  let path: String
  let options: CSVOptions
  let separator: UInt8
  var columns: [String] = []
  var fields: [CSVTable.Field] = []
  var lines: [Int32] = []
  /// The fields of each row.
  var counts: [Int32] = []
  var notes: [String] = []

  init(bytes: [UInt8], path: String, options: CSVOptions) throws(StorageError) {
    guard let separator = options.separator.asciiValue, !"\"+-.\n\r".utf8.contains(separator),
      !options.separator.isLetter, !options.separator.isNumber
    else {
      throw .unsupported(
        path: path, at: "separator",
        expected: "one ASCII character that is no letter, digit, quote, sign, dot or line end",
        found: "\"\(options.separator)\"",
        advice: "set \(options.optionPrefix)separator to another character")
    }
    guard bytes.count < Int(UInt32.max) else {
      throw .unsupported(
        path: path, at: "size", expected: "less than 4 GiB", found: "\(bytes.count) bytes",
        advice: "split the file")
    }
    self.bytes = bytes
    self.path = path
    self.options = options
    self.separator = separator
  }

  consuming func table() throws(StorageError) -> CSVTable {
    try checkEncoding()
    try parse()
    try checkCounts()
    if columns.isEmpty || lines.isEmpty {
      throw .malformed(
        path: path, at: "end of file", expected: "at least one row",
        found: bytes.isEmpty ? "an empty file" : "no row",
        advice: "the file is empty or has only a header: fetch it again")
    }
    bytes.append(0)
    return CSVTable(
      path: path, columns: columns, bytes: bytes, fields: fields, lines: lines,
      missingMarkers: options.missingMarkers.map { Array($0.utf8) }.sorted { $0.count < $1.count },
      notation: options.numbers, notes: notes)
  }

  mutating func parse() throws(StorageError) {
    let end = bytes.count
    var position = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    var line = 1
    for _ in 0..<options.skippedLines {
      while position < end, bytes[position] != 0x0a { position += 1 }
      position += 1
      line += 1
    }
    if case .names(let names) = options.header { try setColumns(names, line: nil) }
    while position < end {
      if options.skipsBlankLines, let next = pastBlankLine(position) {
        position = next
        line += 1
        continue
      }
      let firstField = fields.count
      let startLine = line
      position = try row(from: position, line: &line)
      let count = fields.count - firstField
      if columns.isEmpty {
        if options.header == .firstLine {
          let names = fields.map {
            String(decoding: bytes[Int($0.start)..<Int($0.end)], as: UTF8.self)
          }
          fields.removeAll()
          try setColumns(names, line: startLine)
          continue
        }
        try setColumns((0..<count).map { String($0) }, line: nil)
      }
      counts.append(Int32(clamping: count))
      lines.append(Int32(clamping: startLine))
    }
  }

  private mutating func setColumns(_ given: [String], line: Int?) throws(StorageError) {
    let names = options.trimsSpaces ? given.map(NumberNotation.trimmed) : given
    var seen: Set<String> = []
    for name in names where !name.isEmpty && !seen.insert(name).inserted {
      throw .malformed(
        path: path, at: line.map { "line \($0) (column names)" } ?? "column names",
        expected: "each name once", found: "\"\(name)\" twice",
        advice: "rename one of the columns")
    }
    columns = names
  }

  private func pastBlankLine(_ start: Int) -> Int? {
    var position = start
    while position < bytes.count, bytes[position] != 0x0a {
      let byte = bytes[position]
      guard byte == 0x0d || (options.trimsSpaces && isSpace(byte) && byte != separator) else {
        return nil
      }
      position += 1
    }
    return position + 1
  }

  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// Reads one row's fields and returns the start of the next.
  private mutating func row(from start: Int, line: inout Int) throws(StorageError) -> Int {
    let end = bytes.count
    var position = start
    while true {
      if options.trimsSpaces {
        while position < end, isSpace(bytes[position]), bytes[position] != separator {
          position += 1
        }
      }
      if position < end, bytes[position] == UInt8(ascii: "\"") {
        position = try quoted(from: position, line: &line)
      } else {
        let fieldStart = position
        while position < end, bytes[position] != separator, bytes[position] != 0x0a {
          position += 1
        }
        var fieldEnd = position
        if (position == end || bytes[position] == 0x0a), fieldEnd > fieldStart,
          bytes[fieldEnd - 1] == 0x0d
        {
          fieldEnd -= 1
        }
        if options.trimsSpaces {
          while fieldEnd > fieldStart, isSpace(bytes[fieldEnd - 1]) { fieldEnd -= 1 }
        }
        fields.append(.init(start: UInt32(fieldStart), end: UInt32(fieldEnd)))
      }
      if position >= end { return end }
      if bytes[position] == 0x0a {
        line += 1
        return position + 1
      }
      position += 1
    }
  }

  /// Reads a field in quotes, moves its unescaped text to its start, and returns the place of the separator
  /// or line end behind it.
  private mutating func quoted(from start: Int, line: inout Int) throws(StorageError) -> Int {
    let end = bytes.count
    let startLine = line
    var position = start + 1
    var target = position
    while true {
      guard position < end else {
        throw .malformed(
          path: path, at: "line \(startLine)", expected: "a closing quote",
          found: "the end of the file",
          advice: "close the quote, or fetch the file again if it was cut short")
      }
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        if position + 1 < end, bytes[position + 1] == UInt8(ascii: "\"") {
          position += 1
        } else {
          position += 1
          break
        }
      }
      if byte == 0x0a { line += 1 }
      bytes[target] = byte
      target += 1
      position += 1
    }
    fields.append(.init(start: UInt32(start + 1), end: UInt32(target)))
    while position < end, bytes[position] != separator, bytes[position] != 0x0a {
      guard isSpace(bytes[position]) || bytes[position] == 0x0d else {
        throw .malformed(
          path: path, at: "line \(line)", expected: "a separator after a closing quote",
          found: "'\(Character(UnicodeScalar(bytes[position])))'",
          advice: "double the quotes that belong to the field")
      }
      position += 1
    }
    return position
  }
}
