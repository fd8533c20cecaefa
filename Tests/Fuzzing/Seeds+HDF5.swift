import CHDF5
import Datasets
import Foundation
import Storage

extension Seeds {
  static func hdf5() throws -> [[UInt8]] {
    try written("a.h5") { path in
      try HDF5File.write(to: path) { (file) throws(StorageError) in
        try file.write(arrays[0].array, at: "group/inner/a")
        try file.write(arrays[3].array, at: "d")
        try file.write(
          StoredArray((0..<60).map { Float($0) }, shape: [20, 3]), at: "c", chunk: [8, 2],
          compression: 6)
        try file.write(["one", "", "three"], at: "words")
        try file.setAttribute("title", .text("Größe"))
        try file.setAttribute("tags", .texts(["a", "bc"]), of: "c")
        try file.setAttribute("count", .array(StoredArray([-7], shape: [])), of: "group")
      }
    }
      + written("a.h5") { path in
        try HDF5File.write(to: path) { (file) throws(StorageError) in
          try file.write(arrays[4].array, at: "e", chunk: [1, 2])
        }
      }
      + written("a.h5") { try library($0, isLatest: false) }
      + written("a.h5") { try library($0, isLatest: true) }
  }

  static func scenes() throws -> [[UInt8]] {
    try written("scenes.h5") { path in
      try HDF5File.write(to: path) { (file) throws(StorageError) in
        try file.setAttribute("format", .text("tessera-scenes"))
        try file.setAttribute("version", .array(StoredArray([1], shape: [])))
        try file.setAttribute("sources", .texts(["a", "b"]))
        try file.setAttribute("order", .text("BGR"))
        let (count, side) = (2, 4)
        let pixels = (0..<count * side * side * 3).map { UInt8($0 % 256) }
        try file.write(
          StoredArray(pixels, shape: [count, side, side, 3]), at: "train/images", compression: 1)
        try file.write(
          StoredArray(
            [UInt8](repeating: 1, count: count * side * side), shape: [count, side, side]),
          at: "train/masks", compression: 1)
        let boxes: [Float] = [0.5, 0.5, 0.2, 0.2, 0, 0, 0, 0, 0.1, 0.9, 0.3, 0.1, 0.5, 0.5, 1, 1]
        try file.write(StoredArray(boxes, shape: [count, 2, 4]), at: "train/boxes")
        try file.write(StoredArray([1, 2]), at: "train/boxCounts")
        try file.write(StoredArray([0, 1]), at: "train/source")
      }
    }
  }

  /// A file with what our own writer does not make: the other layouts, filters, types and links of the library, in its
  /// oldest format or in its newest.
  private static func library(_ path: String, isLatest: Bool) throws {
    // The library's own start, by its lock, comes first.
    _ = try? HDF5File(reading: "/dev/null/none.h5")
    let access = H5Pcreate(tessera_h5_file_access())
    if isLatest { H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) }
    let file = H5Fcreate(path, tessera_h5_exclusive(), tessera_h5_default(), access)
    defer {
      H5Fclose(file)
      H5Pclose(access)
    }
    let plain = tessera_h5_default()
    let links = H5Pcreate(tessera_h5_link_creation())
    H5Pset_create_intermediate_group(links, 1)

    func dataset(
      _ name: String, _ type: hid_t, _ shape: [hsize_t], most: [hsize_t]? = nil,
      chunk: [hsize_t]? = nil,
      filters: (hid_t) -> Void = { _ in }
    ) {
      let space = H5Screate_simple(Int32(shape.count), shape, most)
      let creation = H5Pcreate(tessera_h5_dataset_creation())
      if let chunk { H5Pset_chunk(creation, Int32(chunk.count), chunk) }
      filters(creation)
      let dataset = H5Dcreate2(file, name, type, space, links, creation, plain)
      let values = (0..<64).map { Int64($0) }
      values.withUnsafeBytes { bytes in
        _ = H5Dwrite(
          dataset, type, tessera_h5_all(), tessera_h5_all(), plain, bytes.baseAddress)
      }
      H5Dclose(dataset)
      H5Pclose(creation)
      H5Sclose(space)
    }
    let (int64, int32) = (tessera_h5_native_int64(), tessera_h5_native_int32())
    dataset("compact", int32, [4]) { H5Pset_layout($0, H5D_COMPACT) }
    dataset("more/checked", int64, [6], chunk: [4]) {
      H5Pset_shuffle($0)
      H5Pset_fletcher32($0)
    }
    dataset("more/scaled", int32, [8], chunk: [4]) { H5Pset_scaleoffset($0, H5Z_SO_INT, 0) }
    dataset("more/bits", int32, [8], chunk: [4]) { H5Pset_nbit($0) }
    dataset("grows", int32, [5], most: [hsize_t.max], chunk: [2]) { H5Pset_deflate($0, 1) }
    dataset("grows2", int32, [3, 2], most: [hsize_t.max, hsize_t.max], chunk: [2, 2])
    dataset("late", tessera_h5_native_double(), [2]) { H5Pset_fill_time($0, H5D_FILL_TIME_IFSET) }
    let fixed = H5Tcopy(tessera_h5_c_string())
    H5Tset_size(fixed, 5)
    dataset("fixed", fixed, [3])
    let record = H5Tcreate(H5T_COMPOUND, 16)
    H5Tinsert(record, "x", 0, int64)
    H5Tinsert(record, "y", 8, tessera_h5_native_double())
    dataset("record", record, [2])
    let pair = H5Tarray_create2(int32, 1, [2])
    dataset("pairs", pair, [3])
    H5Tcommit2(file, "type", record, plain, plain, plain)
    H5Lcreate_soft("/more/checked", file, "soft", plain, plain)
    H5Lcreate_soft("/nowhere", file, "loose", plain, plain)
    H5Lcreate_hard(file, "/", file, "more/cycle", plain, plain)
    H5Lcreate_external("other.h5", "/x", file, "outside", plain, plain)
    // More attributes and links than lie in a header, so that they move to heaps.
    let scalar = H5Screate_simple(0, nil, nil)
    for index in 0..<(isLatest ? 10 : 2) {
      let attribute = H5Acreate2(file, "a\(index)", int32, scalar, plain, plain)
      var value = Int32(index)
      H5Awrite(attribute, int32, &value)
      H5Aclose(attribute)
      H5Lcreate_soft("/compact", file, "many/\(index)", links, plain)
    }
    for identifier in [fixed, record, pair] { H5Tclose(identifier) }
    H5Sclose(scalar)
    H5Pclose(links)
  }
}
