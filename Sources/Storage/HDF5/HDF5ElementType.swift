import CHDF5
import Foundation

extension ElementType {
  /// The type for elements of this kind in memory and, on a little-endian machine, in files.
  ///
  /// Truth values are the enumeration of FALSE and TRUE that h5py makes; bfloat16 and numbers of 8 bits have no agreed form.
  func hdf5Type(_ scope: HDF5Scope) throws(StorageError) -> hid_t {
    func copy(_ type: hid_t) throws(StorageError) -> hid_t {
      try scope.own(H5Tcopy(type), .type, "H5Tcopy")
    }
    switch self {
    case .float64: return try copy(tessera_h5_native_double())
    case .float32: return try copy(tessera_h5_native_float())
    case .int64: return try copy(tessera_h5_native_int64())
    case .int32: return try copy(tessera_h5_native_int32())
    case .int16: return try copy(tessera_h5_native_int16())
    case .int8: return try copy(tessera_h5_native_int8())
    case .uint64: return try copy(tessera_h5_native_uint64())
    case .uint32: return try copy(tessera_h5_native_uint32())
    case .uint16: return try copy(tessera_h5_native_uint16())
    case .uint8: return try copy(tessera_h5_native_uint8())
    case .float16:
      let type = try copy(tessera_h5_float32_le())
      // Sign at bit 15, exponent of 5 bits from 10, fraction of 10 bits from 0, bias 15.
      try scope.check(H5Tset_fields(type, 15, 10, 5, 0, 10), "H5Tset_fields")
      try scope.check(H5Tset_size(type, 2), "H5Tset_size")
      try scope.check(H5Tset_ebias(type, 15), "H5Tset_ebias")
      return type
    case .bool:
      let type = try scope.own(
        H5Tenum_create(tessera_h5_native_int8()), .type, "H5Tenum_create")
      for (name, value) in [("FALSE", Int8(0)), ("TRUE", Int8(1))] {
        var value = value
        try scope.check(H5Tenum_insert(type, name, &value), "H5Tenum_insert")
      }
      return type
    case .bfloat16, .float8e4m3, .float8e5m2:
      throw .unsupported(
        path: scope.path, at: scope.location, expected: "a type that HDF5 has",
        found: rawValue, advice: "convert the array to float32 first")
    }
  }

  /// What elements of a file's type are read as: the same type; of an enumeration, that of its numbers.
  init(hdf5 type: hid_t, _ scope: HDF5Scope) throws(StorageError) {
    let size = H5Tget_size(type)
    switch H5Tget_class(type) {
    case H5T_FLOAT where size == 8: self = .float64
    case H5T_FLOAT where size == 4: self = .float32
    case H5T_FLOAT where size == 2: self = try Self.half(type, scope)
    case H5T_INTEGER:
      let isSigned = H5Tget_sign(type) == H5T_SGN_2
      switch (isSigned, size) {
      case (false, 1): self = .uint8
      case (false, 2): self = .uint16
      case (false, 4): self = .uint32
      case (false, 8): self = .uint64
      case (true, 1): self = .int8
      case (true, 2): self = .int16
      case (true, 4): self = .int32
      case (true, 8): self = .int64
      default:
        throw Self.unsupported(
          "\(isSigned ? "signed" : "unsigned") integers of \(size) bytes", scope)
      }
    case H5T_FLOAT: throw Self.unsupported("floating-point numbers of \(size) bytes", scope)
    case H5T_ENUM:
      if size == 1, Self.memberNames(type) == ["FALSE", "TRUE"] {
        self = .bool
      } else {
        self = try Self(hdf5: scope.own(H5Tget_super(type), .type, "H5Tget_super"), scope)
      }
    case H5T_STRING: throw Self.unsupported("strings", scope)
    case H5T_COMPOUND:
      let names = Self.memberNames(type)
      throw Self.unsupported(
        names == ["r", "i"] ? "complex numbers" : "compound records", scope,
        advice: "save each of its fields as a data set of its own: "
          + names.prefix(8).joined(separator: ", "))
    case H5T_VLEN: throw Self.unsupported("lists of varying length", scope)
    case H5T_REFERENCE: throw Self.unsupported("references to other objects", scope)
    case H5T_OPAQUE: throw Self.unsupported("opaque bytes", scope)
    case H5T_BITFIELD: throw Self.unsupported("bit fields", scope)
    case H5T_ARRAY: throw Self.unsupported("small arrays as elements", scope)
    case H5T_NO_CLASS: throw scope.failure("H5Tget_class")
    case let other:
      throw Self.unsupported("elements of class \(other.rawValue), \(size) bytes", scope)
    }
  }

  /// The names of the values of an enumeration, or of the fields of a record.
  private static func memberNames(_ type: hid_t) -> [String] {
    (0..<UInt32(max(H5Tget_nmembers(type), 0))).map { index in
      guard let name = H5Tget_member_name(type, index) else { return "" }
      defer { _ = H5free_memory(name) }
      return String(cString: name)
    }
  }

  private static func half(
    _ type: hid_t, _ scope: HDF5Scope
  ) throws(StorageError) -> ElementType {
    let wanted = try ElementType.float16.hdf5Type(scope)
    guard H5Tget_ebias(type) == H5Tget_ebias(wanted) else {
      throw unsupported("16-bit floating-point numbers that are not IEEE halves", scope)
    }
    return .float16
  }

  private static func unsupported(
    _ found: String, _ scope: HDF5Scope,
    advice: String = "leave it out, or save it from Python as numbers"
  ) -> StorageError {
    .unsupported(
      path: scope.path, at: scope.location,
      expected: "floating-point numbers, integers up to 64 bits, bytes or truth values",
      found: found, advice: advice)
  }
}
