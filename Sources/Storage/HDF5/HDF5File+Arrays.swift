import CHDF5
import Foundation

extension HDF5File {
  /// What a data set is, without reading its elements.
  ///
  /// - Throws: ``StorageError`` if there is no such data set or its elements are of an unknown type.
  public func describe(_ name: String) throws(StorageError) -> Description {
    try scoped("data set \"\(name)\"") { (scope) throws(StorageError) in
      let dataset = try dataset(name, scope)
      let (shape, _) = try shape(dataset, scope)
      let properties = try scope.own(
        H5Dget_create_plist(dataset), .properties, "H5Dget_create_plist")
      var chunk: [Int]?
      if H5Pget_layout(properties) == H5D_CHUNKED {
        chunk = try scope.sizes(Int32(shape.count), "H5Pget_chunk") {
          H5Pget_chunk(properties, Int32(shape.count), $0)
        }.map(Int.init)
      }
      var (flags, valueCount, configuration) = (UInt32(0), 0, UInt32(0))
      let deflate = H5Pget_filter_by_id2(
        properties, H5Z_FILTER_DEFLATE, &flags, &valueCount, nil, 0, nil,
        &configuration)
      // The library calls it a failure that there is no such filter.
      if deflate < 0 { _ = tessera_h5_clear_errors() }
      return Description(
        shape: shape, elementType: try elementType(dataset, scope), chunk: chunk,
        isCompressed: deflate >= 0)
    }
  }

  /// Whether a data set's elements lie in another file: behind an external link, in external storage, or as a virtual data set.
  ///
  /// - Throws: ``StorageError`` if there is no such data set.
  public func isElsewhere(_ name: String) throws(StorageError) -> Bool {
    if try place(name).place.file != place("/").place.file { return true }
    return try scoped("data set \"\(name)\"") { (scope) throws(StorageError) in
      try isElsewhere(try dataset(name, scope), scope)
    }
  }

  /// Checks that data sets which are read together are no more than the file can hold.
  ///
  /// Each may be within its bound and all of them far beyond it: extents cost a file nothing. What lies in other files
  /// does not count.
  ///
  /// - Throws: ``StorageError/unsupported(path:at:expected:found:advice:)`` with the bytes, or if there is no such data set.
  public func checkRoom(for names: [String]) throws(StorageError) {
    var total = 0
    for name in names {
      if try isElsewhere(name) { continue }
      let (sum, overflows) = total.addingReportingOverflow(try describe(name).byteCount)
      total = overflows ? .max : sum
    }
    guard total <= mostBytes else {
      throw .unsupported(
        path: path, at: "data sets \(listing(names))",
        expected: "at most \(mostBytes) bytes in all, what a file of this size can hold",
        found: total == .max ? "more than can be counted" : "\(total)",
        advice: "the file is damaged, or holds far more zeros than values: write it again")
    }
  }

  /// Reads a whole data set.
  ///
  /// - Throws: ``StorageError`` if there is no such data set, its elements are of an unknown type, it does
  ///   not fit the memory, or a chunk is damaged.
  public func array(_ name: String) throws(StorageError) -> StoredArray {
    try scoped("data set \"\(name)\"") { (scope) throws(StorageError) in
      let dataset = try dataset(name, scope)
      let (shape, _) = try shape(dataset, scope)
      return try read(
        dataset, scope, shape: shape, memory: tessera_h5_all(), file: tessera_h5_all())
    }
  }

  /// Reads a block of a data set: along each axis `count` elements from `start` on.
  ///
  /// - Throws: ``StorageError/mismatched(path:at:expected:found:advice:)`` if the block is not inside the
  ///   data set, and otherwise as ``array(_:)`` does.
  public func array(
    _ name: String, start: [Int], count: [Int]
  ) throws(StorageError) -> StoredArray {
    try scoped("data set \"\(name)\"") { (scope) throws(StorageError) in
      let dataset = try dataset(name, scope)
      let (shape, space) = try shape(dataset, scope)
      let memory = try select(start, count, in: space, of: shape, scope)
      return try read(
        dataset, scope, shape: count, memory: memory, file: space)
    }
  }

  /// Reads consecutive entries along the first axis.
  ///
  /// - Throws: ``StorageError`` as ``array(_:start:count:)`` does.
  public func rows(_ range: Range<Int>, of name: String) throws(StorageError) -> StoredArray {
    let shape = try describe(name).shape
    guard !shape.isEmpty else {
      throw .mismatched(
        path: path, at: "data set \"\(name)\"", expected: "rows", found: "a single number",
        advice: "read the whole data set")
    }
    return try array(
      name, start: [range.lowerBound] + shape.dropFirst().map { _ in 0 },
      count: [range.count] + shape.dropFirst())
  }

  /// Reads a data set of strings.
  ///
  /// - Throws: ``StorageError`` if there is no such data set or it holds something else.
  public func strings(_ name: String) throws(StorageError) -> [String] {
    try scoped("data set \"\(name)\"") { (scope) throws(StorageError) in
      let dataset = try dataset(name, scope)
      let (_, space) = try shape(dataset, scope)
      let type = try scope.own(H5Dget_type(dataset), .type, "H5Dget_type")
      guard H5Tget_class(type) == H5T_STRING else {
        throw .mismatched(
          path: path, at: scope.location, expected: "strings",
          found: "elements of another type", advice: "read it as an array")
      }
      return try HDF5Strings.read(
        of: dataset, type: type, space: space, most: mostBytes, scope)
    }
  }

  func shape(
    _ dataset: hid_t, _ scope: HDF5Scope
  ) throws(StorageError) -> ([Int], hid_t) {
    let space = try scope.own(H5Dget_space(dataset), .space, "H5Dget_space")
    return (try Self.extents(space, scope), space)
  }

  static func extents(_ space: hid_t, _ scope: HDF5Scope) throws(StorageError) -> [Int] {
    guard H5Sget_simple_extent_type(space) != H5S_NULL else {
      throw .unsupported(
        path: scope.path, at: scope.location, expected: "elements",
        found: "a null data space, which has none", advice: "leave it out")
    }
    let sizes = try scope.sizes(
      H5Sget_simple_extent_ndims(space), "H5Sget_simple_extent_dims"
    ) { H5Sget_simple_extent_dims(space, $0, nil) }
    return sizes.map { Int(clamping: $0) }
  }

  private func elementType(
    _ dataset: hid_t, _ scope: HDF5Scope
  ) throws(StorageError) -> ElementType {
    try ElementType(
      hdf5: scope.own(H5Dget_type(dataset), .type, "H5Dget_type"), scope)
  }

  private func read(
    _ dataset: hid_t, _ scope: HDF5Scope, shape: [Int], memory: hid_t, file: hid_t
  ) throws(StorageError) -> StoredArray {
    let type = try elementType(dataset, scope)
    let properties = try scope.own(
      H5Dget_create_plist(dataset), .properties, "H5Dget_create_plist")
    let most = try mostBytes(of: dataset, type, scope)
    try checkVirtualSources(properties, scope)
    try checkExternalFiles(properties, scope)
    do throws(StorageError) {
      return try StoredArray.read(type, shape: shape, most: most, scope) { memoryType, bytes in
        H5Dread(dataset, memoryType, memory, file, tessera_h5_default(), bytes)
      }
    } catch {
      // A filter that is missing matters only where a chunk went through it.
      try checkFilters(properties, scope)
      throw error
    }
  }

  /// How many bytes of a data set may be read at once. One that lies in other files may be larger than this one.
  private func mostBytes(
    of dataset: hid_t, _ type: ElementType, _ scope: HDF5Scope
  ) throws(StorageError) -> Int {
    if try isElsewhere(dataset, scope) { return .max }
    let properties = try scope.own(
      H5Dget_create_plist(dataset), .properties, "H5Dget_create_plist")
    guard H5Pget_layout(properties) == H5D_CHUNKED else { return mostBytes }
    let rank = Int32(try shape(dataset, scope).0.count)
    let chunk = try scope.sizes(rank, "H5Pget_chunk") { H5Pget_chunk(properties, rank, $0) }
    // The library unpacks a chunk whole, however little of it is asked for.
    guard let size = byteCount(of: chunk.map { Int(clamping: $0) }, type), size <= mostBytes else {
      throw .unsupported(
        path: path, at: scope.location,
        expected: "chunks of at most \(mostBytes) bytes in a file of this size",
        found: "chunks of \(chunk) elements",
        advice: "the file is damaged, or write it again with smaller chunks")
    }
    return mostBytes
  }

  /// Whether a data set's elements lie in other files.
  private func isElsewhere(_ dataset: hid_t, _ scope: HDF5Scope) throws(StorageError) -> Bool {
    let properties = try scope.own(
      H5Dget_create_plist(dataset), .properties, "H5Dget_create_plist")
    return H5Pget_layout(properties) == H5D_VIRTUAL || H5Pget_external_count(properties) > 0
  }

  private func select(
    _ start: [Int], _ count: [Int], in space: hid_t, of shape: [Int], _ scope: HDF5Scope
  ) throws(StorageError) -> hid_t {
    guard start.count == shape.count, count.count == shape.count,
      zip(shape, zip(start, count)).allSatisfy({ extent, block in
        block.0 >= 0 && block.1 >= 0 && block.0 <= extent && block.1 <= extent - block.0
      })
    else {
      throw .mismatched(
        path: path, at: scope.location, expected: "a block inside shape \(shape)",
        found: "\(count) from \(start)", advice: "ask for elements that are there")
    }
    return try scope.block(start, count, in: space)
  }
}

extension HDF5Scope {
  /// Selects a block of a file's data space and returns the data space of the block in memory.
  func block(
    _ start: [Int], _ count: [Int], in space: hid_t
  ) throws(StorageError) -> hid_t {
    let starts = start.map { hsize_t($0) }
    let counts = count.map { hsize_t($0) }
    if !counts.isEmpty {
      try check(
        H5Sselect_hyperslab(space, H5S_SELECT_SET, starts, nil, counts, nil),
        "H5Sselect_hyperslab")
    }
    return try own(
      H5Screate_simple(Int32(counts.count), counts, nil), .space, "H5Screate_simple")
  }
}

extension StoredArray {
  /// Makes room for elements of a type and lets a call of the library fill it.
  static func read(
    _ type: ElementType, shape: [Int], most: Int, _ scope: HDF5Scope,
    by call: (_ memoryType: hid_t, _ memory: UnsafeMutableRawPointer) -> herr_t
  ) throws(StorageError) -> StoredArray {
    let room = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    guard let size = byteCount(of: shape, type), size <= min(room, most) else {
      let reason = most < room ? "what a file of this size can hold" : "the memory here"
      throw .unsupported(
        path: scope.path, at: scope.location,
        expected: "at most \(min(room, most)) bytes, \(reason)",
        found: "shape \(shape) of \(type)", advice: "read it in slices")
    }
    let memoryType = try type.hdf5Type(scope)
    var code: herr_t = 0
    func fill<Element>(_ zero: Element) -> [Element] {
      var elements = [Element](repeating: zero, count: size / MemoryLayout<Element>.size)
      elements.withUnsafeMutableBytes { bytes in
        if let base = bytes.baseAddress, !bytes.isEmpty { code = call(memoryType, base) }
      }
      return elements
    }
    let elements: Elements =
      switch type {
      case .float64: .float64(fill(0))
      case .float32: .float32(fill(0))
      case .float16: .float16(fill(0))
      case .bfloat16: .bfloat16(fill(0))
      case .float8e4m3: .float8e4m3(fill(0))
      case .float8e5m2: .float8e5m2(fill(0))
      case .int64: .int64(fill(0))
      case .int32: .int32(fill(0))
      case .int16: .int16(fill(0))
      case .int8: .int8(fill(0))
      case .uint64: .uint64(fill(0))
      case .uint32: .uint32(fill(0))
      case .uint16: .uint16(fill(0))
      case .uint8: .uint8(fill(0))
      case .bool: .bool(fill(UInt8(0)).map { $0 != 0 })
      }
    try scope.check(code, "reading elements")
    return StoredArray(shape: shape, elements: elements)
  }
}
