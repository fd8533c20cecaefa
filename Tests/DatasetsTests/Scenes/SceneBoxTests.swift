import Foundation
import Storage
import Testing

@testable import Datasets

/// Boxes in forms that are not the expected one: told apart, named, and refused.
struct SceneBoxTests {
  /// Centres and sizes in pixels of 128 of boxes over the whole image.
  static let boxes: [[Float]] = (0..<12).map { i in
    let i = Float(i)
    return [12 + 9.5 * i, 116 - 9 * i, 8 + i, 14 - 0.5 * i]
  }

  private static func form(
    _ boxes: [[Float]], _ size: (height: Int, width: Int)? = (128, 128)
  ) -> SceneBoxForm? { SceneBoxForm(boxes, pictures: size) }

  @Test func theWantedFormPasses() {
    #expect(Self.form(Self.boxes) == nil)
    #expect(Self.form(Self.boxes, (480, 640)) == nil)
    #expect(Self.form(Self.boxes, (64, 64)) == nil)
    #expect(Self.form([]) == nil)
    // A few boxes that reach over the edge are no other form.
    #expect(Self.form(Self.boxes + [[2, 60, 20, 20], [126, 60, 20, 20]]) == nil)
    // All in one corner of an image of the full size.
    #expect(Self.form(Self.boxes.map { $0.map { $0 / 2 } }) == nil)
  }

  @Test func otherFormsAreTold() {
    let corners = Self.boxes.map { box in
      [box[0] - box[2] / 2, box[1] - box[3] / 2, box[0] + box[2] / 2, box[1] + box[3] / 2]
    }
    let topLeft = Self.boxes.map { box in
      [box[0] - box[2] / 2, box[1] - box[3] / 2, box[2], box[3]]
    }
    #expect(Self.form(Self.boxes.map { $0.map { $0 / 128 } }) == .fractions)
    #expect(Self.form(corners) == .corners)
    #expect(Self.form(topLeft + [[0, 0, 30, 30], [1, 1, 40, 40]]) == .topLeft)
    #expect(
      Self.form(Self.boxes.map { $0.map { $0 * 5 } }, (640, 640))
        == .pixels(height: 640, width: 640))
    #expect(
      Self.form(Self.boxes.map { $0.map { $0 / 2 } }, (64, 64)) == .pixels(height: 64, width: 64))
  }

  /// What reading a set of two pictures says, with these files of boxes.
  private func error(_ files: [String: String], pictures: Int = 2) throws -> String {
    try withTemporaryFolder { folder in
      try SceneFolderTests.fill(
        folder,
        Dictionary(uniqueKeysWithValues: (0..<pictures).map { ("test/\($0)-x.png", UInt8($0 + 1)) })
      )
      try SceneFolderTests.fill(folder, ["test/bb/none.png": 0])
      for (name, text) in files { _ = try write(text, to: "test/bb/" + name, in: folder) }
      return message { _ = try SceneSet(rooms: folder, side: 6) }
    }
  }

  @Test(arguments: [
    (
      "0.40,0.30,0.19,0.19", "fractions of the image as YOLO has them",
      "multiply all numbers by 128"
    ),
    ("0 0.4 0.3 0.19 0.19", "a line of YOLO: a class, then fractions", "leave out the class"),
    ("cx,cy,w,h\n64,64,8,8", "line 1: expected cx,cy,w,h", "looks like a header"),
    ("64,64,-8,8", "no area", "correct the line"), ("64,64,0,8", "no area", "correct the line"),
    ("nan,64,8,8", "\"nan,64,8,8\"", "correct the line"),
    ("64,64,inf,8", "\"64,64,inf,8\"", "correct the line"),
    ("\n\n200,64,8,8", "line 3: expected", "found \"200.0,64.0,8.0,8.0\""),
    ("-4,64,8,8", "line 1: expected", "the centre inside"),
    ("{\"annotations\": []}", "a JSON text", "boxes of COCO (JSON)"),
    ("<annotation><object/></annotation>", "an XML text", "boxes of VOC (XML)"),
    ("1 2 3 4 5 6", "\"1,2,3,4,5,6\"", "correct the line"),
  ])
  func linesThatAreNoBoxesAreRefused(_ text: String, _ found: String, _ advice: String) throws {
    let error = try error(["bb_0.txt": text, "bb_1.txt": ""])
    #expect(error.contains(found) && error.contains(advice), "\(error)")
    #expect(error.contains("test/bb"), "\(error)")
  }

  @Test(arguments: [
    "64,32,16.5,8\n\n128, 0, 4, 4\n", "\u{feff}64,32,16,8\r\n1,1,2,2\r\n", "64;32;16;8\n3 3 2 2",
  ])
  func linesOfManyHandsAreRead(_ text: String) throws {
    #expect(try error(["bb_0.txt": text, "bb_1.txt": "\n \n"]).isEmpty)
  }

  @Test func filesAndPicturesWithoutOneAnotherAreNamed() throws {
    let line = "64,64,8,8"
    let extra = try error(["bb_0.txt": line, "bb_1.txt": line, "bb_2.txt": line])
    #expect(extra.contains("bb_2.txt: boxes: expected a picture for each file: 2"), "\(extra)")
    let missing = try error(["bb_0.txt": line])
    #expect(
      missing.contains("expected a file for each of 2 images, found none for 1-x.png"), "\(missing)"
    )
    let others = try error(["instances.json": "{}"])
    #expect(others.contains("but files such as instances.json"), "\(others)")
    #expect(others.contains("COCO, VOC and YOLO have to be converted"), "\(others)")
  }

  @Test func labelsThatAreNotReadAreNoted() throws {
    try withTemporaryFolder { folder in
      try SceneFolderTests.fill(folder, ["test/0.png": 1, "test/1.png": 2])
      #expect(try SceneSet(rooms: folder, side: 6).notes.allSatisfy { !$0.contains("boxes") })
      _ = try write("0 0.5 0.5 0.1 0.1", to: "test/0.txt", in: folder)
      let notes = try SceneSet(rooms: folder, side: 6).notes
      #expect(
        notes.contains { $0.hasPrefix("test has no boxes") && $0.contains("0.txt is not read") })
    }
  }

  @Test func groupsOfFilesMayHaveOtherWords() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.h5"
      func make(_ groups: [String]) throws -> SceneSet {
        try HDF5File.write(to: path) { (file) throws(StorageError) in
          for group in groups {
            try file.write(
              StoredArray([UInt8](repeating: 5, count: 2 * 4 * 4 * 3), shape: [2, 4, 4, 3]),
              at: "\(group)/images")
          }
          try file.setAttribute("format", .text(SceneFile.format))
          try file.setAttribute("version", .array(StoredArray([1], shape: [])))
        }
        return try SceneSet(hdf5: path)
      }
      for word in ["val", "valid", "dev", "Validation"] {
        let set = try make(["train", word])
        #expect(set.count(of: .validation) == 2, "\(word)")
      }
      #expect(message { _ = try make(["val", "dev"]) }.contains("found dev and val"))
    }
  }
}
