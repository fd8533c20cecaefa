import Foundation
import Testing

/// Files of arrays through the program: what another kind of file is, and what one bad member leaves.
@Suite(.enabled(if: Program.isBuilt, "the program is not built")) struct ArrayFileProgramTests {
  private func put(_ bytes: [UInt8], _ path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  @Test(arguments: ["safetensors", "npz", "npy", "h5", "hdf5", "pt", "ckpt", "bin"])
  func pointersAndPagesAreNamed(_ ending: String) throws {
    try Program.withFolder { folder in
      let path = "\(folder)/m.\(ending)"
      for (text, found) in [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 9\n", "git lfs pull"),
        ("<!DOCTYPE html>\n<html><body>Sign in</body></html>\n", "a web page"),
        ("", "an empty file"),
      ] {
        try put(Array(text.utf8), path)
        for verb in [
          ["inspect", path], ["convert", path, folder + "/new.npz"], ["diff", path, path],
        ] {
          let ending = try Program.run(["checkpoint"] + verb)
          #expect(ending.code == 2 && ending.output.isEmpty, "\(ending)")
          #expect(ending.error.contains(path) && ending.error.contains(found), "\(ending.error)")
          #expect(ending.error.split(separator: "\n").count == 1, "\(ending.error)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder + "/new.npz"))
      }
    }
  }

  /// A stored member of a zip archive, its entry in the directory, and the end record.
  private func archive(_ members: [(String, [UInt8])]) -> [UInt8] {
    func bytes(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    func check(_ bytes: [UInt8]) -> Int {
      let rest = bytes.reduce(0xffff_ffff as UInt32) { value, byte in
        (0..<8).reduce(value ^ UInt32(byte)) { rest, _ in
          rest & 1 == 1 ? rest >> 1 ^ 0xedb8_8320 : rest >> 1
        }
      }
      return Int(~rest)
    }
    var (file, directory): ([UInt8], [UInt8]) = ([], [])
    for (name, contents) in members {
      let shared =
        bytes(20, 2) + bytes(0, 8) + bytes(check(contents), 4)
        + bytes(contents.count, 4) + bytes(contents.count, 4) + bytes(name.utf8.count, 2)
        + bytes(0, 2)
      directory +=
        bytes(0x0201_4b50, 4) + bytes(20, 2) + shared + bytes(0, 10) + bytes(file.count, 4)
        + Array(name.utf8)
      file += bytes(0x0403_4b50, 4) + shared + Array(name.utf8) + contents
    }
    return file + directory + bytes(0x0605_4b50, 4) + bytes(0, 4) + bytes(members.count, 2)
      + bytes(members.count, 2) + bytes(directory.count, 4) + bytes(file.count, 4) + bytes(0, 2)
  }

  private func member(_ descr: String, _ data: [UInt8]) -> [UInt8] {
    let text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': (1,), }\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
      + data
  }

  /// As in the published archive of dSprites: a pickled member beside the images.
  @Test func oneMemberThatCannotBeReadSpoilsNoOther() throws {
    try Program.withFolder { folder in
      let (path, new) = (folder + "/d.npz", folder + "/new.safetensors")
      try put(
        archive([
          ("imgs.npy", member("|u1", [7])), ("metadata.npy", member("|O", [0x80, 2, 0x2e])),
          ("short.npy", member("<i2", [0xfd, 0xff])),
        ]), path)
      let listing = try Program.run(["checkpoint", "inspect", path])
      #expect(listing.code == 0, "\(listing)")
      for part in ["imgs", "int16", "-3", "2 arrays, 2 numbers", "metadata: '|O' (pickled Python"] {
        #expect(listing.output.contains(part), "\(listing.output)")
      }
      let json = try Program.run(["checkpoint", "inspect", path, "--json"])
      #expect(json.output.contains("\"leftOut\": [{\"name\": \"metadata\""), "\(json.output)")
      let conversion = try Program.run(["checkpoint", "convert", path, new])
      #expect(conversion.code == 0 && conversion.error.contains("\"metadata\" is left out"))
      #expect(try Program.run(["checkpoint", "inspect", new]).output.contains("2 arrays"))
    }
  }

  @Test func singleArraysAreReadAndWritten() throws {
    try Program.withFolder { folder in
      let (path, new) = (folder + "/a.npy", folder + "/b.npz")
      try put(member("<f8", [0, 0, 0, 0, 0, 0, 0xf8, 0x3f]), path)
      let listing = try Program.run(["checkpoint", "inspect", path])
      #expect(
        listing.code == 0 && listing.output.contains("arr_0  float64  [1]    1.500"), "\(listing)")
      #expect(try Program.run(["checkpoint", "convert", path, new]).code == 0)
      #expect(try Program.run(["checkpoint", "diff", path, new]).code == 0)
      #expect(try Program.run(["checkpoint", "convert", new, folder + "/c.npy"]).code == 0)
      #expect(try Program.run(["checkpoint", "diff", path, folder + "/c.npy"]).code == 0)
    }
  }
}
