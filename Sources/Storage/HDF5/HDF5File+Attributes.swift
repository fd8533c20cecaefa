import CHDF5
import Foundation

extension HDF5File {
  /// The names of the attributes of a group or data set, sorted.
  ///
  /// - Throws: ``StorageError/missing(path:at:expected:found:advice:)`` if there is no such object.
  public func attributeNames(of object: String = "/") throws(StorageError) -> [String] {
    try scoped("attributes of \"\(object)\"") { (scope) throws(StorageError) in
      let owner = try self.object(object, scope)
      return try Self.names(scope, "reading the names of attributes") {
        tessera_h5_attributes(owner, $0, $1)
      }
    }
  }

  /// The attributes of what is inside the file, each as `object@attribute`, sorted; what cannot be opened is passed over.
  public func innerAttributes() throws(StorageError) -> [String] {
    var attributes: [String] = []
    var open = try names()
    let root = try place("/").place
    var seen: Set<Place> = [root]
    while let object = open.popLast() {
      do throws(StorageError) {
        let (isGroup, place) = try place(object)
        guard seen.insert(place).inserted else { continue }
        attributes += try attributeNames(of: object).map { "\(object)@\($0)" }
        if isGroup { open += try names(in: object).map { "\(object)/\($0)" } }
      } catch { continue }
    }
    return attributes.sorted()
  }

  /// Reads an attribute of a group or data set.
  ///
  /// - Throws: ``StorageError/missing(path:at:expected:found:advice:)`` with the names that are there, or
  ///   ``StorageError/unsupported(path:at:expected:found:advice:)`` for a type not known here.
  public func attribute(
    _ name: String, of object: String = "/"
  ) throws(StorageError) -> HDF5Attribute {
    try scoped("attribute \"\(name)\" of \"\(object)\"") { (scope) throws(StorageError) in
      let owner = try self.object(object, scope)
      let exists = H5Aexists(owner, name)
      try scope.check(exists, "H5Aexists")
      guard exists > 0 else {
        throw .missing(
          path: path, at: "attributes of \"\(object)\"", expected: "\"\(name)\"",
          found: listing(try attributeNames(of: object)))
      }
      let attribute = try scope.own(
        H5Aopen(owner, name, tessera_h5_default()), .attribute, "H5Aopen")
      let type = try scope.own(H5Aget_type(attribute), .type, "H5Aget_type")
      let space = try scope.own(H5Aget_space(attribute), .space, "H5Aget_space")
      let shape = try Self.extents(space, scope)
      if H5Tget_class(type) == H5T_STRING {
        let texts = try HDF5Strings.read(
          of: attribute, type: type, space: space, most: mostBytes, scope)
        return shape.isEmpty && texts.count == 1 ? .text(texts[0]) : .texts(texts)
      }
      let elementType = try ElementType(hdf5: type, scope)
      return .array(
        try StoredArray.read(elementType, shape: shape, most: mostBytes, scope) {
          memoryType, memory in
          H5Aread(attribute, memoryType, memory)
        })
    }
  }
}
