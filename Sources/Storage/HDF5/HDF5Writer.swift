import CHDF5
import Foundation
import TensorCore

extension HDF5File {
  /// Replaces the file at `path` by a new HDF5 file with what `body` writes, atomically.
  ///
  /// Equal contents give equal bytes: no times are stored.
  ///
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``, as in an unwritable folder or on a full
  ///   disk, or what `body` throws; the old file is then intact.
  public static func write(
    to path: String, _ body: (HDF5Writer) throws(StorageError) -> Void
  ) throws(StorageError) {
    try AtomicFile.write(toPath: path) { (aside) throws(StorageError) in
      // The system's own refusal is clearer than the library's; it makes the file again.
      try AtomicFile.probe(aside, reportedAs: path)
      let writer = try HDF5Writer(creating: aside, reportedAs: path)
      try body(writer)
      try writer.flush()
    }
  }
}

/// An HDF5 file being written; see ``HDF5File/write(to:_:)``.
public final class HDF5Writer: Sendable {
  private let path: String
  private let handle: HDF5FileHandle

  init(creating aside: String, reportedAs path: String) throws(StorageError) {
    self.path = path
    handle = try HDF5Library.exclusively(path: path, location: "HDF5 file", isWriting: true) {
      (scope) throws(StorageError) in
      let file = H5Fcreate(
        aside, tessera_h5_exclusive(), tessera_h5_default(), try scope.fileAccess())
      guard file >= 0 else { throw scope.failure("creating") }
      return HDF5FileHandle(file)
    }
  }

  private func scoped<Result>(
    _ location: String, _ body: (HDF5Scope) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try HDF5Library.exclusively(path: path, location: location, isWriting: true, body)
  }

  /// Everything that closing would write is written here, where a failure can be told.
  func flush() throws(StorageError) {
    try scoped("HDF5 file") { (scope) throws(StorageError) in
      try scope.check(H5Fflush(handle.identifier, H5F_SCOPE_GLOBAL), "flushing")
    }
  }

  /// Makes a group and those above it; groups for data sets are made without being asked for.
  ///
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)`` if the name is taken.
  public func makeGroup(_ name: String) throws(StorageError) {
    try scoped("group \"\(name)\"") { (scope) throws(StorageError) in
      _ = try scope.own(
        H5Gcreate2(
          handle.identifier, name, try links(scope), tessera_h5_default(),
          tessera_h5_default()),
        .object, "making the group")
    }
  }

  /// Writes an array as a data set.
  ///
  /// - Parameters:
  ///   - array: the elements.
  ///   - name: a path such as `images/train`.
  ///   - chunk: the extents of a chunk; by default about 256 KiB of rows where the data set is compressed, and one
  ///     piece otherwise.
  ///   - compression: zlib's level from 1 to 9, or 0 for none.
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``, or
  ///   ``StorageError/unsupported(path:at:expected:found:advice:)`` for bfloat16.
  public func write(
    _ array: StoredArray, at name: String, chunk: [Int]? = nil, compression: Int = 0
  ) throws(StorageError) {
    try makeDataset(
      name, shape: array.shape, array.elementType, chunk: chunk, compression: compression)
    try write(array, into: name, start: array.shape.map { _ in 0 })
  }

  /// Makes a data set whose elements are written block by block; what is not written is zero.
  ///
  /// - Throws: ``StorageError`` as ``write(_:at:chunk:compression:)`` does.
  public func makeDataset(
    _ name: String, shape: [Int], _ type: ElementType, chunk: [Int]? = nil, compression: Int = 0
  ) throws(StorageError) {
    require(
      (0...9).contains(compression),
      "HDF5Writer.makeDataset: compression must be 0 to 9, got \(compression)")
    require(
      chunk.map { $0.count == shape.count && $0.allSatisfy { $0 > 0 } } ?? true,
      "HDF5Writer.makeDataset: chunk must be \(shape.count) positive extents, got \(chunk ?? [])")
    try scoped("data set \"\(name)\"") { (scope) throws(StorageError) in
      let fileType = try type.hdf5Type(scope)
      let space = try self.space(shape, scope)
      let properties = try scope.own(
        H5Pcreate(tessera_h5_dataset_creation()), .properties, "H5Pcreate")
      try scope.check(
        H5Pset_obj_track_times(properties, false), "H5Pset_obj_track_times")
      if (chunk != nil || compression > 0), !shape.isEmpty, !shape.contains(0) {
        let extents = (chunk ?? Self.chunk(shape, type)).map { hsize_t($0) }
        try scope.check(
          H5Pset_chunk(properties, Int32(extents.count), extents), "H5Pset_chunk")
        if compression > 0 {
          try scope.check(
            H5Pset_deflate(properties, UInt32(compression)), "H5Pset_deflate")
        }
      }
      _ = try scope.own(
        H5Dcreate2(
          handle.identifier, name, fileType, space,
          try links(scope), properties, tessera_h5_default()),
        .dataset, "making the data set")
    }
  }

  /// Writes a block of elements into a data set made before.
  ///
  /// - Throws: ``StorageError/mismatched(path:at:expected:found:advice:)`` if the block is not inside the
  ///   data set, or ``StorageError/unwritable(path:at:expected:found:advice:)``.
  public func write(
    _ block: StoredArray, into name: String, start: [Int]
  ) throws(StorageError) {
    try scoped("data set \"\(name)\"") { (scope) throws(StorageError) in
      let dataset = try scope.own(
        H5Dopen2(handle.identifier, name, tessera_h5_default()), .dataset, "opening")
      let space = try scope.own(H5Dget_space(dataset), .space, "H5Dget_space")
      let shape = try HDF5File.extents(space, scope)
      guard start.count == shape.count, block.shape.count == shape.count,
        zip(shape, zip(start, block.shape)).allSatisfy({ extent, part in
          part.0 >= 0 && part.0 + part.1 <= extent
        })
      else {
        throw .mismatched(
          path: path, at: scope.location, expected: "a block inside shape \(shape)",
          found: "\(block.shape) from \(start)", advice: "write elements that are there")
      }
      guard block.count > 0 else { return }
      let memory = try scope.block(start, block.shape, in: space)
      let type = try block.elementType.hdf5Type(scope)
      let code = block.elements.withUnsafeBytes {
        H5Dwrite(
          dataset, type, memory, space,
          tessera_h5_default(), $0.baseAddress!)
      }
      try scope.check(code, "writing elements")
    }
  }

  /// Writes texts as a data set of rank 1.
  ///
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``.
  public func write(_ texts: [String], at name: String) throws(StorageError) {
    try scoped("data set \"\(name)\"") { (scope) throws(StorageError) in
      let type = try HDF5Strings.type(scope)
      let space = try self.space([texts.count], scope)
      let dataset = try scope.own(
        H5Dcreate2(
          handle.identifier, name, type, space,
          try links(scope), tessera_h5_default(), tessera_h5_default()),
        .dataset, "making the data set")
      try HDF5Strings.write(texts, scope) {
        H5Dwrite(
          dataset, type, tessera_h5_all(), tessera_h5_all(),
          tessera_h5_default(), $0)
      }
    }
  }

  /// Writes an attribute of a group or data set made before.
  ///
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``.
  public func setAttribute(
    _ name: String, _ value: HDF5Attribute, of object: String = "/"
  ) throws(StorageError) {
    try scoped("attribute \"\(name)\" of \"\(object)\"") { (scope) throws(StorageError) in
      let owner = try scope.own(
        H5Oopen(handle.identifier, object, tessera_h5_default()), .object, "opening the object")
      func make(_ type: hid_t, _ shape: [Int]) throws(StorageError) -> hid_t {
        let space = try space(shape, scope)
        return try scope.own(
          H5Acreate2(
            owner, name, type, space, tessera_h5_default(),
            tessera_h5_default()),
          .attribute, "making the attribute")
      }
      switch value {
      case .text(let text): try write([text], shape: [])
      case .texts(let texts): try write(texts, shape: [texts.count])
      case .array(let array):
        let type = try array.elementType.hdf5Type(scope)
        let attribute = try make(type, array.shape)
        guard array.count > 0 else { return }
        let code = array.elements.withUnsafeBytes {
          H5Awrite(attribute, type, $0.baseAddress!)
        }
        try scope.check(code, "writing the attribute")
      }
      func write(_ texts: [String], shape: [Int]) throws(StorageError) {
        let type = try HDF5Strings.type(scope)
        let attribute = try make(type, shape)
        try HDF5Strings.write(texts, scope) { H5Awrite(attribute, type, $0) }
      }
    }
  }

  private func space(_ shape: [Int], _ scope: HDF5Scope) throws(StorageError) -> hid_t {
    try scope.own(
      H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil), .space,
      "H5Screate_simple")
  }

  /// Link properties that make missing groups on the way and mark names as UTF-8.
  private func links(_ scope: HDF5Scope) throws(StorageError) -> hid_t {
    let links = try scope.own(
      H5Pcreate(tessera_h5_link_creation()), .properties, "H5Pcreate")
    try scope.check(
      H5Pset_create_intermediate_group(links, 1), "H5Pset_create_intermediate_group")
    try scope.check(
      H5Pset_char_encoding(links, H5T_CSET_UTF8), "H5Pset_char_encoding")
    return links
  }

  /// Whole rows up to about 256 KiB, at least one.
  private static func chunk(_ shape: [Int], _ type: ElementType) -> [Int] {
    let rowBytes = shape.dropFirst().reduce(type.byteCount, *)
    let rows = min(shape[0], max(1, (256 << 10) / rowBytes))
    return [rows] + shape.dropFirst()
  }
}
