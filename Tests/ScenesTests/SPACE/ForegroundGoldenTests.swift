import Scenes
import TestSupport
import Testing

@Suite(.enabled(if: SPACEGolden.isThere, SPACEGolden.reason)) struct ForegroundGoldenTests {
  private func model(_ golden: SPACEGolden) throws -> Foreground<Double> {
    var model = Foreground<Double>(
      try SPACEArchitecture(grid: 4, components: 3), random: Philox(seed: 1))
    try model.setParameters(to: golden.weights(SPACEGolden.foreground))
    return model
  }

  /// Within `1e-8` of what was stored in double precision, `3e-7` of the pictures in single precision.
  @Test func passIsTheAuthors() throws {
    let golden = try SPACEGolden()
    let x = try golden.picture("x")
    #expect(SPACEGolden.foreground.count == 118)
    #expect(SPACEGolden.stage.presence == 0.085 && SPACEGolden.stage.temperature == 2)
    let output = try model(golden).forward(x, golden.foregroundNoise(), at: SPACEGolden.stage)
      .output
    let objects = output.objects
    func expect(_ found: Tensor<Double>, _ name: String, within tolerance: Double = 1e-8) throws {
      let expected = try golden.tensor("log/\(name)")
      expectClose(found.reshaped(to: expected.shape), expected, within: tolerance, name)
    }
    try expect(objects.presence, "z_pres")
    try expect(sigmoid(objects.presenceLogits), "z_pres_prob")
    try expect(objects.depth, "z_depth")
    try expect(objects.boxes, "z_where")
    try expect(objects.what, "z_what")
    try expect(Tensor(output.divergence.presence), "kl_z_pres")
    try expect(Tensor(output.divergence.depth), "kl_z_depth")
    try expect(Tensor(output.divergence.scale), "kl_z_scale")
    try expect(Tensor(output.divergence.shift), "kl_z_shift")
    try expect(Tensor(output.divergence.what), "kl_z_what")
    try expect(Tensor(output.boundary), "boundary_loss")
    expectClose(
      objects.colour.reshaped(to: [32, 32, 32, 3]), try golden.picture("log/o_att"), within: 3e-7,
      "o_att")
    expectClose(output.alpha, try golden.picture("log/alpha_map"), within: 3e-7, "alpha_map")
    expectClose(output.image, try golden.picture("log/fg"), within: 3e-7, "fg")
  }

  /// The background's maps are stored in single precision, so that the likelihood's cotangents, and with them these gradients,
  /// can agree to some `1e-8` only.
  @Test func gradientIsTheAuthors() throws {
    let golden = try SPACEGolden()
    let x = try golden.picture("x")
    let model = try model(golden)
    let (output, tape) = model.forward(x, try golden.foregroundNoise(), at: SPACEGolden.stage)
    let settings = SPACESettings()
    let background = GaussianMixture<Double>(deviation: settings.backgroundDeviation).forward(
      x, means: try golden.picture("log/comps"), weights: try golden.picture("log/masks")
    ).logDensity
    let mixture = ForegroundMixture<Double>(deviation: settings.foregroundDeviation)
    let (density, mixtureTape) = mixture.forward(
      x, mean: output.image, alpha: output.alpha, background: background)
    let likelihood = density.reshaped(to: [2, density.count / 2]).sum(along: 1)
    let expected = try golden.tensor("log/log_like")
    for image in 0..<2 {
      #expect(abs(likelihood[image] / expected.scalars[image] - 1) < 1e-6)
    }
    // loss = mean over the batch of −log p + …
    let d = mixture.backward(
      Tensor(shape: density.shape, repeating: -0.5), through: mixtureTape)
    let gradient = model.backward(
      dImage: d.mean, dAlpha: d.alpha, weight: 0.5, through: tape)
    let found = Dictionary(
      uniqueKeysWithValues: model.parameters.map { ($0.name, $0.gradient(in: gradient)) })
    for entry in SPACEGolden.foreground {
      let ours = try #require(found[entry.ours])
      try golden.expectGradient(entry, ours, within: 1e-7)
    }
  }
}
