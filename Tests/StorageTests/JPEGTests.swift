import Foundation
import Testing

@testable import Storage

/// Files written by Pillow 13 over libjpeg-turbo, and what it reads from them.
@Suite struct JPEGTests {
  static let colour = bytes(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8M"
      + "CgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/2wBDAQMDAwQDBAgEBAgQCwkLEBAQEBAQEBAQEBAQEBAQEBAQ"
      + "EBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBD/wAARCAAMABQDAREAAhEBAxEB/8QAFgABAQEAAAAA"
      + "AAAAAAAAAAAABgcI/8QAIBAAAAQGAwAAAAAAAAAAAAAAAAEFJAMGByExohMjkv/EABcBAQADAAAAAAAAAAAA"
      + "AAAAAAcECAn/xAAeEQABAwUBAQAAAAAAAAAAAAAGAAQiAQMFITETI//aAAwDAQACEQMRAD8Ag6ZRTDTUWGIy"
      + "jslAHTPkktTKKYaagGIyjsk8DpnySSwKKdRNC8gYfFH2rJMzEz+NJLQKZKiLZsGkjyF/e1kUO5RzqSWpkqIt"
      + "mwBSPIX97TwO5VzqSSwJVReImoGX2Qv+1dpmY5Rz40kv/9k=")
  static let grey = bytes(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQ"
      + "DQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAAMABQBAREA/8QAFQABAQAAAAAAAAAAAAAAAAAACAn/"
      + "xAAaEAABBQEAAAAAAAAAAAAAAAAAAwYHQ4E1/9oACAEBAAA/ADlElODViSnBaNrkpEdokpwasSU4LRtclI//"
      + "2Q==")
  static let inks = bytes(
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAQCwwODAoQDg0OEhEQExgoGhgWFhgxIyUdKDozPTw5Mzg3QEhcTkBE"
      + "V0U3OFBtUVdfYmdoZz5NcXlwZHhcZWdj/8AAFAgADAAUBEMRAE0RAFkRAEsRAP/EABcAAQEBAQAAAAAAAAAA"
      + "AAAAAAAGBQf/xAAeEAABAgcBAAAAAAAAAAAAAAAAA0EBBAUUFTNSYv/aAA4EQwBNAFkASwAAPwDEpzGFgfBr"
      + "TrnQCppzDA+CfnXBQoa4DA+DEV2RBzWnMdEs0eS7nXBU05hZo8k/OuChQ1wFmjyYiuyIP//Z")

  static func bytes(_ text: String) -> [UInt8] { Array(Data(base64Encoded: text)!) }

  @Test func coloursAreThoseOfPillow() throws {
    let image = try JPEG.decode(Self.colour, path: "a.jpg")
    #expect((image.height, image.width, image.channels) == (12, 20, 3))
    func pixel(_ row: Int, _ column: Int) -> [UInt8] {
      Array(image.bytes[3 * (20 * row + column)..<3 * (20 * row + column) + 3])
    }
    #expect(pixel(0, 0) == [41, 0, 200])
    #expect(pixel(3, 7) == [108, 61, 142])
    #expect(pixel(11, 19) == [229, 218, 51])
    #expect(image.bytes.reduce(0) { $0 + Int($1) } == 88_530)
  }

  @Test func greyHasOneChannel() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write(Self.grey, to: folder.file("grey.jpg"))
    let image = try JPEG.read(from: folder.file("grey.jpg"))
    #expect((image.height, image.width, image.channels) == (12, 20, 1))
    #expect(image.bytes[0] == 40 && image.bytes[67] == 110 && image.bytes[239] == 229)
    #expect(image.bytes.reduce(0) { $0 + Int($1) } == 32_388)
  }

  @Test func everyCutIsAnErrorThatNamesTheFile() {
    for file in [Self.colour, Self.grey] {
      // The last two bytes say only that there is no more.
      for count in 0..<(file.count - 2) {
        let error = storageError("cut at \(count)") {
          _ = try JPEG.decode(Array(file[..<count]), path: "folder/cut.jpg")
        }
        #expect(error?.path == "folder/cut.jpg")
      }
    }
    let error = storageError("half") {
      _ = try JPEG.decode(Array(Self.colour[..<300]), path: "folder/cut.jpg")
    }
    guard case .truncated = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func damageNeverEndsTheProgram() {
    // Any byte may be wrong: that is an error of ours, or a picture of other values.
    for place in Self.colour.indices {
      for change: UInt8 in [0xff, 0x01, 0x80] {
        var file = Self.colour
        file[place] ^= change
        do throws(StorageError) { _ = try JPEG.decode(file, path: "damaged.jpg") } catch {
          #expect(error.path == "damaged.jpg")
        }
      }
    }
  }

  @Test func otherFilesAreNamed() {
    let png = storageError("png") {
      _ = try JPEG.decode(PNG.encode(Image(height: 2, width: 2, channels: 1)), path: "a.jpg")
    }
    #expect(png?.description.contains("a.jpg: malformed: JPEG, header") == true)
    #expect(png?.description.contains("expected a JPEG file, found a PNG file") == true)
    let inks = storageError("inks") { _ = try JPEG.decode(Self.inks, path: "print.jpg") }
    #expect(inks?.description.contains("print.jpg: unsupported") == true)
    #expect(inks?.description.contains("convert the picture to RGB") == true)
    let none = storageError("none") { _ = try JPEG.read(from: "/nowhere/a.jpg") }
    #expect(none?.description.contains("/nowhere/a.jpg: cannot read") == true)
  }
}
