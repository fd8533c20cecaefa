import Foundation
import Storage
import Synchronization
import TensorCore

/// The JPEG photographs of a folder, decoded once and kept.
struct Photographs: Sendable {
  /// In the order of their names.
  let images: [Image]

  private static let kept = Mutex<[String: Photographs]>([:])

  /// The photographs of a folder; those that were decoded before in this program are not read again.
  ///
  /// - Parameters:
  ///   - folder: where the files are, with the ending `.jpg`.
  ///   - least: the fewest rows and columns that each must have.
  /// - Throws: ``DatasetError`` if there is none, one is damaged, or one is smaller.
  static func all(in folder: String, least: Int) throws(DatasetError) -> Photographs {
    if let photographs = kept.withLock({ $0[folder] }) { return photographs }
    // Hidden ones are what other systems leave beside the files.
    let names = (FolderListing(folder)?.files ?? []).filter {
      $0.lowercased().hasSuffix(".jpg") && !$0.hasPrefix(".")
    }
    let paths = names.map { "\(folder)/\($0)" }
    guard !paths.isEmpty else {
      throw .unexpected(
        path: folder, at: "photographs", expected: "files that end in .jpg", found: "none",
        advice: "put photographs there, such as the training images of BSDS500")
    }
    let results = parallelMap(over: paths.count) { place -> Result<Image, StorageError> in
      do throws(StorageError) { return .success(try JPEG.read(from: paths[place]).rgb) } catch {
        return .failure(error)
      }
    }
    var images: [Image] = []
    for (path, result) in zip(paths, results) {
      let image = try wrappingStorage { () throws(StorageError) in try result.get() }
      guard min(image.height, image.width) >= least else {
        throw .unexpected(
          path: path, at: "extents", expected: "at least \(least) x \(least) pixels",
          found: "\(image.height) x \(image.width)", advice: "leave the photograph out")
      }
      images.append(image)
    }
    let photographs = Photographs(images: images)
    kept.withLock { $0[folder] = photographs }
    return photographs
  }

  /// A square of a photograph, both drawn at random, `[side, side, 3]`.
  func crop(side: Int, random: inout Philox) -> [UInt8] {
    let image = images[random.next(below: images.count)]
    let top = random.next(below: image.height - side + 1)
    let left = random.next(below: image.width - side + 1)
    var result: [UInt8] = []
    result.reserveCapacity(side * side * 3)
    for row in top..<(top + side) {
      let start = 3 * (row * image.width + left)
      result += image.bytes[start..<start + 3 * side]
    }
    return result
  }
}
