import Datasets
import Foundation
import Storage
import Trials

extension FuzzReader {
  /// Every reader of the package.
  public static let all: [FuzzReader] = [
    FuzzReader("csv", words: Words.csv, seeds: Seeds.csv, read: Reading.csv),
    FuzzReader("table", words: Words.csv, seeds: Seeds.tables, read: Reading.table),
    FuzzReader("adult", words: Words.csv, seeds: Seeds.adult, read: Reading.adult),
    FuzzReader(
      "communities", words: Words.csv, seeds: Seeds.communities, read: Reading.communities),
    FuzzReader("yaml", words: Words.yaml, seeds: Seeds.configs, read: Reading.config),
    FuzzReader("table-file", words: Words.yaml, seeds: Seeds.tableFiles, read: Reading.tableFile),
    FuzzReader("override", words: Words.yaml, seeds: Seeds.overrides, read: Reading.override),
    FuzzReader("json", words: Words.json, seeds: Seeds.json, read: Reading.json),
    FuzzReader("run-folder", words: Words.json, seeds: Seeds.runFolders, read: Reading.runFolder),
    FuzzReader("npy", words: Words.npy, seeds: Seeds.npy, read: Reading.npy),
    FuzzReader("npz", words: Words.npy, repair: Repair.zip, seeds: Seeds.npz, read: Reading.npz),
    FuzzReader(
      "safetensors", words: Words.json, seeds: Seeds.safetensors, read: Reading.safetensors),
    FuzzReader("hdf5", longest: 16384, repair: Repair.hdf5, seeds: Seeds.hdf5, read: Reading.hdf5),
    FuzzReader("scenes", longest: 65536, seeds: Seeds.scenes, read: Reading.scenes),
    FuzzReader("idx", seeds: Seeds.idx, read: Reading.idx),
    FuzzReader("gzip", seeds: Seeds.gzip, read: Reading.gzip),
    FuzzReader("cifar", longest: 8192, seeds: Seeds.cifar, read: Reading.cifar),
    FuzzReader("png", words: Words.png, repair: Repair.png, seeds: Seeds.png, read: Reading.png),
    FuzzReader("jpeg", words: Words.jpeg, seeds: { [] }, read: Reading.jpeg),
    FuzzReader("boxes", words: Words.csv, seeds: Seeds.boxes, read: Reading.boxes),
  ]
}

/// Words of the formats.
private enum Words {
  static let csv = [
    ",", "\n", "\r\n", "\"", "\"\"", ",,", ";", "\t", "?", "NA", "nan", "-inf", "1e400", "0x1p3",
    "1,5", "\u{feff}", "\u{a0}", "%", "1e-400", "9223372036854775808", "\0", "18446744073709551616",
  ]
  static let yaml = [
    ": ", "- ", "&a ", "*a", "<<: ", "!!float ", "!!binary ", "[", "]", "{", "}", "|\n", ">-\n",
    "? ",
    "---\n", "...\n", "%YAML 1.2\n", "sweep:\n", "  seed: [0, 1]\n", "seed: ", "experiment: ", "\"",
    "'",
    "\\x", "~", ".nan", ".inf", "1e400", "9223372036854775808", "0x", "# ", "@", "`", "\t",
    "model:\n",
  ]
  static let json = [
    "{", "}", "[", "]", "null", "true", "\"\"", "\\ud800", "\\u0000", "1e999", "-0", ":", ",",
    "9223372036854775808", "\"NaN\"", "\"Infinity\"", "\"dtype\":\"F32\"", "\"shape\":[0]",
    "\"data_offsets\":[0,0]", "\"__metadata__\":{}", "\u{1e}", "18446744073709551615",
  ]
  static let npy = [
    "'descr': '<f8'", "'|O'", "'>i8'", "'fortran_order': True", "'shape': (0,)", "(1, 1, 1,)", "()",
    "1000000000000", "9223372036854775807", "PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}", ".npy",
  ]
  static let png = [
    "IHDR", "IDAT", "IEND", "PLTE", "tRNS", "gAMA", "iCCP", "sRGB", "cHRM", "sBIT", "zTXt", "iTXt",
    "acTL", "bKGD", "hIST", "pHYs", "sPLT", "tIME", "eXIf",
  ]
  static let jpeg = ["JFIF", "Exif", "Adobe", "ICC_PROFILE"]
}
