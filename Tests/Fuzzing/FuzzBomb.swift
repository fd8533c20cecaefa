import CHDF5
import Foundation
import Storage

/// An input that asks for far more memory or time than it is long, or that is long and dull enough to show what grows
/// faster than it.
public struct FuzzBomb: Sendable {
  /// What it is.
  public let name: String
  /// The reader that gets it.
  public let reader: String
  /// The most memory that reading may take, as a multiple of the input; 64 MiB are free.
  public let multiple: Double
  /// The input.
  public let bytes: @Sendable () throws -> [UInt8]

  init(
    _ reader: String, _ name: String, multiple: Double = 40,
    _ bytes: @escaping @Sendable () throws -> [UInt8]
  ) {
    self.reader = reader
    self.name = name
    self.multiple = multiple
    self.bytes = bytes
  }

  /// All of them.
  public static let all = text + arrays + pictures + hdf5

  private static func times(_ word: String, _ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(word.utf8.count * count)
    for _ in 0..<count { bytes += word.utf8 }
    return bytes
  }

  private static func words(_ count: Int, _ word: (Int) -> String) -> [UInt8] {
    Array((0..<count).map(word).joined().utf8)
  }

  /// Aliases that each stand twice for the one before.
  private static func laughs(_ count: Int, after head: String, before tail: String) -> [UInt8] {
    var text = head + "x:\n- &a0 [z, z]\n"
    for level in 1..<count { text += "- &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    return Array((text + tail).utf8)
  }

  private static let text: [FuzzBomb] = [
    .init("csv", "eight million columns without a name") { times(",", 8_000_000) },
    .init("csv", "five million quotes") { times("\"", 5_000_000) },
    .init("csv", "two million rows") { times("1\n", 2_000_000) },
    .init("csv", "a million empty lines, then none") { times("\n", 1_000_000) },
    .init("csv", "200,000 named columns", multiple: 120) {
      words(200_000) { "c\($0)," } + times("\n1", 1)
    },
    .init("csv", "a field of five million digits") { times("a\n", 1) + times("7", 5_000_000) },
    .init("table", "30,000 columns", multiple: 120) {
      let names = words(30_000) { $0 == 0 ? "y" : ",c\($0)" }
      return names
        + (0..<4).flatMap { row in words(30_000) { "\($0 == 0 ? "\n" : ",")\($0 + row)" } }
    },
    .init("table", "a million rows of words", multiple: 120) {
      times("y,t\n", 1) + words(300_000) { "\($0 % 2),w\($0)\n" }
    },
    .init("yaml", "aliases of aliases") { laughs(60, after: "experiment: fairness\n", before: "") },
    .init("yaml", "aliases of aliases as a key") {
      laughs(40, after: "experiment: fairness\n", before: "- {? *a39 : 1}\n")
    },
    .init("yaml", "a sweep of ten thousand million runs", multiple: 120) {
      let values = (1...30_000).map(String.init).joined(separator: ",")
      return Array(
        "experiment: fairness\nsweep:\n  seed: [\(values)]\n  batchSize: [\(values)]\n".utf8)
    },
    .init("yaml", "100,000 brackets") { times("experiment: ", 1) + times("[", 100_000) },
    .init("yaml", "100,000 question marks") { times("experiment: x\n", 1) + times("? ", 100_000) },
    .init("yaml", "a name of two million letters") {
      times("experiment: ", 1) + times("x", 1_000_000)
    },
    .init("yaml", "50,000 keys", multiple: 120) { words(50_000) { "k\($0): \($0)\n" } },
    .init("yaml", "five million bytes of words") { times("# words\n", 700_000) },
    .init("override", "100,000 values", multiple: 120) {
      times("seed=0", 1) + words(100_000) { ",\($0)" }
    },
    .init("override", "100,000 brackets") { times("model.hidden=", 1) + times("[", 100_000) },
    .init("override", "a key of a million letters") { times("k", 1_000_000) + times("=1", 1) },
    .init("json", "a million brackets") { times("[", 1_000_000) },
    .init("json", "two million zeros in a list", multiple: 60) {
      times("[0", 1) + times(",0", 2_000_000) + times("]", 1)
    },
    .init("json", "a number of a million digits") { times("1", 1_000_000) },
    .init("json", "an exponent of a million digits") { times("1e", 1) + times("1", 1_000_000) },
    .init("json", "a text of five million escapes") {
      times("\"", 1) + times("\\n", 2_500_000) + times("\"", 1)
    },
    .init("json", "an object of 200,000 names", multiple: 120) {
      times("{\"a\":0", 1) + words(200_000) { ",\"\($0)\":0" } + times("}", 1)
    },
    .init("run-folder", "100,000 steps", multiple: 120) {
      try runFolder(
        metrics: words(100_000) { "{\"step\": \($0), \"time\": 1, \"values\": {\"a\": \($0)}}\n" })
    },
    .init("run-folder", "a step with 100,000 values", multiple: 400) {
      try runFolder(
        metrics: times("{\"step\": 0, \"time\": 1, \"values\": {\"a\": 0", 1)
          + words(100_000) { ",\"v\($0)\": 1" } + times("}}\n", 1))
    },
    .init("run-folder", "a config of aliases of aliases") {
      try runFolder(
        config: laughs(40, after: "experiment: fairness\n", before: "y: {? *a39 : 1}\n"))
    },
    .init("boxes", "a million words on a line") { times("1,", 1_000_000) },
    .init("boxes", "200,000 lines", multiple: 60) { times("64,64,10,20\n", 200_000) },
  ]

  /// A sound run folder with other metrics or another configuration.
  private static func runFolder(metrics: [UInt8]? = nil, config: [UInt8]? = nil) throws -> [UInt8] {
    var parts = try Seeds.runFolders()[0].split(separator: 30, omittingEmptySubsequences: false)
      .map(Array.init)
    if let metrics { parts[2] = metrics }
    if let config { parts[3] = config }
    return Array(parts.joined(separator: [30]))
  }

  private static func npy(_ header: String, version: UInt8 = 1, data: [UInt8] = []) -> [UInt8] {
    let text = Array(header.utf8)
    let width = version == 1 ? 2 : 4
    return [0x93] + Array("NUMPY".utf8) + [version, 0]
      + (0..<width).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text + data
  }

  private static func safetensors(_ header: [UInt8], _ data: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + data
  }

  private static let arrays: [FuzzBomb] = [
    .init("npy", "a shape of a million million") {
      npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }")
    },
    .init("npy", "a million extents of 1, column by column") {
      npy(
        "{'descr': '|u1', 'fortran_order': True, 'shape': ("
          + String(repeating: "1,", count: 1_000_000) + "1000000), }", version: 2,
        data: [UInt8](repeating: 1, count: 1_000_000))
    },
    .init("npy", "a header of four thousand million bytes") {
      [0x93] + Array("NUMPY".utf8) + [2, 0, 255, 255, 255, 255] + times(" ", 1000)
    },
    .init("npy", "column by column, 4 MB") {
      npy(
        "{'descr': '>i4', 'fortran_order': True, 'shape': (1000, 1000), }",
        data: [UInt8](repeating: 1, count: 4_000_000))
    },
    .init("npz", "2,000 members over one another", multiple: 40) { overlapping(2000) },
    .init("npz", "20,000 members", multiple: 120) {
      let one = StoredArray([UInt8(1)])
      return try Seeds.written("a.npz") { path in
        try NPZ.write(
          Dictionary(uniqueKeysWithValues: (0..<20_000).map { ("n\($0)", one) }), to: path,
          compressed: false)
      }[0]
    },
    // Deflate packs zeros 1,030 to 1; that is what an archive may ask for, in two copies.
    .init("npz", "16 MB of zeros", multiple: 8000) {
      try Seeds.written("a.npz") { path in
        try NPZ.write(["z": StoredArray([UInt8](repeating: 0, count: 16_000_000))], to: path)
      }[0]
    },
    .init("safetensors", "a header of 10^18 bytes") {
      withUnsafeBytes(of: UInt64(1_000_000_000_000_000_000).littleEndian) { Array($0) }
        + times("{", 100)
    },
    .init("safetensors", "a shape of a million extents", multiple: 60) {
      safetensors(
        times("{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1],\"shape\":[1", 1)
          + times(",1", 1_000_000) + times("]}}", 1), [1])
    },
    .init("safetensors", "100,000 arrays", multiple: 120) {
      safetensors(
        times("{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,0],\"shape\":[0]}", 1)
          + words(50_000) { ",\"\($0)\":{\"dtype\":\"U8\",\"data_offsets\":[0,0],\"shape\":[0]}" }
          + times("}", 1))
    },
    .init("idx", "extents whose product overflows, and one of 0") {
      [0, 0, 8, 255] + [UInt8](repeating: 255, count: 4 * 254) + [0, 0, 0, 0]
    },
    .init("idx", "extents of 2^32 - 1") { [0, 0, 8, 3] + [UInt8](repeating: 255, count: 12) },
    .init("idx", "gzip of 64 MB of zeros", multiple: 6000) {
      Gzip.deflate([UInt8](repeating: 0, count: 64_000_000))
    },
    .init("gzip", "200,000 empty members") {
      let one = Gzip.deflate([])
      return [UInt8]((0..<200_000).map { _ in one }.joined())
    },
    .init("cifar", "10 MB") {
      [UInt8]((0..<3300).map { _ in [UInt8](repeating: 1, count: 3073) }.joined())
    },
  ]

  /// An archive whose members all have the same bytes.
  private static func overlapping(_ count: Int) -> [UInt8] {
    func little(_ value: Int, _ width: Int) -> [UInt8] {
      (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let inner = npy(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2000000,), }",
      data: [UInt8](repeating: 0, count: 2_000_000))
    // A gzip file is a header of ten bytes, a deflate stream, its check value and its size.
    let gzip = Gzip.deflate(inner)
    let packed = Array(gzip[10..<gzip.count - 8])
    let check = Array(gzip[(gzip.count - 8)..<(gzip.count - 4)])
    let local: [UInt8] =
      little(0x0403_4b50, 4) + little(20, 2) + little(0, 2) + little(8, 2) + little(0, 4) + check
      + little(packed.count, 4) + little(inner.count, 4) + little(0, 2) + little(0, 2)
    var file = local + packed
    let start = file.count
    for index in 0..<count {
      let name = Array("n\(index).npy".utf8)
      file +=
        little(0x0201_4b50, 4) + little(20, 2) + little(20, 2) + little(0, 2) + little(8, 2)
        + little(0, 4) + check + little(packed.count, 4) + little(inner.count, 4)
        + little(name.count, 2)
      file +=
        little(0, 2) + little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4) + little(0, 4)
        + name
    }
    let size = file.count - start
    file +=
      little(0x0605_4b50, 4) + little(0, 4) + little(count, 2) + little(count, 2) + little(size, 4)
      + little(start, 4) + little(0, 2)
    return file
  }

  private static func big(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// A picture with a chunk that says to be far longer than the file.
  private static func longChunk(_ name: String) -> [UInt8] {
    let file = png(9, 9, depth: 8, colours: 6, data: [1, 2, 3])
    return file[..<33] + big(0x7fff_fff0) + Array(name.utf8) + file[33...]
  }

  private static func png(_ width: Int, _ height: Int, depth: UInt8, colours: UInt8, data: [UInt8])
    -> [UInt8]
  {
    func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
      big(data.count) + Array(name.utf8) + data + [0, 0, 0, 0]
    }
    var file: [UInt8] = [137, 80, 78, 71, 13, 10, 26, 10]
    file +=
      chunk("IHDR", big(width) + big(height) + [depth, colours, 0, 0, 0]) + chunk("IDAT", data)
      + chunk("IEND", [])
    return Repair.png(file)
  }

  private static func jpeg(_ side: Int, isProgressive: Bool, scans: Int) -> [UInt8] {
    let extents = [UInt8(side >> 8), UInt8(side & 255), UInt8(side >> 8), UInt8(side & 255)]
    var file: [UInt8] = [0xff, 0xd8, 0xff, 0xdb, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
    file += [0xff, isProgressive ? 0xc2 : 0xc0, 0, 11, 8] + extents + [1, 1, 0x11, 0]
    for kind: UInt8 in [0, 0x10] {
      file += [0xff, 0xc4, 0, 20, kind, 1] + [UInt8](repeating: 0, count: 15) + [0]
    }
    for scan in 0..<scans { file += [0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, scan == 0 ? 0x01 : 0x10] }
    return file + [0xff, 0xd9]
  }

  private static let pictures: [FuzzBomb] = [
    .init("png", "2^31 - 1 pixels a side") {
      png(.init(Int32.max), .init(Int32.max), depth: 8, colours: 6, data: [1, 2, 3])
    },
    .init("png", "32,000 pixels a side in 100 bytes") {
      png(32_000, 32_000, depth: 8, colours: 0, data: [1, 2, 3])
    },
    .init("png", "a profile of two thousand million bytes") { longChunk("iCCP") },
    .init("png", "a text of two thousand million bytes") { longChunk("tEXt") },
    .init("png", "facts of a camera of two thousand million bytes") { longChunk("eXIf") },
    .init("png", "a bit a pixel, 20,000 a side, all alike", multiple: 20_000) {
      let gzip = Gzip.deflate([UInt8](repeating: 0, count: 20_000 * 2501))
      // zlib's frame in place of gzip's; the check value is that of zeros.
      let zlib = [0x78, 0x9c] + gzip[10..<gzip.count - 8] + adlerOfZeros(20_000 * 2501)
      return png(20_000, 20_000, depth: 1, colours: 0, data: zlib)
    },
    .init("jpeg", "65,500 pixels a side") { jpeg(65_500, isProgressive: false, scans: 1) },
    .init("jpeg", "65,500 pixels a side, in layers") {
      jpeg(65_500, isProgressive: true, scans: 1)
    },
    .init("jpeg", "4,000 pixels a side, 10,000 layers", multiple: 1000) {
      jpeg(4000, isProgressive: true, scans: 10_000)
    },
  ]

  /// Adler-32 of zeros: the first sum stays 1, the second is their number.
  private static func adlerOfZeros(_ count: Int) -> [UInt8] { big(count % 65_521 << 16 | 1) }

  private static let hdf5: [FuzzBomb] = [
    .init("hdf5", "a data set of a million million elements, none written") {
      try made { file in sparse(file, "x", [1_000_000, 1_000_000], chunk: [10, 10]) }
    },
    .init("hdf5", "a chunk of four thousand million bytes") {
      try made { file in sparse(file, "x", [500_000_000], chunk: [500_000_000]) }
    },
    .init("hdf5", "30 groups, each twice in the one before") {
      try made { file in
        let plain = tessera_h5_default()
        var group = H5Gcreate2(file, "g", plain, plain, plain)
        for _ in 0..<30 {
          let next = H5Gcreate2(group, "a", plain, plain, plain)
          H5Lcreate_hard(group, "a", group, "b", plain, plain)
          H5Gclose(group)
          group = next
        }
        H5Gclose(group)
      }
    },
    .init("hdf5", "groups that contain one another") {
      try made { file in
        let plain = tessera_h5_default()
        for name in ["a", "b", "c"] { H5Lcreate_hard(file, "/", file, name, plain, plain) }
      }
    },
    .init("hdf5", "a data set of 1 MB under 1,000 names", multiple: 3000) {
      try made { file in
        let plain = tessera_h5_default()
        sparse(file, "x", [1_000_000], chunk: [1_000_000])
        for index in 0..<1000 { H5Lcreate_hard(file, "/x", file, "n\(index)", plain, plain) }
      }
    },
  ]

  private static func made(_ body: (hid_t) -> Void) throws -> [UInt8] {
    try Seeds.written("a.h5") { path in
      // The reader's first use sets the library up.
      _ = try? HDF5File(reading: path)
      let file = H5Fcreate(path, tessera_h5_exclusive(), tessera_h5_default(), tessera_h5_default())
      body(file)
      H5Fclose(file)
    }[0]
  }

  private static func sparse(_ file: hid_t, _ name: String, _ shape: [hsize_t], chunk: [hsize_t]) {
    let space = H5Screate_simple(Int32(shape.count), shape, nil)
    let creation = H5Pcreate(tessera_h5_dataset_creation())
    H5Pset_chunk(creation, Int32(chunk.count), chunk)
    H5Pset_deflate(creation, 9)
    let plain = tessera_h5_default()
    H5Dclose(H5Dcreate2(file, name, tessera_h5_native_double(), space, plain, creation, plain))
    H5Pclose(creation)
    H5Sclose(space)
  }
}
