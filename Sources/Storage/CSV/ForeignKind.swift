/// A kind of file that is given for a table of text by mistake, known by its first bytes.
struct ForeignKind {
  /// What it is, with an article.
  let name: String
  private let remedy: String

  /// The kind of these bytes; nil where they may be a table of text.
  init?(of bytes: [UInt8]) {
    if bytes.starts(with: Array("PK\u{3}\u{4}".utf8)) {
      (name, remedy) = Self.archive(bytes)
      return
    }
    if let kind = Self.kinds.first(where: { bytes.starts(with: $0.start) }) {
      (name, remedy) = (kind.name, kind.remedy)
      return
    }
    if bytes.count > 262, bytes[257..<262].elementsEqual(Array("ustar".utf8)) {
      (name, remedy) = ("a tar archive", "unpack it: tar -xf FILE")
      return
    }
    if bytes.count > 9, bytes[3..<8].allSatisfy({ $0 == 0 }), bytes[8] == UInt8(ascii: "{") {
      (name, remedy) = ("a safetensors file", "read it with `tessera checkpoint inspect FILE`")
      return
    }
    let mark = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    let text = String(
      decoding: bytes.dropFirst(mark).prefix(400).drop { $0 <= 0x20 }.prefix(200), as: UTF8.self
    ).lowercased()
    if let kind = Self.texts.first(where: { text.hasPrefix($0.start) }) {
      (name, remedy) = (kind.name, kind.remedy)
      return
    }
    let squeezed = text.filter { !$0.isWhitespace }
    if ["{\"", "[{", "[[", "{}"].contains(where: { squeezed.hasPrefix($0) }) {
      (name, remedy) = ("JSON", Self.pandas("read_json('FILE')"))
      return
    }
    return nil
  }

  /// What to do with the file.
  func advice(_ path: String) -> String { remedy.replacing("FILE", with: path) }

  private static func pandas(_ call: String) -> String {
    "write it as CSV, such as with: python3 -c \"import pandas; "
      + "pandas.\(call).to_csv('table.csv', index=False)\""
  }

  private static let workbook = "save the sheet as CSV (UTF-8) in the spreadsheet program"

  private static func archive(_ bytes: [UInt8]) -> (String, String) {
    func names(_ text: String) -> Bool {
      let wanted = Array(text.utf8)
      return [bytes.prefix(1 << 16), bytes.suffix(1 << 16)].contains { part in
        part.firstRange(of: wanted) != nil
      }
    }
    if names("xl/workbook") || names("xl/worksheets") {
      return ("an Excel workbook (xlsx)", workbook)
    }
    if names("opendocument.spreadsheet") { return ("an OpenDocument sheet (ods)", workbook) }
    if names(".npy") {
      return ("a NumPy archive (npz)", "write its arrays as CSV, such as with numpy.savetxt")
    }
    return ("a zip archive", "unpack it: unzip FILE, and name the CSV file in it")
  }

  private static let kinds: [(start: [UInt8], name: String, remedy: String)] = [
    ([0xd0, 0xcf, 0x11, 0xe0], "an old Excel workbook (xls) or other Office file", workbook),
    (Array("PAR1".utf8), "a Parquet file", pandas("read_parquet('FILE')")),
    (Array("ARROW1".utf8), "an Arrow (Feather) file", pandas("read_feather('FILE')")),
    (Array("FEA1".utf8), "a Feather file", pandas("read_feather('FILE')")),
    (Array("ORC".utf8), "an ORC file", pandas("read_orc('FILE')")),
    (Array("Obj\u{1}".utf8), "an Avro file", "write it as CSV with the program that made it"),
    ([0x89, 0x48, 0x44, 0x46], "an HDF5 file", pandas("read_hdf('FILE')")),
    (
      [0x93] + Array("NUMPY".utf8), "a NumPy array (npy)",
      "write it as CSV, such as with numpy.savetxt"
    ),
    (Array("SQLite format 3".utf8), "an SQLite database", "export it: sqlite3 -header -csv FILE"),
    (Array("$FL".utf8), "an SPSS file", pandas("read_spss('FILE')")),
    (Array("<stata_dta>".utf8), "a Stata file", pandas("read_stata('FILE')")),
    (Array("RDX".utf8), "an R workspace", "write the table in R: write.csv(x, row.names = FALSE)"),
    (Array("MATLAB 5".utf8), "a MATLAB file", "write the table in MATLAB: writetable"),
    (Array("BZh".utf8), "a file packed with bzip2", "unpack it: bunzip2 FILE"),
    ([0xfd, 0x37, 0x7a, 0x58, 0x5a], "a file packed with xz", "unpack it: unxz FILE"),
    ([0x28, 0xb5, 0x2f, 0xfd], "a file packed with zstd", "unpack it: unzstd FILE"),
    ([0x37, 0x7a, 0xbc, 0xaf], "a 7z archive", "unpack it: 7z x FILE"),
    (Array("Rar!".utf8), "a RAR archive", "unpack it: unrar x FILE"),
    ([0x80, 0x02], "a Python pickle", pandas("read_pickle('FILE')")),
    ([0x80, 0x03], "a Python pickle", pandas("read_pickle('FILE')")),
    ([0x80, 0x04], "a Python pickle", pandas("read_pickle('FILE')")),
    ([0x80, 0x05], "a Python pickle", pandas("read_pickle('FILE')")),
    (Array("%PDF".utf8), "a PDF document", "get the table as CSV from where it was published"),
    ([0x89, 0x50, 0x4e, 0x47], "a PNG picture", "name a CSV file"),
    ([0xff, 0xd8, 0xff], "a JPEG picture", "name a CSV file"),
    ([0x7f, 0x45, 0x4c, 0x46], "a program (ELF)", "name a CSV file"),
  ]

  private static let texts: [(start: String, name: String, remedy: String)] = {
    let page = "download the file itself: open the address in a browser and look at what it is"
    return [
      (
        "version https://git-lfs", "a pointer of Git LFS, not the file itself",
        "fetch the file: git lfs pull, in the folder of the repository"
      ),
      ("<!doctype", "a web page (HTML)", page), ("<html", "a web page (HTML)", page),
      ("<head", "a web page (HTML)", page), ("<body", "a web page (HTML)", page),
      ("<table", "a web page (HTML)", page), ("<script", "a web page (HTML)", page),
      ("<?xml", "an XML file", "export the table as CSV"),
      ("{\\rtf", "an RTF document", "save the table as CSV"),
      (
        "@relation", "an ARFF file of Weka",
        "delete the lines up to @data and put one line with the column names in their place"
      ),
    ]
  }()
}
