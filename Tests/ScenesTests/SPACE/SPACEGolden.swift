import Foundation
import Scenes
import Storage
import Testing

/// One training pass of the authors' code in double precision (`shared/golden/space_g4_k3_b2.h5`), with PyTorch's names and
/// layouts brought to ours.
struct SPACEGolden {
  /// How a tensor of PyTorch becomes one of ours.
  enum Layout {
    /// `[outputs, inputs, height, width]`, ours `[height, width, inputs, outputs]`.
    case convolution
    /// `[outputs, inputs]`, also with two extents of 1 behind; ours `[inputs, outputs]`.
    case dense
    /// As it is.
    case plain
  }

  /// A tensor of theirs and where it is in ours: `channels` of the last axis where ours holds several of theirs.
  struct Entry {
    let theirs, ours: String
    let layout: Layout
    var channels: Range<Int>?

    init(_ theirs: String, _ ours: String, _ layout: Layout, _ channels: Range<Int>? = nil) {
      self.theirs = theirs
      self.ours = ours
      self.layout = layout
      self.channels = channels
    }
  }

  /// What came back of one gradient: of large ones the first elements, and sums over all.
  struct ExpectedGradient {
    let first: [Double]
    let norm, sum, magnitude: Double
  }

  static let path: String = {
    if let data = ProcessInfo.processInfo.environment["TESSERA_DATA"] {
      return data + "/../golden/space_g4_k3_b2.h5"
    }
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
    return tests.appending(path: "../../../../shared/golden/space_g4_k3_b2.h5").standardizedFileURL
      .path
  }()
  static var isThere: Bool { FileManager.default.fileExists(atPath: path) }
  static let reason: Comment = "space_g4_k3_b2.h5 is not in the folder golden of the shared files"

  private let file: HDF5File

  init() throws { file = try HDF5File(reading: Self.path) }

  /// An array as it is stored.
  func tensor(_ name: String) throws -> Tensor<Double> {
    let array = try file.array(name)
    return Tensor(array.values(as: Double.self)).reshaped(to: Shape(array.shape))
  }

  /// A picture `[batch, …, channels, height, width]` with its channels innermost.
  func picture(_ name: String) throws -> Tensor<Double> {
    let tensor = try tensor(name)
    let rank = tensor.rank
    return tensor.permuted(Array(0..<rank - 3) + [rank - 2, rank - 1, rank - 3])
  }

  /// The analytic weights of some entries, in our layouts, by our names.
  func weights(_ entries: [Entry]) throws -> [String: Tensor<Double>] {
    var parts: [String: [(start: Int, value: Tensor<Double>)]] = [:]
    for entry in entries {
      let object = "grad/\(entry.theirs)"
      let shape = try numbers("shape", of: object).map { Int($0) }
      let index = try numbers("index", of: object)[0]
      let count = shape.reduce(1, *)
      var values = (0..<count).map { sin(12.9898 * Double($0 + 1) + 78.233 * index) }
      if shape.count > 1 {
        let scale = 1 / (Double(count) / Double(shape[0])).squareRoot()
        for i in values.indices { values[i] *= scale }
      } else if entry.theirs.hasSuffix("weight") {
        for i in values.indices { values[i] = 1 + 0.2 * values[i] }
      } else {
        for i in values.indices { values[i] *= 0.1 }
      }
      // The model held them in single precision before it was made double.
      let theirs = Tensor(values.map { Double(Float($0)) }).reshaped(to: Shape(shape))
      parts[entry.ours, default: []].append(
        (entry.channels?.lowerBound ?? 0, Self.ours(theirs, entry.layout)))
    }
    return parts.mapValues { parts in
      let ordered = parts.sorted { $0.start < $1.start }.map(\.value)
      return Tensor.concatenate(ordered, along: ordered[0].rank - 1)
    }
  }

  func expectedGradient(_ entry: Entry) throws -> ExpectedGradient {
    let object = "grad/\(entry.theirs)"
    return ExpectedGradient(
      first: try file.array(object).values(as: Double.self),
      norm: try numbers("norm", of: object)[0], sum: try numbers("sum", of: object)[0],
      magnitude: try numbers("abssum", of: object)[0])
  }

  /// Expects a gradient of ours to be theirs within `tolerance` of its norm (sums: of its sum of magnitudes), and its given
  /// elements within `tolerance` of the norm; returns the largest share of it.
  @discardableResult
  func expectGradient(
    _ entry: Entry, _ ours: Tensor<Double>, within tolerance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Double {
    let expected = try expectedGradient(entry)
    var part = ours
    if let channels = entry.channels { part = ours.slice(channels, along: ours.rank - 1) }
    let found = Self.theirs(part, entry.layout).scalars
    let norm = found.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let errors = [
      abs(norm - expected.norm) / expected.norm,
      abs(found.reduce(0, +) - expected.sum) / expected.magnitude,
      zip(found, expected.first).map { abs($0 - $1) }.max()! / expected.norm,
    ]
    #expect(
      errors.allSatisfy { $0 <= tolerance },
      "\(entry.theirs): norm, sum and elements off by \(errors), norm \(norm) of \(expected.norm)",
      sourceLocation: sourceLocation)
    return errors.max()!
  }

  private func numbers(_ attribute: String, of object: String) throws -> [Double] {
    guard case .array(let array) = try file.attribute(attribute, of: object) else { return [] }
    return array.values(as: Double.self)
  }

  private static func ours(_ theirs: Tensor<Double>, _ layout: Layout) -> Tensor<Double> {
    switch layout {
    case .convolution: theirs.permuted([2, 3, 1, 0])
    case .dense: theirs.reshaped(to: [theirs.shape[0], theirs.shape[1]]).transposed
    case .plain: theirs
    }
  }

  private static func theirs(_ ours: Tensor<Double>, _ layout: Layout) -> Tensor<Double> {
    switch layout {
    case .convolution: ours.permuted([3, 2, 0, 1])
    case .dense: ours.transposed
    case .plain: ours
    }
  }
}
