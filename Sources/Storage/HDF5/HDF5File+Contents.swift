import CHDF5

extension HDF5File {
  /// Reads all data sets of the file that can be read, and says which cannot and why.
  ///
  /// A group that has several names is read by the first.
  ///
  /// - Throws: ``StorageError`` if the root group cannot be read.
  public func contents() throws(StorageError) -> (
    arrays: [String: StoredArray], leftOut: [LeftOutArray]
  ) {
    var walk = Walk()
    walk.groups[try place("/").place] = "/"
    for name in try names() { walk.visit(name, in: self) }
    return (walk.arrays, walk.leftOut)
  }

  /// Where an object lies: the same by every name.
  struct Place: Hashable {
    var file: UInt64 = 0
    var address: UInt64 = 0
  }

  func place(_ name: String) throws(StorageError) -> (isGroup: Bool, place: Place) {
    try scoped("\"\(name)\"") { (scope) throws(StorageError) in
      let object = try object(name, scope)
      var place = Place()
      try scope.check(
        tessera_h5_place(object, &place.file, &place.address), "looking up the object")
      return (H5Iget_type(object) == H5I_GROUP, place)
    }
  }

  /// A walk over groups that keeps what it reads.
  private struct Walk {
    var arrays: [String: StoredArray] = [:]
    var leftOut: [LeftOutArray] = []
    /// The groups that were read, by their place, and the name of each.
    var groups: [Place: String] = [:]
    /// The bytes of all arrays so far.
    var count = 0
    /// The data sets that were read, likewise: one may bear many names.
    var datasets: [Place: String] = [:]

    mutating func visit(_ name: String, in file: HDF5File) {
      do throws(StorageError) {
        let (isGroup, place) = try file.place(name)
        guard isGroup else {
          // One array may bear many names, each of which is looked at.
          let (sum, overflows) = count.addingReportingOverflow(try file.describe(name).byteCount)
          guard !overflows, sum <= file.mostBytes else {
            throw .unsupported(
              path: file.path, at: "data set \"\(name)\"",
              expected:
                "arrays of at most \(file.mostBytes) bytes in all, what a file of this size can hold",
              found: "more up to this one", advice: "read it alone")
          }
          count = sum
          if let first = datasets[place] {
            arrays[name] = arrays[first]
          } else {
            arrays[name] = try file.array(name)
            datasets[place] = name
          }
          return
        }
        if let first = groups[place] {
          throw .unsupported(
            path: file.path, at: "group \"\(name)\"", expected: "a group of its own",
            found: "another name of the group \"\(first)\"", advice: "read it by that name")
        }
        guard name.utf8.count(where: { $0 == UInt8(ascii: "/") }) < 64 else {
          throw .unsupported(
            path: file.path, at: "group \"\(name)\"", expected: "groups nested less than 64 deep",
            found: "more", advice: "read data sets by their names")
        }
        groups[place] = name
        for inner in try file.names(in: name) { visit("\(name)/\(inner)", in: file) }
      } catch {
        leftOut.append(LeftOutArray(name, error))
      }
    }
  }
}
