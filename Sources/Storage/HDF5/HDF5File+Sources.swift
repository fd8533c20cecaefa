import CHDF5
import Foundation

extension HDF5File {
  /// Looks for filters of a data set that the library lacks.
  ///
  /// - Throws: ``StorageError/unsupported(path:at:expected:found:advice:)`` with the filter.
  func checkFilters(_ properties: hid_t, _ scope: HDF5Scope) throws(StorageError) {
    guard H5Pget_layout(properties) == H5D_CHUNKED else { return }
    let count = H5Pget_nfilters(properties)
    guard count > 0 else { return }
    for index in 0..<UInt32(count) {
      var (flags, valueCount, configuration) = (UInt32(0), 0, UInt32(0))
      var name = [CChar](repeating: 0, count: 256)
      let filter = H5Pget_filter2(
        properties, index, &flags, &valueCount, nil, name.count - 1, &name, &configuration)
      guard filter >= 0 else { throw scope.failure("H5Pget_filter2") }
      let there = H5Zfilter_avail(filter)
      if there < 0 { _ = tessera_h5_clear_errors() }
      guard there <= 0 else { continue }
      let text = String(
        decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw HDF5Reason.missingFilter(
        HDF5Reason.filterNames[filter]
          ?? (text.isEmpty ? "filter \(filter)" : "\(text) (filter \(filter))"),
        path: path, at: scope.location)
    }
  }

  /// Looks for the sources of a virtual data set: where one is missing the library would give fill values in silence.
  ///
  /// - Throws: ``StorageError/missing(path:at:expected:found:advice:)`` with the source.
  func checkVirtualSources(
    _ properties: hid_t, _ scope: HDF5Scope
  ) throws(StorageError) {
    guard H5Pget_layout(properties) == H5D_VIRTUAL else { return }
    var count = 0
    try scope.check(H5Pget_virtual_count(properties, &count), "H5Pget_virtual_count")
    let folder = URL(filePath: path).deletingLastPathComponent().path
    for index in 0..<count {
      let file = try Self.name(scope) { H5Pget_virtual_filename(properties, index, $0, $1) }
      let source = try Self.name(scope) { H5Pget_virtual_dsetname(properties, index, $0, $1) }
      // A printf pattern stands for as many sources as there are.
      if file.contains("%") || source.contains("%") { continue }
      let places = file.hasPrefix("/") ? [file] : ["\(folder)/\(file)", file]
      let isThere =
        file == "."
        ? H5Lexists(handle.identifier, source, tessera_h5_default()) > 0
        : places.contains { Self.holds(source, $0, scope) }
      _ = tessera_h5_clear_errors()
      guard isThere else {
        throw .missing(
          path: path, at: scope.location, expected: "the sources of a virtual data set",
          found: "no \"\(source)\" in \(file == "." ? "this file" : file)",
          advice: "put the file of the source beside this one: without it the elements are unknown")
      }
    }
  }

  /// Looks for the files that hold the elements of a data set as they are: what one is too short for would be zeros in
  /// silence.
  ///
  /// - Throws: ``StorageError/missing(path:at:expected:found:advice:)`` or
  ///   ``StorageError/truncated(path:at:expected:found:advice:)`` with the file.
  func checkExternalFiles(
    _ properties: hid_t, _ scope: HDF5Scope
  ) throws(StorageError) {
    guard H5Pget_layout(properties) == H5D_CONTIGUOUS else { return }
    let count = H5Pget_external_count(properties)
    for index in 0..<UInt32(max(count, 0)) {
      var text = [CChar](repeating: 0, count: 4096)
      var (offset, size) = (off_t(0), hsize_t(0))
      try scope.check(
        H5Pget_external(properties, index, text.count - 1, &text, &offset, &size),
        "H5Pget_external")
      let name = String(
        decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      // Elsewhere than beside the program they are looked for by the library alone.
      if ProcessInfo.processInfo.environment["HDF5_EXTFILE_PREFIX"] != nil { return }
      var status = stat()
      guard stat(name, &status) == 0 else {
        throw .missing(
          path: path, at: scope.location, expected: "the file that holds the elements",
          found: "no file \(name)",
          advice:
            "put that file into the folder where the program runs, or name its folder in HDF5_EXTFILE_PREFIX"
        )
      }
      let (end, overflows) = hsize_t(max(offset, 0)).addingReportingOverflow(size)
      guard size == hsize_t.max || !overflows && end <= hsize_t(max(status.st_size, 0)) else {
        throw .truncated(
          path: path, at: scope.location, expected: "\(end) bytes in \(name)",
          found: "\(status.st_size)")
      }
    }
  }

  /// A name whose length a first call gives and which a second fills.
  private static func name(
    _ scope: HDF5Scope, _ call: (UnsafeMutablePointer<CChar>?, Int) -> Int
  ) throws(StorageError) -> String {
    let count = call(nil, 0)
    guard count >= 0 else { throw scope.failure("reading a name") }
    var buffer = [CChar](repeating: 0, count: count + 1)
    guard call(&buffer, buffer.count) >= 0 else { throw scope.failure("reading a name") }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether a file is there and has a data set of that name.
  private static func holds(_ name: String, _ path: String, _ scope: HDF5Scope) -> Bool {
    guard FileManager.default.fileExists(atPath: path),
      let access = try? scope.fileAccess()
    else { return false }
    let file = H5Fopen(path, tessera_h5_read_only(), access)
    guard file >= 0 else { return false }
    defer { _ = H5Fclose(file) }
    return H5Lexists(file, name, tessera_h5_default()) > 0
  }

  /// The error for a name that is a link to nothing; `nil` for others.
  func brokenLink(_ name: String) -> StorageError? {
    let kind = tessera_h5_link_kind(handle.identifier, name)
    guard kind == 1 || kind == 2 else { return nil }
    let target = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
      _ = tessera_h5_link_target(handle.identifier, name, buffer.baseAddress!, buffer.count)
      return String(cString: buffer.baseAddress!)
    }
    return .missing(
      path: path, at: "\"\(name)\"", expected: "an object",
      found: kind == 1
        ? "a soft link to \"\(target)\", which is not there"
        : "a link to another file, \"\(target)\", which cannot be opened",
      advice: kind == 1 ? "leave it out" : "put that file beside this one, or leave it out")
  }
}
