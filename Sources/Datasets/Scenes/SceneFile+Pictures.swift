import Foundation
import Storage

extension SceneFile {
  /// Writes a source of scenes as folders of pictures and boxes in the format of 3D-Room, for programs that read those.
  ///
  /// `<folder>/{train,val,test}/<index>-scene.png`, and where boxes are known `bb/bb_<index>.txt` in each with lines
  /// `cx,cy,w,h` in pixels of 128, whatever the pictures' size. ``SceneSet/init(rooms:side:_:)`` reads them back.
  ///
  /// - Throws: ``DatasetError`` if an image cannot be had or a file cannot be written.
  public static func writePictures(
    of source: some SceneSource, to folder: String
  ) throws(DatasetError) {
    for (split, name) in [(SceneSplit.train, "train"), (.validation, "val"), (.test, "test")] {
      let count = source.count(of: split)
      guard count > 0 else { continue }
      let inside = "\(folder)/\(name)"
      let hasBoxes = source.hasBoxes(split)
      do {
        try FileManager.default.createDirectory(
          atPath: hasBoxes ? inside + "/bb" : inside, withIntermediateDirectories: true)
      } catch {
        throw .storage(
          .unwritable(
            path: inside, at: "create folder", expected: "a folder to write to",
            found: error.localizedDescription))
      }
      for index in 0..<count {
        let picture = Image(
          height: source.height, width: source.width, channels: 3,
          bytes: try source.bytes(at: [index], of: split))
        let boxes = hasBoxes ? try source.truth(at: [index], of: split)[0].boxes : []
        try put(PNG.encode(picture), "\(inside)/\(index)-scene.png")
        if hasBoxes {
          try put(Array(boxes.map(line).joined().utf8), "\(inside)/bb/bb_\(index).txt")
        }
      }
    }
  }

  /// Writes a file as it is: thousands of small ones, each waiting for the disk, would take minutes.
  private static func put(_ bytes: [UInt8], _ path: String) throws(DatasetError) {
    do { try Data(bytes).write(to: URL(filePath: path)) } catch {
      throw .storage(
        .unwritable(
          path: path, at: "write", expected: "room for \(bytes.count) bytes",
          found: error.localizedDescription))
    }
  }

  private static func line(_ box: SceneBox) -> String {
    [box.centreX, box.centreY, box.width, box.height].map { "\($0 * SceneBoxText.unit)" }
      .joined(separator: ",") + "\n"
  }
}
