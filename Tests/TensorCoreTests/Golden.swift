import Foundation
import Storage
import TensorCore

/// One of the files of `Golden/`, which `make_tensor.py` there has written.
struct Golden {
  private let arrays: [String: StoredArray]

  init(_ name: String) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    arrays = try NPZ.read(from: folder.appendingPathComponent("Golden/\(name).npz").path)
  }

  /// The array of a key, rounded to the scalar type.
  func tensor<S: TensorScalar>(_ key: String, as type: S.Type = S.self) -> Tensor<S> {
    guard let array = arrays[key] else { fatalError("golden file has no \(key)") }
    return array.tensor(as: S.self)
  }

  /// The array of a key as it was computed.
  subscript(key: String) -> Tensor<Double> { tensor(key) }

  /// An array of whole numbers.
  func integers(_ key: String) -> [Int] {
    guard let integers = arrays[key]?.integers else { fatalError("golden file has no \(key)") }
    return integers
  }

  func has(_ key: String) -> Bool { arrays[key] != nil }
}
