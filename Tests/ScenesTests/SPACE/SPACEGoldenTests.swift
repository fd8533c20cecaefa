import TestSupport
import Testing

@testable import Scenes

/// The authors' whole training step: one loss, every gradient.
@Suite(.enabled(if: SPACEGolden.isThere, SPACEGolden.reason)) struct SPACEGoldenTests {
  private func model<S: TensorScalar>(as type: S.Type) throws -> SPACE<S> {
    var settings = SPACESettings()
    settings.scaleDeviation = Double(Float(0.1))
    var model = SPACE<S>(
      try SPACEArchitecture(grid: 4, components: 3), settings: settings, random: Philox(seed: 1))
    model.background = try BackgroundGolden().background(as: S.self)
    var values: [String: Tensor<S>] = [:]
    for (name, value) in try SPACEGolden().weights(SPACEGolden.foreground) {
      values[name] = value.converted(to: S.self)
    }
    try model.foreground.setParameters(to: values)
    return model
  }

  private func noise<S: TensorScalar>(as type: S.Type) throws -> SPACE<S>.Noise {
    let front = try SPACEGolden().foregroundNoise()
    return SPACE<S>.Noise(
      foreground: .init(
        presence: front.presence.converted(to: S.self), depth: front.depth.converted(to: S.self),
        scale: front.scale.converted(to: S.self), shift: front.shift.converted(to: S.self),
        what: front.what.converted(to: S.self)),
      background: try BackgroundGolden().noise(as: S.self))
  }

  /// Loss and terms within `1e-8` of their size in double precision and `1e-3` in single; gradients within `1e-7` and `1e-3` of
  /// their norms.
  private func check<S: TensorScalar>(_ type: S.Type, terms: Double, gradients: Double) throws {
    let golden = try SPACEGolden()
    let model = try model(as: S.self)
    #expect(
      model.parameters.count == SPACEGolden.foreground.count - 2 + BackgroundGolden.table.count)
    let x = try golden.picture("x").converted(to: S.self)
    let (found, gradient, _) = model.evaluate(
      x, try noise(as: S.self), at: SPACEGolden.stage, model.initialState)
    let loss = try golden.tensor("loss").scalars[0]
    #expect(abs(found.loss / loss - 1) < terms, "loss \(found.loss), expected \(loss)")
    for (name, values) in [
      ("log_like", found.logLikelihood), ("boundary_loss", found.boundary),
      ("kl_z_pres", found.presence), ("kl_z_depth", found.depth), ("kl_z_scale", found.scale),
      ("kl_z_shift", found.shift), ("kl_z_what", found.what), ("mse", found.squaredError),
      ("kl_bg", zip(found.masks, found.components).map { $0 + $1 }),
    ] {
      for (value, expected) in zip(values, try golden.tensor("log/\(name)").scalars) {
        #expect(abs(value / expected - 1) < terms, "\(name): \(value), expected \(expected)")
      }
    }
    let ours = Dictionary(
      uniqueKeysWithValues: model.parameters.map {
        ($0.name, $0.gradient(in: gradient).converted(to: Double.self))
      })
    for entry in SPACEGolden.foreground {
      try golden.expectGradient(
        entry, #require(ours["foreground.\(entry.ours)"]), within: gradients)
    }
    let behind = try BackgroundGolden()
    for (name, theirs, layout) in BackgroundGolden.table {
      let found = layout.theirs(try #require(ours["background.\(name)"]))
      let norm = try behind.numbers("norm", of: theirs)[0]
      // A bias before a batch normalisation has a gradient of nothing but rounding.
      let scale = gradients * max(norm, 1)
      let own = (found * found).sum().squareRoot()
      #expect(abs(own - norm) <= scale, "\(theirs): norm \(own), expected \(norm)")
      let size = try behind.numbers("abssum", of: theirs)[0]
      let sum = try behind.numbers("sum", of: theirs)[0]
      #expect(abs(found.sum() - sum) <= gradients * max(size, 1), "\(theirs): sum")
      for (value, expected) in zip(found.scalars, try behind.tensor("grad/\(theirs)").scalars) {
        #expect(abs(value - expected) <= scale, "\(theirs): \(value), expected \(expected)")
        if abs(value - expected) > scale { break }
      }
    }
  }

  @Test func doublePrecisionIsTheAuthors() throws {
    try check(Double.self, terms: 1e-8, gradients: 1e-7)
  }

  @Test func singlePrecisionIsNear() throws {
    try check(Float.self, terms: 1e-3, gradients: 1e-3)
  }
}
