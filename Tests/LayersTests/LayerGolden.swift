import Storage
import TensorCore

/// A file of golden values, made by the script beside it.
struct LayerGolden: Sendable {
  static let layers = LayerGolden("layers")
  static let optimisers = LayerGolden("optimisers")
  static let schedules = LayerGolden("schedules")
  static let images = LayerGolden("images")
  static let distributions = LayerGolden("distributions")
  static let augmentation = LayerGolden("augmentation")

  private let arrays: [String: StoredArray]

  private init(_ name: String) {
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    // A golden file that cannot be read stops the tests: they mean nothing without it.
    arrays = try! NPZ.read(from: "/\(folder)/Golden/\(name).npz")
  }

  func has(_ name: String) -> Bool { arrays[name] != nil }

  func tensor<S: TensorScalar>(_ name: String, as type: S.Type = S.self) -> Tensor<S> {
    guard let array = arrays[name] else { fatalError("no golden array \(name)") }
    return array.tensor(as: S.self)
  }

  func number(_ name: String) -> Double { tensor(name, as: Double.self).scalar }

  func number(_ name: String, default value: Double) -> Double {
    has(name) ? number(name) : value
  }

  func integers(_ name: String) -> [Int] { tensor(name, as: Double.self).scalars.map { Int($0) } }
}
