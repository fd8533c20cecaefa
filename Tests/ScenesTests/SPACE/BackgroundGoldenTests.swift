import TestSupport
import Testing

@testable import Scenes

@Suite(.enabled(if: BackgroundGolden.isThere, Comment(rawValue: BackgroundGolden.reason)))
struct BackgroundGoldenTests {
  /// The golden's maps are stored in single precision; all else of it is double.
  private static let mapTolerance = 2e-7

  @Test func passAgreesWithTheAuthors() throws {
    let golden = try BackgroundGolden()
    let background = try golden.background(as: Double.self)
    let (output, _, state) = background.forward(
      try golden.picture("x"), try golden.noise(as: Double.self), background.initialState,
      mode: .training)
    expectClose(
      output.weights, try golden.picture("log/masks"), within: Self.mapTolerance, "weights")
    expectClose(
      output.components, try golden.picture("log/comps"), within: Self.mapTolerance, "components")
    expectClose(
      (output.weights * output.components).sum(along: 1), try golden.picture("log/bg"),
      within: Self.mapTolerance, "background")
    let divergence = zip(output.maskDivergence, output.componentDivergence).map { $0 + $1 }
    for (found, expected) in zip(divergence, try golden.tensor("log/kl_bg").scalars) {
      #expect(abs(found / expected - 1) < 1e-8, "\(found), expected \(expected)")
    }
    for (name, value) in state.namedTensors {
      expectClose(value, try golden.statistic(name), within: 1e-9, name)
    }
  }

  @Test func singlePrecisionAgreesWithTheAuthors() throws {
    let golden = try BackgroundGolden()
    let background = try golden.background(as: Float.self)
    let (output, _, state) = background.forward(
      try golden.picture("x").converted(to: Float.self), try golden.noise(as: Float.self),
      background.initialState, mode: .training)
    expectClose(output.weights, try golden.picture("log/masks"), within: 1e-4, "weights")
    expectClose(output.components, try golden.picture("log/comps"), within: 1e-4, "components")
    let divergence = zip(output.maskDivergence, output.componentDivergence).map { $0 + $1 }
    for (found, expected) in zip(divergence, try golden.tensor("log/kl_bg").scalars) {
      #expect(abs(found / expected - 1) < 1e-4, "\(found), expected \(expected)")
    }
    for (name, value) in state.namedTensors {
      expectClose(value, try golden.statistic(name), within: 1e-4, name)
    }
  }

  /// The loss's cotangents need the foreground's image and alpha, of which the golden has 24 bits: hence the tolerance, a
  /// share of each gradient's norm.
  @Test func gradientsAgreeWithTheAuthors() throws {
    let tolerance = 2e-6
    let golden = try BackgroundGolden()
    let background = try golden.background(as: Double.self)
    let x = try golden.picture("x")
    let (output, tape, _) = background.forward(
      x, try golden.noise(as: Double.self), background.initialState, mode: .training)
    let inner = GaussianMixture<Double>(deviation: 0.15)
    let outer = ForegroundMixture<Double>(deviation: 0.15)
    let (density, innerTape) = inner.forward(
      x, means: output.components, weights: output.weights)
    let (_, outerTape) = outer.forward(
      x, mean: try golden.picture("log/fg"), alpha: try golden.picture("log/alpha_map"),
      background: density)
    let dBackground = outer.backward(.ones(x.shape) * -0.5, through: outerTape).background
    let (dComponents, dWeights) = inner.backward(dBackground, through: innerTape)
    let gradient = background.backward(
      dWeights: dWeights, dComponents: dComponents, weight: 0.5, through: tape)

    let parameters = Dictionary(
      uniqueKeysWithValues: background.parameters.map { ($0.name, $0) })
    #expect(parameters.count == BackgroundGolden.table.count)
    for (ours, theirs, layout) in BackgroundGolden.table {
      let found = layout.theirs(parameters[ours]!.gradient(in: gradient))
      let expected = try golden.tensor("grad/\(theirs)").scalars
      let norm = try golden.numbers("norm", of: theirs)[0]
      let size = try golden.numbers("abssum", of: theirs)[0]
      // What batch normalisation takes away again has a gradient of nothing but rounding.
      let scale = max(norm, 1e-4)
      let own = found.scalars
      for (index, value) in expected.enumerated() {
        #expect(
          abs(own[index] - value) <= tolerance * scale,
          "\(ours) at \(index): \(own[index]), expected \(value), norm \(norm)")
      }
      let ownNorm = (found * found).sum().squareRoot()
      #expect(
        abs(ownNorm - norm) <= tolerance * scale, "\(ours): norm \(ownNorm), expected \(norm)")
      let sum = try golden.numbers("sum", of: theirs)[0]
      #expect(
        abs(found.sum() - sum) <= tolerance * max(size, 1e-4),
        "\(ours): sum \(found.sum()), expected \(sum)")
    }
  }
}
