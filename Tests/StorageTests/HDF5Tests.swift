import CHDF5
import Foundation
import Testing

@testable import Storage

@Suite struct HDF5Tests {
  static let chunked = StoredArray((0..<700).map { Float($0) }, shape: [100, 7])

  /// The file that `formats.py check` knows.
  static func write(to path: String) throws {
    try HDF5File.write(to: path) { (file) throws(StorageError) in
      for (name, array) in KnownArrays.all { try file.write(array, at: "group/inner/\(name)") }
      try file.write(chunked, at: "chunked", chunk: [16, 4], compression: 6)
      try file.makeDataset("blocks", shape: [6, 2], .int32, compression: 1)
      let block = StoredArray(shape: [2, 2], elements: .int32([1, 2, 3, 4]))
      try file.write(block, into: "blocks", start: [1, 0])
      try file.write(["αβγ", "", "three"], at: "words")
      try file.setAttribute("title", .text("Größe"))
      try file.setAttribute("tags", .texts(["a", "bc"]))
      try file.setAttribute("count", .array(StoredArray([-7], shape: [])), of: "group")
      try file.setAttribute("scale", .array(StoredArray([0.5, 2.0])), of: "chunked")
    }
  }

  /// Files, groups, data sets, named types and attributes that are open in this process.
  private static var openIdentifiers: Int {
    H5Fget_obj_count(hid_t(tessera_h5_every_file()), tessera_h5_every_kind())
  }

  /// In a process of its own, where no other test has files open.
  @Test func everythingIsClosedAlsoAfterErrors() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      defer { try? FileManager.default.removeItem(atPath: folder.path) }
      let path = folder.file("a.h5")
      try Self.write(to: path)
      let before = Self.openIdentifiers
      do {
        let file = try HDF5File(reading: path)
        for name in try file.datasetNames() {
          _ = try? file.describe(name)
          _ = try? file.array(name)
          _ = try? file.rows(0..<2, of: name)
          _ = try? file.rows(0..<2000, of: name)
          _ = try? file.strings(name)
          _ = try? file.names(in: name)
          _ = try? file.attribute("none", of: name)
        }
        for name in try file.attributeNames() { _ = try file.attribute(name) }
        _ = try? file.array("none")
      }
      try? HDF5File.write(to: path) { (file) throws(StorageError) in
        try file.setAttribute("x", .text("y"))
        try file.write(Self.chunked, at: "x", compression: 1)
        try file.write(Self.chunked, at: "x")
      }
      let whole = try FileBytes.read(path)
      for count in stride(from: 0, to: whole.count, by: 997) {
        try Data(whole[..<count]).write(to: URL(filePath: folder.file("cut.h5")))
        _ = try? HDF5File(reading: folder.file("cut.h5")).array("chunked")
      }
      let after = Self.openIdentifiers
      guard after == before else {
        FileHandle.standardError.write(Data("\(before) before, \(after) after\n".utf8))
        exit(4)
      }
    }
  }

  @Test func comesBackAsItWas() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.h5")
    try Self.write(to: path)
    let file = try HDF5File(reading: path)
    #expect(try file.names() == ["blocks", "chunked", "group", "words"])
    #expect(
      try file.datasetNames(below: "group")
        == KnownArrays.all.keys.sorted().map { "group/inner/\($0)" })
    for (name, array) in KnownArrays.all {
      #expect(try file.array("group/inner/\(name)") == array, "\(name)")
    }
    let description = try file.describe("chunked")
    #expect(description.shape == [100, 7] && description.elementType == .float32)
    #expect(description.chunk == [16, 4] && description.isCompressed)
    #expect(try file.describe("group/inner/ints").chunk == nil)
    #expect(try file.describe("group/inner/ints").isCompressed == false)
    #expect(try file.array("blocks").integers == [0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0])
    #expect(try file.strings("words") == ["αβγ", "", "three"])
    #expect(try file.attributeNames() == ["tags", "title"])
    #expect(try file.attribute("title") == .text("Größe"))
    #expect(try file.attribute("tags") == .texts(["a", "bc"]))
    #expect(try file.attribute("count", of: "group") == .array(StoredArray([-7], shape: [])))
    #expect(try file.attribute("scale", of: "chunked") == .array(StoredArray([0.5, 2.0])))
  }

  @Test func slicesAreThoseOfTheWhole() throws {
    let folder = try TemporaryFolder()
    try Self.write(to: folder.file("a.h5"))
    let file = try HDF5File(reading: folder.file("a.h5"))
    let rows = try file.rows(14..<35, of: "chunked")
    #expect(rows == StoredArray((98..<245).map { Float($0) }, shape: [21, 7]))
    let block = try file.array("chunked", start: [98, 3], count: [2, 4])
    #expect(
      block == StoredArray([689, 690, 691, 692, 696, 697, 698, 699] as [Float], shape: [2, 4]))
    #expect(try file.rows(5..<5, of: "chunked").shape == [0, 7])
    for (start, count) in [
      ([99, 0], [2, 7]), ([-1, 0], [1, 7]), ([0], [1]), ([0, 0], [1, .max]),
    ] {
      let error = storageError { _ = try file.array("chunked", start: start, count: count) }
      #expect(error?.expected == "a block inside shape [100, 7]")
    }
  }

  @Test func equalContentsGiveEqualBytes() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] {
      try HDF5File.write(to: folder.file(name)) { (file) throws(StorageError) in
        try file.write(Self.chunked, at: "x/y", compression: 4)
      }
    }
    #expect(try FileBytes.read(folder.file("a")) == FileBytes.read(folder.file("b")))
  }

  @Test func saysWhatIsMissingOrOfAnotherKind() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.h5")
    try Self.write(to: path)
    do {
      let file = try HDF5File(reading: path)
      let missing = storageError { _ = try file.array("group/outer/ints") }
      #expect(missing?.location == "group \"group\"" && missing?.found == "\"inner\"")
      #expect(storageError { _ = try file.array("group") }?.found == "a group")
      #expect(storageError { _ = try file.names(in: "chunked") }?.found == "a data set")
      #expect(storageError { _ = try file.array("words") }?.found == "strings")
      #expect(storageError { _ = try file.strings("chunked") }?.expected == "strings")
      #expect(storageError { _ = try file.attribute("x") }?.found == "\"tags\", \"title\"")
      #expect(storageError { _ = try file.array("chunked/x") }?.path == path)
    }
    let twice = storageError {
      try HDF5File.write(to: path) { (file) throws(StorageError) in
        try file.write(Self.chunked, at: "x")
        try file.write(Self.chunked, at: "x")
      }
    }
    #expect(twice?.found.contains("already exists") == true, "\(String(describing: twice))")
    #expect(folder.names == ["a.h5"])
    #expect(try HDF5File(reading: path).names().count == 4)
  }

  @Test func refusesWhatIsNoHDF5File() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.h5")
    try AtomicFile.write("no such format, but long enough to look for a signature", to: path)
    let error = storageError { _ = try HDF5File(reading: path) }
    #expect(error?.found.contains("signature") == true)
    #expect(storageError { _ = try HDF5File(reading: folder.file("none")) }?.location == "open")
    let unwritable = storageError {
      try HDF5File.write(to: folder.file("none/x.h5")) { _ throws(StorageError) in }
    }
    #expect(unwritable?.found == "No such file or directory")
  }

  @Test func everyCutIsAnError() throws {
    let folder = try TemporaryFolder()
    try Self.write(to: folder.file("a.h5"))
    let whole = try FileBytes.read(folder.file("a.h5"))
    var cuts = Array(stride(from: 0, to: whole.count, by: 61))
    cuts += (1...16).map { whole.count - $0 }
    for count in cuts {
      let path = folder.file("cut.h5")
      try Data(whole[..<count]).write(to: URL(filePath: path))
      let error = storageError("cut at \(count)") {
        let file = try HDF5File(reading: path)
        for name in try file.datasetNames() where name != "words" { _ = try file.array(name) }
      }
      #expect(error?.path == path)
    }
  }

  @Test func aDamagedChunkIsAnError() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.h5")
    let values = (0..<4096).map { Float($0 &* 7919 % 4096) }
    try HDF5File.write(to: path) { (file) throws(StorageError) in
      try file.write(StoredArray(values), at: "x", compression: 9)
    }
    var bytes = try FileBytes.read(path)
    for position in (bytes.count - 2000)..<(bytes.count - 1900) { bytes[position] ^= 0x5a }
    try Data(bytes).write(to: URL(filePath: path))
    let error = storageError { _ = try HDF5File(reading: path).array("x") }
    #expect(error?.location == "data set \"x\"")
  }

  /// A child process started while a file was open goes on holding the library's lock on it.
  @Test func anotherHoldersLockDoesNotKeepTheFileShut() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.h5")
    try Self.write(to: path)
    let holder = try Descriptor(reading: path)
    #expect(flock(holder.number, LOCK_EX) == 0)
    #expect(try HDF5File(reading: path).array("chunked") == Self.chunked)
    withExtendedLifetime(holder) {}
  }
}
