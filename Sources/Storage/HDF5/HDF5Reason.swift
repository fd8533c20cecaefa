import CHDF5

/// What the library's words for a failure mean to a person, where they do not mean damage.
enum HDF5Reason {
  /// The error for words that are known; `nil` for others.
  static func error(_ words: String, path: String, at place: String) -> StorageError? {
    if words.contains("h5clear") || words.contains("already open for") {
      return .unreadable(
        path: path, at: place, expected: "a file that no program is writing",
        found: "one that was not closed after writing",
        advice: "close it in the program that writes it; if that program has crashed, "
          + "`h5clear -s \(FileKind.quoted(path))` marks the file as closed")
    }
    if words.contains("required filter")
      || words.contains("filter") && words.contains("not registered")
      || words.contains("plugin")
    {
      let name = words.split(separator: "'").dropFirst().first.map(String.init)
      return missingFilter(name ?? "one that is not there", path: path, at: place)
    }
    if words.contains("external") && words.contains("open") {
      return .missing(
        path: path, at: place, expected: "the file that holds the elements", found: words,
        advice: "put that file beside this one")
    }
    return nil
  }

  /// The error for chunks that went through a filter which the library lacks.
  static func missingFilter(_ name: String, path: String, at place: String) -> StorageError {
    .unsupported(
      path: path, at: place, expected: "chunks that are deflated or plain",
      found: "a data set compressed with \(name), which this build of HDF5 lacks",
      advice: "write it again from Python with h5py and compression=\"gzip\""
        + (plugins.contains(name) ? " (after import hdf5plugin, which has \(name))" : ""))
  }

  /// The names of filters by the numbers under which they are registered with the HDF Group.
  static let filterNames: [Int32: String] = [
    1: "gzip (deflate)", 2: "shuffle", 3: "Fletcher-32", 4: "SZIP", 5: "N-bit", 6: "scale-offset",
    305: "LZO", 307: "bzip2", 32000: "LZF", 32001: "Blosc", 32004: "LZ4", 32008: "bitshuffle",
    32013: "ZFP", 32015: "Zstandard", 32017: "SZ", 32018: "FCIDECOMP", 32019: "JPEG",
    32023: "Sperr",
    32024: "SZ3", 32026: "Blosc2",
  ]

  /// Those that the Python package hdf5plugin has.
  private static let plugins: Set<String> = [
    "bzip2", "Blosc", "LZ4", "bitshuffle", "ZFP", "Zstandard", "SZ", "FCIDECOMP", "Sperr", "SZ3",
    "Blosc2",
  ]
}
