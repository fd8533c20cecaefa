import Storage
import Synchronization
import TensorCore

/// Images as bytes.
enum SceneBytes {
  /// Bytes of images `[height, width, 3]` as a tensor in [0, 1].
  static func tensor(_ bytes: [UInt8], count: Int, height: Int, width: Int) -> Tensor<Float> {
    let size = height * width * 3
    return Tensor(shape: [count, height, width, 3]) { out in
      let places = Places(start: out)
      parallel(over: count) { image in
        let range = image * size..<(image + 1) * size
        Image.scale(bytes[range], into: UnsafeMutableBufferPointer(rebasing: places.start[range]))
      }
    }
  }

  /// Bytes that `fill` writes, one image a call, in parallel.
  static func filled(
    count: Int, size: Int, _ fill: @Sendable (Int, UnsafeMutableBufferPointer<UInt8>) -> Void
  ) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count * size) { out, filled in
      let places = Places(start: out)
      parallel(over: count) { image in
        let range = image * size..<(image + 1) * size
        fill(image, UnsafeMutableBufferPointer(rebasing: places.start[range]))
      }
      filled = count * size
    }
  }

  /// Bytes of images that `read` gives, one a call and each of `size` bytes, in parallel.
  ///
  /// - Throws: the error of the lowest image that has one.
  static func read(
    count: Int, size: Int, _ read: @Sendable (Int) throws(DatasetError) -> [UInt8]
  ) throws(DatasetError) -> [UInt8] {
    let failure = Mutex<(image: Int, error: DatasetError)?>(nil)
    let bytes = filled(count: count, size: size) { image, out in
      do throws(DatasetError) {
        let bytes = try read(image)
        require(bytes.count == size, "SceneBytes.read: wants \(size) bytes, got \(bytes.count)")
        _ = out.initialize(from: bytes)
      } catch {
        out.initialize(repeating: 0)
        failure.withLock { if image < $0?.image ?? .max { $0 = (image, error) } }
      }
    }
    if let error = failure.withLock({ $0?.error }) { throw error }
    return bytes
  }

  /// Pixels of three bytes with the first and the last exchanged.
  static func exchangingRedAndBlue(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    bytes.withUnsafeMutableBufferPointer { bytes in
      for i in stride(from: 0, to: bytes.count, by: 3) { bytes.swapAt(i, i + 2) }
    }
    return bytes
  }

  /// Memory of which each call writes a part of its own.
  private struct Places<Element>: @unchecked Sendable {
    let start: UnsafeMutableBufferPointer<Element>
  }
}
