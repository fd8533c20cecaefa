import Storage

/// Grey images of one IDX file, in memory.
struct IDXImages: Sendable {
  let count: Int
  let height: Int
  let width: Int
  let bytes: [UInt8]
  let path: String

  /// Reads a file of `[count, height, width]`.
  ///
  /// - Throws: ``DatasetError/storage(_:)`` for a damaged file, ``DatasetError/unexpected(path:at:expected:found:advice:)``
  ///   for images of another size or none.
  init(_ path: String, height: Int, width: Int) throws(DatasetError) {
    let array = try wrappingStorage { () throws(StorageError) in try IDX.read(from: path) }
    guard case .uint8(let bytes) = array.elements, array.shape.count == 3, array.shape[0] > 0,
      array.shape[1] == height, array.shape[2] == width
    else {
      throw .unexpected(
        path: path, at: "IDX, extents", expected: "images of \(height) x \(width)",
        found: array.shape.map(String.init).joined(separator: " x "),
        advice: "check that this is the file you meant")
    }
    (count, self.height, self.width) = (array.shape[0], height, width)
    (self.bytes, self.path) = (bytes, path)
  }

  /// The images of some rows, one after the other.
  func pixels(_ rows: [Int]) -> [UInt8] {
    let size = height * width
    var pixels: [UInt8] = []
    pixels.reserveCapacity(rows.count * size)
    for row in rows { pixels += bytes[row * size..<(row + 1) * size] }
    return pixels
  }

  /// One image.
  func image(_ row: Int) -> ArraySlice<UInt8> {
    bytes[row * height * width..<(row + 1) * height * width]
  }

  /// Requires as many labels as there are images.
  func check(labels count: Int, in path: String) throws(DatasetError) {
    guard count == self.count else {
      throw .unexpected(
        path: path, at: "labels", expected: "\(self.count), one for each image of \(self.path)",
        found: "\(count)", advice: "the two files are not of one set: fetch both again")
    }
  }
}
