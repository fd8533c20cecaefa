import Storage
import Synchronization
import TensorCore

/// Where the bytes of a split's images (or masks) are: in memory, in an HDF5 file, or in files of their own.
protocol ScenePixels: Sendable {
  /// The bytes of entries, one after the other, each as long as the others.
  func bytes(at indices: [Int]) throws(DatasetError) -> [UInt8]
}

/// All bytes, in memory.
struct MemoryPixels: ScenePixels {
  /// The entries, one after the other.
  let all: [UInt8]
  /// The bytes of an entry.
  let size: Int

  func bytes(at indices: [Int]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: indices.count * size) { out, count in
      all.withUnsafeBufferPointer { all in
        for (place, index) in indices.enumerated() {
          _ = UnsafeMutableBufferPointer(rebasing: out[(place * size)..<((place + 1) * size)])
            .update(fromContentsOf: all[(index * size)..<((index + 1) * size)])
        }
      }
      count = indices.count * size
    }
  }
}

/// A data set of an HDF5 file, read entry by entry as asked for.
struct HDF5Pixels: ScenePixels {
  let file: HDF5File
  let name: String

  func bytes(at indices: [Int]) throws(DatasetError) -> [UInt8] {
    var bytes: [UInt8] = []
    var place = 0
    while place < indices.count {
      // Neighbours in one call: they lie in one chunk.
      var end = place + 1
      while end < indices.count && indices[end] == indices[end - 1] + 1 { end += 1 }
      let rows = indices[place]..<(indices[place] + end - place)
      bytes += try wrappingStorage { () throws(StorageError) in
        try file.rows(rows, of: name).bytes
      }
      place = end
    }
    return bytes
  }
}

/// PNG files, decoded and brought to size as asked for.
struct FilePixels: ScenePixels {
  let paths: [String]
  let fit: SceneFit
  let size: (height: Int, width: Int)
  /// Whether red and blue are exchanged.
  let exchanges: Bool
  /// What becomes of transparent pixels.
  let alpha: SceneAlpha

  func bytes(at indices: [Int]) throws(DatasetError) -> [UInt8] {
    try SceneBytes.read(count: indices.count, size: size.height * size.width * 3) {
      place throws(DatasetError) in try picture(indices[place]).bytes
    }
  }

  /// The bytes of entries, and what is to be known of each.
  func look(at indices: [Int]) throws(DatasetError) -> (bytes: [UInt8], looks: [PictureLook]) {
    let looks = Mutex([PictureLook](repeating: PictureLook(), count: indices.count))
    let bytes = try SceneBytes.read(count: indices.count, size: size.height * size.width * 3) {
      place throws(DatasetError) in
      let (file, image, bytes) = try picture(indices[place])
      let look = PictureLook(file: file, image: image, seen: bytes)
      looks.withLock { $0[place] = look }
      return bytes
    }
    return (bytes, looks.withLock { $0 })
  }

  private func picture(
    _ index: Int
  ) throws(DatasetError) -> (file: [UInt8], image: Image, bytes: [UInt8]) {
    let path = paths[index]
    let (file, original) = try wrappingStorage { () throws(StorageError) in
      let file = try FileBytes.read(path)
      return (file, try PNG.decode(file, path: path))
    }
    let image = fit.applied(to: alpha.applied(to: original))
    guard (image.height, image.width) == size else {
      throw SceneFit.mismatch(path, (image.height, image.width), size)
    }
    return (
      file, original, exchanges ? SceneBytes.exchangingRedAndBlue(image.bytes) : image.bytes
    )
  }
}
