import Foundation

/// What the dictionary of a `.npy` file says.
struct NPYHeader {
  var type: ElementType
  var isBigEndian: Bool
  var isFortranOrder: Bool
  var shape: [Int]
}

/// Reads the one kind of Python dictionary that NumPy writes:
/// `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.
struct NPYHeaderParser {
  private let text: [UInt8]
  private let path: String
  private let location: String
  private var position = 0
  /// NumPy's own limit, from version 2 on.
  private static let mostExtents = 64

  init(text: ArraySlice<UInt8>, path: String, location: String) {
    self.text = Array(text)
    self.path = path
    self.location = location
  }

  mutating func header() throws(StorageError) -> NPYHeader {
    var descr: String?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while !take("}") {
      let name = try string()
      try expect(":")
      switch name {
      case "descr" where descr == nil: descr = try describedType()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try truth()
      case "shape" where shape == nil: shape = try tuple()
      default: throw broken("descr, fortran_order and shape, each once", "'\(name)'")
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard position == text.count else { throw broken("the end of the header", "more") }
    guard let descr, let isFortranOrder, let shape else {
      throw broken("descr, fortran_order and shape", String(decoding: text, as: UTF8.self))
    }
    let code = descr.dropFirst()
    guard let order = descr.first, "<>|=".contains(order),
      let type = ElementType.allCases.first(where: { $0.numPyName?.dropFirst() == code })
    else {
      throw unsupported(descr)
    }
    return NPYHeader(
      type: type, isBigEndian: order == ">", isFortranOrder: isFortranOrder, shape: shape)
  }

  private func unsupported(_ descr: String) -> StorageError {
    let (what, advice) = Self.words(for: descr)
    return .unsupported(
      path: path, at: "\(location), descr",
      expected: ElementType.allCases.compactMap(\.numPyName).joined(separator: ", "),
      found: "'\(descr)'" + (what.isEmpty ? "" : " (\(what))"), advice: advice)
  }

  /// What a type of NumPy is that is not read, and what to do about it.
  private static func words(for descr: String) -> (what: String, advice: String) {
    if descr.hasPrefix("[") {
      return (
        "a structured type",
        "save each field as an array of its own: numpy.savez(\"new.npz\", **{n: a[n] for n in a.dtype.names})"
      )
    }
    switch descr.drop(while: { "<>|=".contains($0) }).first {
    case "O":
      return ("pickled Python objects", "leave this array out, or save it from Python as numbers")
    case "U", "S", "a": return ("text", "leave this array out, or save numbers in its place")
    case "c":
      return (
        "complex numbers", "save a.real and a.imag as two arrays"
      )
    case "f": return ("long double", "convert it with a.astype(\"float64\")")
    case "M", "m": return ("times", "convert it with a.astype(\"int64\")")
    case "V": return ("raw bytes", "convert it with a.view(\"uint8\")")
    default: return ("", "convert it with NumPy's astype")
    }
  }

  private func broken(_ expected: String, _ found: String) -> StorageError {
    .malformed(
      path: path, at: "\(location), byte \(position)", expected: expected,
      found: String(found.prefix(80)))
  }

  private mutating func skipSpace() {
    while position < text.count, [0x20, 0x0a, 0x09].contains(text[position]) { position += 1 }
  }

  private mutating func take(_ character: Character) -> Bool {
    skipSpace()
    guard position < text.count, text[position] == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Character) throws(StorageError) {
    guard take(character) else { throw broken("'\(character)'", next) }
  }

  private var next: String {
    position < text.count
      ? "'\(String(decoding: text[position...].prefix(20), as: UTF8.self))'" : "the end"
  }

  private mutating func string() throws(StorageError) -> String {
    guard take("'") || take("\"") else { throw broken("a string", next) }
    let quote = text[position - 1]
    let start = position
    while position < text.count, text[position] != quote { position += 1 }
    guard position < text.count else { throw broken("a closing quote", "the end") }
    position += 1
    return String(decoding: text[start..<(position - 1)], as: UTF8.self)
  }

  private mutating func describedType() throws(StorageError) -> String {
    skipSpace()
    if position < text.count, text[position] == UInt8(ascii: "[") {
      let end = text[position...].lastIndex(of: UInt8(ascii: "]")) ?? text.count - 1
      throw unsupported(String(decoding: text[position...end].prefix(60), as: UTF8.self))
    }
    return try string()
  }

  private mutating func truth() throws(StorageError) -> Bool {
    skipSpace()
    for (word, value) in [("True", true), ("False", false)]
    where text[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw broken("True or False", next)
  }

  private mutating func tuple() throws(StorageError) -> [Int] {
    try expect("(")
    var extents: [Int] = []
    while !take(")") {
      skipSpace()
      let start = position
      while position < text.count, (0x30...0x39).contains(text[position]) { position += 1 }
      guard let extent = Int(String(decoding: text[start..<position], as: UTF8.self)) else {
        throw broken("a count", next)
      }
      guard extents.count < Self.mostExtents else {
        throw broken("at most \(Self.mostExtents) extents, as NumPy has", "more")
      }
      extents.append(extent)
      if !take(",") {
        try expect(")")
        break
      }
    }
    return extents
  }
}
