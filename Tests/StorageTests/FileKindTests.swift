import Foundation
import Testing

@testable import Storage

/// Files of another kind under the name of the expected one.
@Suite struct FileKindTests {
  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func zip(_ names: [String]) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    try AtomicFile.write(to: folder.file("z")) { (stream) throws(StorageError) in
      var writer = ZipWriter(stream: stream, path: "z")
      for name in names { try writer.add(name, [1, 2, 3], level: nil) }
      try writer.finish()
    }
    return try FileBytes.read(folder.file("z"))
  }

  static let pointer = text(
    "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n")

  /// The beginnings of files as their formats have them.
  private static func samples() throws -> [(FileKind, [UInt8])] {
    [
      (.empty, []), (.zeros, [UInt8](repeating: 0, count: 300)), (.gitLFSPointer, pointer),
      (.webPage, text("\n <!DOCTYPE html>\n<html><body>Sign in</body></html>")),
      (.webPage, text("<HTML><p>moved</p>")), (.xml, text("<?xml version=\"1.0\"?><Error/>")),
      (.json, text("{\"message\": \"Not Found\"}")), (.text, text("a,b\n1,2\n")),
      (.text, text("Žluťoučký kůň\n")), (.text, [0xff, 0xfe, 0x61, 0, 0x62, 0]),
      (.gzip, Gzip.deflate([1, 2, 3])), (.zip, try zip(["a.txt"])),
      (.npz, try zip(["x.npy", "notes.txt"])),
      (.torch, try zip(["archive/data.pkl", "archive/0"])),
      (.keras, try zip(["config.json", "model.weights.h5"])),
      (.xlsx, try zip(["[Content_Types].xml", "xl/workbook.xml"])),
      (.bzip2, text("BZh9") + [0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0, 0]),
      (.xz, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4]), (.zstd, [0x28, 0xb5, 0x2f, 0xfd, 4, 0]),
      (.tar, [UInt8](repeating: 0x61, count: 257) + text("ustar") + [0, 0x30, 0x30]),
      (.npy, try NPY.encode(StoredArray([1.0]), path: "p")),
      (.hdf5, [0x89] + text("HDF\r\n") + [0x1a, 0x0a, 0, 0]),
      (
        .hdf5,
        text("my own header") + [UInt8](repeating: 0, count: 499) + [0x89] + text("HDF\r\n")
          + [0x1a, 0x0a]
      ),
      (.idx, [0, 0, 8, 1, 0, 0, 0, 2, 7, 7]),
      (.pickle, [0x80, 4, 0x95, 1, 0, 0x7d, 0x2e]),
      (
        .torchLegacy,
        [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
      ),
      (.matlab, text("MATLAB 5.0 MAT-file, Platform: GLNXA64")),
      (.netCDF, text("CDF") + [1, 0, 0]),
      (.gguf, text("GGUF") + [3, 0, 0, 0]),
      (.onnx, [8, 7, 0x12, 7] + text("pytorch") + [0x1a, 0]),
      (.parquet, text("PAR1") + [0x15, 0]), (.arrow, text("ARROW1") + [0, 0]),
      (.sqlite, text("SQLite format 3") + [0, 0x10]), (.pdf, text("%PDF-1.7\n%") + [0xe2, 0xe3]),
      (.png, PNG.encode(Image(height: 1, width: 1, channels: 1))),
      (.jpeg, [0xff, 0xd8, 0xff, 0xe0, 0, 0x10]), (.gif, text("GIF89a") + [1, 0, 1, 0]),
      (.tiff, text("II*") + [0, 8, 0]), (.webp, text("RIFF") + [1, 0, 0, 0] + text("WEBPVP8 ")),
      (.program, [0x7f] + text("ELF") + [2, 1, 1]),
    ]
  }

  @Test func eachKindIsKnownByItsBytes() throws {
    for (kind, bytes) in try Self.samples() {
      #expect(FileSample(bytes).kind == kind, "\(kind)")
    }
    #expect(FileSample([0x17, 0x80, 0xff, 3, 0, 9]).kind == nil)
    // The numbers of a table of bytes are no picture, and a picture's first letters no bitmap.
    #expect(FileSample(Self.text("BMW,3\n")).kind == .text)
  }

  @Test func theRecordOfTensorFlowIsKnownByItsCheck() throws {
    let folder = try TemporaryFolder()
    try TensorBoardWriter(folder: folder.path).scalar("loss", 1, step: 1)
    let name = try #require(folder.names.first)
    #expect(try FileSample(reading: folder.file(name)).kind == .tfRecord)
  }

  /// Every reader names what it was given, and what to do.
  @Test(arguments: [
    ("lfs", "a pointer of Git LFS", "git lfs pull"), ("web", "a web page", "a server answered"),
    ("json", "a JSON text that begins with \"{\"message\": \"Not Found\"}\"", "text editor"),
    ("torch", "a PyTorch file", "torch.load"), ("zstd", "a Zstandard file", "unzstd"),
    ("zeros", "nothing but zeros", "fetch"),
  ])
  func everyReaderNamesWhatItIsGiven(_ sample: String, _ found: String, _ advice: String) throws {
    let bytes: [UInt8] =
      switch sample {
      case "lfs": Self.pointer
      case "web": Self.text("<!DOCTYPE html><html></html>")
      case "json": Self.text("{\"message\": \"Not Found\"}")
      case "torch": try Self.zip(["archive/data.pkl"])
      case "zstd": [0x28, 0xb5, 0x2f, 0xfd, 4, 0, 0, 0, 0, 0]
      default: [UInt8](repeating: 0, count: 3000)
      }
    let folder = try TemporaryFolder()
    let path = folder.file("file")
    try AtomicFile.write(bytes, to: path)
    let readers: [(String, () throws -> Void)] = [
      ("a safetensors file", { _ = try Safetensors.read(from: path) }),
      ("an archive of NumPy arrays", { _ = try NPZ.read(from: path) }),
      ("a NumPy array", { _ = try NPY.read(from: path) }),
      ("an HDF5 file", { _ = try HDF5File(reading: path) }),
      ("an IDX file", { _ = try IDX.read(from: path) }),
      ("a PNG file", { _ = try PNG.read(from: path) }),
      ("a PNG file", { _ = try PNG.size(ofFile: path) }),
      ("a JPEG file", { _ = try JPEG.read(from: path) }),
    ]
    for (expected, read) in readers {
      let error = storageError("\(expected)", read)
      #expect(error?.expected.hasPrefix(expected) == true, "\(String(describing: error))")
      #expect(error?.found.hasPrefix(found) == true, "\(expected): \(String(describing: error))")
      #expect(error?.advice.contains(advice) == true, "\(String(describing: error))")
    }
  }

  @Test func anEmptyFileIsSaidToBeEmpty() throws {
    let error = storageError { _ = try Safetensors.decode([], path: "m.safetensors") }
    #expect(error?.found == "an empty file")
    guard case .truncated = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
  }

  @Test func commandsInAdviceTakeAnyName() {
    let advice = FileKind.gzip.advice(for: "/x/it's a (b).gz", wanted: .npz)
    #expect(advice.contains("`gunzip -k '/x/it'\\''s a (b).gz'`"))
    #expect(FileKind.zip.advice(for: "a.zip", wanted: .npz).contains("`unzip a.zip`"))
  }
}
