import Foundation
import TensorCore
import Testing

@testable import Storage

/// Encodings and packings of tables of text, and files that are none.
@Suite struct TextFileTests {
  private static let text = "name,town\nJosé,Zürich\nJosè,Orléans\n"

  private func decode(_ bytes: [UInt8], _ encoding: TextEncoding = .auto) throws -> TextFile {
    try TextFile.decode(bytes, path: "t.csv", encoding: encoding, optionPrefix: "data.csv.")
  }

  private func bytes(_ encoding: String.Encoding) -> [UInt8] {
    Array(Self.text.data(using: encoding)!)
  }

  private func column(_ name: String, _ bytes: [UInt8], _ encoding: TextEncoding) throws -> [String]
  {
    let file = try decode(bytes, encoding)
    return try CSVTable.parse(file.bytes, path: "t.csv").strings(name)
  }

  @Test(arguments: [
    (String.Encoding.utf8, TextEncoding.auto), (.utf8, .utf8), (.isoLatin1, .latin1),
    (.windowsCP1252, .windows1252), (.utf16, .auto), (.utf16, .utf16),
    (.utf16LittleEndian, .utf16), (.utf16BigEndian, .utf16),
  ]) func everyEncodingGivesTheSameWords(written: String.Encoding, read: TextEncoding) throws {
    #expect(try column("name", bytes(written), read) == ["José", "Josè"])
    #expect(try column("town", bytes(written), read) == ["Zürich", "Orléans"])
  }

  @Test func windows1252HasQuotesAndTheEuro() throws {
    #expect(
      String(decoding: try decode([0x80, 0x93, 0x61, 0x94], .windows1252).bytes, as: UTF8.self)
        == "€“a”")
    let free = storageError { _ = try decode(Array("a\nb".utf8) + [0x81], .windows1252) }
    #expect(free?.location == "line 2, byte 3" && free?.found.contains("81") == true)
  }

  @Test func bytesThatAreNotUTF8NameLineColumnBytesAndOption() throws {
    let latin = bytes(.isoLatin1)
    let error = storageError {
      _ = try CSVTable.parse(latin, path: "t.csv", options: Self.prefixed)
    }
    #expect(error?.location == "line 2, column \"name\"")
    #expect(error?.found == "the byte e9")
    #expect(
      error?.advice.contains("\"José\", set data.csv.encoding=windows-1252 (or latin-1)") == true)
    let header = storageError {
      _ = try CSVTable.parse(Array("caf".utf8) + [0xe9] + Array(",b\n1,2\n".utf8), path: "t.csv")
    }
    #expect(header?.location == "line 1 (column names)")
    let quoted = storageError {
      _ = try CSVTable.parse(
        Array("a,b\n1,\"x \"\"y\n".utf8) + [0xfc] + Array("\"\n".utf8), path: "t.csv")
    }
    #expect(quoted?.location.hasPrefix("line 3") == true)
  }

  private static var prefixed: CSVOptions {
    var options = CSVOptions()
    options.optionPrefix = "data.csv."
    return options
  }

  @Test func aDamagedLineOfUTF8IsNotTakenForLatin() {
    let error = storageError {
      _ = try CSVTable.parse(
        Array("a\né\nü\nö\n".utf8) + [0x78, 0xc3, 0x0a], path: "t.csv", options: Self.prefixed)
    }
    #expect(error?.location == "line 5, column \"a\"")
    #expect(error?.expected.contains("3 other letters") == true)
    #expect(error?.advice.contains("encoding") == false)
  }

  @Test func faultsOfUTF8AreThoseOfTheStandardLibrary() {
    var random = Philox(seed: 7)
    for _ in 0..<3000 {
      let letters = ["a", "é", "€", "😀", "\u{7ff}", "\u{800}", "\u{ffff}", "\u{10ffff}"]
      var bytes = (0..<4).flatMap { _ in
        Array(letters[Int(random.next() % UInt64(letters.count))].utf8)
      }
      if random.next() % 2 == 0 {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      #expect(
        TextFile.isUTF8(bytes) == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
    }
  }

  @Test func utf16WithoutAMarkAndZeroBytesAreNamed() {
    let plain = storageError { _ = try decode(bytes(.utf16LittleEndian)) }
    #expect(plain?.advice == "set data.csv.encoding=utf-16")
    #expect(storageError { _ = try decode(bytes(.utf32)) }?.found.contains("UTF-32") == true)
    let zero = storageError { _ = try decode(Array("a,b\n1,".utf8) + [0] + Array("2\n".utf8)) }
    #expect(zero?.location == "line 2, byte 6")
    let odd = storageError { _ = try decode([0xff, 0xfe, 0x61], .utf16) }
    #expect(odd?.found == "an odd number of bytes")
    let half = storageError { _ = try decode([0xff, 0xfe, 0x0a, 0, 0, 0xd8, 0x61, 0], .utf16) }
    #expect(half?.location == "line 2")
  }

  @Test func encodingsThatCannotBeMeantAreRefused() {
    let quotes = storageError { _ = try decode([0x61, 0x0a, 0x93, 0x61, 0x94], .latin1) }
    #expect(quotes?.location == "line 2, byte 2")
    #expect(quotes?.advice == "set data.csv.encoding=windows-1252")
    let marked = storageError { _ = try decode([0xef, 0xbb, 0xbf, 0x61], .latin1) }
    #expect(marked?.found == "the mark of UTF-8")
    let plain = storageError { _ = try decode(Array("a,b\n1,2\n".utf8), .utf16) }
    #expect(plain?.found == "neither its mark nor a zero byte")
  }

  @Test func soundUTF8ReadAsLatinIsNoted() throws {
    let file = try decode(Array(Self.text.utf8), .latin1)
    #expect(file.notes.first?.contains("data.csv.encoding") == true)
    #expect(try decode(Array("a\n".utf8), .latin1).notes.isEmpty)
  }

  @Test func gzipIsUnpackedAndNoted() throws {
    let folder = try TemporaryFolder()
    let packed = Gzip.deflate(Array(Self.text.utf8))
    try AtomicFile.write(packed, to: folder.file("t.csv"))
    let table = try CSVTable.read(from: folder.file("t.csv"))
    #expect(try table.strings("name") == ["José", "Josè"])
    #expect(table.notes == ["unpacked with gzip"])
    let tar = Gzip.deflate([UInt8](repeating: 0x61, count: 257) + Array("ustar\0".utf8))
    #expect(storageError { _ = try decode(tar) }?.found == "a tar archive")
  }

  @Test func carriageReturnsAloneEndLines() throws {
    let old = try decode(Array("a,b\r1,2\r3,4\r".utf8))
    #expect(try CSVTable.parse(old.bytes, path: "t.csv").doubles("b") == [2, 4])
  }

  @Test(arguments: [
    (Self.archive("xl/workbook.xml"), "an Excel workbook (xlsx)", "save the sheet as CSV"),
    (Self.archive("a.csv"), "a zip archive", "unzip t.csv"),
    ("PAR1\u{15}\0..", "a Parquet file", "read_parquet(\"t.csv\")"),
    ("\n <!DOCTYPE html><html>", "a web page (HTML)", "download the file itself"),
    ("version https://git-lfs.github.com/spec/v1\noid", "a pointer of Git LFS", "git lfs pull"),
    ("SQLite format 3\0", "an SQLite database", "sqlite3 -header -csv t.csv"),
    ("[\n {\"a\": 1}]", "a JSON text", "read_json(\"t.csv\")"),
    ("%PDF-1.7", "a PDF document", "CSV"),
    ("@RELATION iris\n", "an ARFF file", "@data"), ("<?xml version=", "an XML text", "CSV"),
    ("\u{8}\0\0\0\0\0\0\0{\"a\":{} ", "a safetensors file", "tessera checkpoint inspect"),
    ("ORC\u{1}\0", "an ORC file", "read_orc"), ("{\\rtf1\\ansi", "an RTF document", "CSV"),
    ("<stata_dta><header>", "a Stata file", "read_stata"),
    ("RDX3\nX\n\0", "an R workspace", "write.csv"),
  ]) func filesOfOtherKindsAreNamed(start: String, name: String, advice: String) {
    let error = storageError { _ = try decode(Array(start.utf8)) }
    #expect(error?.found.hasPrefix(name) == true, "\(String(describing: error))")
    #expect(error?.advice.contains(advice) == true)
  }

  /// The beginning of a zip archive with one member.
  private static func archive(_ name: String) -> String {
    "PK\u{3}\u{4}" + String(repeating: "\0", count: 22)
      + "\(Character(Unicode.Scalar(UInt8(name.utf8.count))))\0\0\0" + name
  }

  /// A header may begin with the word of a format, with a bracket or with a sign of less.
  @Test(arguments: [
    "ORC,GGUF\n1,2\n", "GIF89a,b\n1,2\n", "[kg],[m]\n1,2\n", "<5 years,b\n1,2\n", "{a},b\n1,2\n",
    "RDX2,b\n1,2\n", "PAR1,b\n1,2\n", "page,b\n<html>,2\n", "BMI,b\n1,2\n", "@id,b\n1,2\n",
  ]) func headersThatBeginLikeAnotherKindAreTables(_ text: String) throws {
    #expect(try decode(Array(text.utf8)).bytes == Array(text.utf8))
  }

  @Test(
    arguments: [
      ([0x80, 0x04, 0x95], "a Python pickle"),
      ([0xd0, 0xcf, 0x11, 0xe0], "an old Excel workbook (xls)"),
      ([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], "an HDF5 file"),
      ([0x28, 0xb5, 0x2f, 0xfd], "a Zstandard file"),
    ] as [([UInt8], String)]) func binaryFilesAreNamed(start: [UInt8], name: String)
  {
    let error = storageError { _ = try decode(start + [UInt8](repeating: 7, count: 40) + [0x2e]) }
    #expect(error?.found.hasPrefix(name) == true)
  }
}
