import Foundation
import Scenes
import Storage
import TestSupport
import Testing

/// The foreground at other sizes than the authors', against the passes of another program (`Golden/space_goldens.md`).
@Suite struct SmallForegroundGoldenTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let file: String
    let side, grid, components, glimpse, widthDivisor: Int
    let alignsCorners: Bool
    let stage: SPACEStage
    var testDescription: String { file }
  }

  static let cases = [
    Case(
      file: "space_s32_g4_k1", side: 32, grid: 4, components: 1, glimpse: 8, widthDivisor: 4,
      alignsCorners: false,
      stage: SPACEStage(
        presence: 0.085, scaleMean: -1, scaleDeviation: 0.1, temperature: 2, hasBoundaryLoss: true)
    ),
    Case(
      file: "space_s48_g6_k2", side: 48, grid: 6, components: 2, glimpse: 16, widthDivisor: 2,
      alignsCorners: true,
      stage: SPACEStage(
        presence: 0.05, scaleMean: -1.5, scaleDeviation: 0.2, temperature: 1.25)),
  ]

  @Test(arguments: cases)
  func passAgrees(_ test: Case) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let arrays = try NPZ.read(
      from: folder.appending(path: "../Golden/\(test.file).npz").standardizedFileURL.path)
    func tensor(_ name: String) throws -> Tensor<Double> {
      let array = try #require(arrays[name], "no array \(name)")
      return Tensor(array.values(as: Double.self)).reshaped(to: Shape(array.shape))
    }
    let architecture = try SPACEArchitecture(
      side: test.side, grid: test.grid, components: test.components, glimpse: test.glimpse,
      widthDivisor: test.widthDivisor, alignsCorners: test.alignsCorners)
    var model = Foreground<Double>(architecture, random: Philox(seed: 1))
    try model.setParameters(
      to: weights(of: model) {
        try tensor("grad/\($0)").scalars[0]
      })

    let x = try tensor("x").permuted([0, 2, 3, 1])
    let (batch, cells, k) = (x.shape[0], architecture.cells, test.components)
    func draw(_ index: Int, _ shape: Shape) throws -> Tensor<Double> {
      let name = "draws/" + (index < 10 ? "0\(index)" : "\(index)")
      return try tensor(name).reshaped(to: shape)
    }
    let noise = try Foreground.Noise(
      presence: draw(k + 1, [batch, cells]), depth: draw(k + 2, [batch, cells, 1]),
      scale: draw(k + 3, [batch, cells, 2]), shift: draw(k + 4, [batch, cells, 2]),
      what: draw(k + 5, [batch, cells, 32]))
    let output = model.forward(x, noise, at: test.stage).output

    func expect(_ found: Tensor<Double>, _ name: String, within tolerance: Double = 1e-9) throws {
      let expected = try tensor("log/\(name)")
      expectClose(found.reshaped(to: expected.shape), expected, within: tolerance, name)
    }
    try expect(output.objects.presenceLogits, "logits")
    try expect(output.objects.presence, "pres")
    try expect(output.objects.boxes, "where")
    try expect(output.objects.depth, "depth")
    try expect(Tensor(output.divergence.presence), "kl_pres")
    try expect(Tensor(output.divergence.depth), "kl_depth")
    try expect(Tensor(output.divergence.scale), "kl_scale")
    try expect(Tensor(output.divergence.shift), "kl_shift")
    try expect(Tensor(output.divergence.what), "kl_what")
    try expect(Tensor(output.boundary), "boundary")
    try expect(output.alpha.rows(0..<1), "alpha", within: 1e-6)
    try expect(output.image.rows(0..<1).permuted([0, 3, 1, 2]), "fg", within: 1e-6)
  }

  /// The analytic weights; a decoder of fewer stages has the first of the authors' places.
  private func weights(
    of model: Foreground<Double>, index: (String) throws -> Double
  ) throws -> [String: Tensor<Double>] {
    var parts: [String: [Tensor<Double>]] = [:]
    for (name, value) in model.namedParameters {
      for entry in SPACEGolden.foreground where entry.ours == name {
        let ours = value.shape
        let outputs = entry.channels?.count ?? ours[ours.rank - 1]
        let theirs: Shape
        switch entry.layout {
        case .convolution: theirs = [outputs, ours[2], ours[0], ours[1]]
        case .dense: theirs = [outputs, ours[0]]
        case .plain: theirs = [outputs]
        }
        let (j, norm) = (try index(entry.theirs), entry.theirs.hasSuffix("weight"))
        let scale = 1 / (Double(theirs.count) / Double(outputs)).squareRoot()
        let values = (0..<theirs.count).map {
          let wave = sin(12.9898 * Double($0 + 1) + 78.233 * j)
          return theirs.rank > 1 ? wave * scale : norm ? 1 + 0.2 * wave : 0.1 * wave
        }
        let tensor = Tensor(values).reshaped(to: theirs)
        parts[name, default: []].append(
          entry.layout == .convolution
            ? tensor.permuted([2, 3, 1, 0]) : entry.layout == .dense ? tensor.transposed : tensor)
      }
    }
    return parts.mapValues { Tensor.concatenate($0, along: $0[0].rank - 1) }
  }
}
