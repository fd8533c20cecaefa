import Infomin
import Storage
import TensorCore
import Testing

@Suite struct SlicedDependenceTests {
  /// The official code's values on the same slices: fit, hold-out, objective and its gradients.
  @Test(
    .enabled(if: Folders.hasSharedGolden, "the shared golden folder is not there"),
    arguments: ["infomin_scalar", "infomin_onehot", "infomin_vector"])
  func agreesWithTheOfficialCode(file: String) throws {
    let golden = try Golden(shared: file)
    let (z, t) = try (golden["Z"], golden["T"])
    let slices = try golden["theta"].shape[0]
    for reduces in [true, false] {
      let estimator = SlicedDependence<Double>(sliceCount: slices, reducesTarget: reduces)
      let fit = try estimator.fit(z, t, directions: (golden["theta"], golden["phi"]))
      #expect(relativeError(fit.inSample, try golden.scalar("fit_value")) < 1e-9)
      #expect(relativeError(try #require(fit.heldOut), try golden.scalar("holdout_value")) < 1e-9)
      let (value, dZ, dT) = fit.objective.valueAndGradient(z, t, includingTarget: true)
      #expect(relativeError(value, try golden.scalar("objective")) < 1e-9)
      #expect(relativeError(dZ, try golden["dZ"]) < 1e-9)
      #expect(relativeError(try #require(dT), try golden["dT"]) < 1e-9)
    }
  }

  /// Every reduction against the dense NumPy solve of `make_infomin.py`, weights up to sign.
  @Test(arguments: [
    "scalar", "vector", "oneHot", "binary", "levels", "fewRowsVector", "fewRowsScalar",
  ])
  func everyReductionEqualsTheDenseSolve(name: String) throws {
    let golden = try Golden("canonical")
    let (z, t) = try (golden["\(name).z"], golden["\(name).t"])
    let directions = try (golden["\(name).theta"], golden["\(name).phi"])
    for (reduces, dual) in [(true, true), (true, false), (false, true), (false, false)] {
      let estimator = SlicedDependence<Double>(
        sliceCount: directions.0.shape[0], ridge: try golden.scalar("\(name).ridge"),
        fitFraction: 1, reducesTarget: reduces, usesDual: dual)
      let fit = try estimator.fit(z, t, directions: directions)
      let expected = try golden.scalar("\(name).correlation")
      #expect(abs(fit.correlation - expected) < 1e-10, "\(reduces) \(dual)")
      let weights = fit.objective.z.weights
      let reference = try golden["\(name).zWeights"]
      let scale = (weights * reference).sum() / (reference * reference).sum()
      #expect(relativeError(weights * (1 / scale), reference) < 1e-8, "\(reduces) \(dual)")
      let (value, dZ, dT) = fit.objective.valueAndGradient(z, t, includingTarget: true)
      #expect(relativeError(value, try golden.scalar("\(name).objective")) < 1e-9)
      #expect(relativeError(dZ, try golden["\(name).dZ"]) < 1e-8)
      // Distinct rows have a gradient in T only through the moments of a discrete T; it is the same function.
      #expect(relativeError(try #require(dT), try golden["\(name).dT"]) < 1e-8)
    }
  }

  @Test(arguments: [
    "scalar", "vector", "oneHot", "binary", "levels", "fewRowsVector", "fewRowsScalar",
  ])
  func pairFormFindsTheBestPair(name: String) throws {
    let golden = try Golden("canonical")
    let directions = try (golden["\(name).theta"], golden["\(name).phi"])
    for reduces in [true, false] {
      let estimator = SlicedDependence<Double>(
        sliceCount: directions.0.shape[0], form: .pair,
        ridge: try golden.scalar("\(name).ridge"), fitFraction: 1, reducesTarget: reduces)
      let fit = try estimator.fit(
        golden["\(name).z"], golden["\(name).t"], directions: directions)
      let expected = try golden.scalar("\(name).pairCorrelation")
      if try golden["\(name).t"].shape[1] == 1 && reduces {
        // One slice stands for all ± copies, each with its own ridge: the same 3 × 3 problem.
        #expect(abs(fit.correlation - expected) < 1e-10)
      }
      #expect(abs(fit.correlation - expected) < 1e-10)
      let winner = try golden["\(name).pairSlices"].scalars.map { Int($0) }
      #expect(fit.objective.z.directions == directions.0.rows(winner[0]..<winner[0] + 1))
    }
  }

  /// The value that the solve tells is the objective on the rows of the fit.
  @Test(arguments: [
    "scalar", "vector", "oneHot", "binary", "levels", "fewRowsVector", "fewRowsScalar",
  ])
  func inSampleValueIsTheObjective(name: String) throws {
    let golden = try Golden("canonical")
    let (z, t) = try (golden["\(name).z"], golden["\(name).t"])
    for form in SlicedDependence<Double>.Form.allCases {
      for (reduces, dual) in [(true, true), (true, false), (false, true), (false, false)] {
        let estimator = SlicedDependence<Double>(
          sliceCount: try golden["\(name).theta"].shape[0], form: form,
          ridge: try golden.scalar("\(name).ridge"), reducesTarget: reduces, usesDual: dual)
        let fit = try estimator.fit(
          z, t, directions: (golden["\(name).theta"], golden["\(name).phi"]))
        let rows = 0..<fit.fitRows
        let expected = fit.objective.value(z.rows(rows), t.rows(rows))
        #expect(abs(fit.inSample - expected) < 1e-10, "\(form) \(reduces) \(dual)")
      }
    }
  }

  @Test func gradientAgreesWithDifferences() throws {
    var random = Philox(seed: 7)
    for (rows, columns, targets) in [(12, 3, 1), (31, 4, 2), (140, 2, 3)] {
      let z: Tensor<Double> = random.normal(shape: [rows, columns])
      let t: Tensor<Double> = random.normal(shape: [rows, targets]) + z.slice(0..<1, along: 1)
      let fit = try SlicedDependence<Double>(sliceCount: 6, ridge: 0.1, fitFraction: 1).fit(
        z, t, using: random.stream("slices", rows))
      let (_, dZ, dT) = fit.objective.valueAndGradient(z, t, includingTarget: true)
      let step = 1e-6
      for _ in 0..<20 {
        let (i, j) = (random.next(below: rows), random.next(below: columns))
        var (up, down) = (z, z)
        up[i, j] += step
        down[i, j] -= step
        let numeric = (fit.objective.value(up, t) - fit.objective.value(down, t)) / (2 * step)
        #expect(abs(numeric - dZ[i, j]) < 1e-6 * max(1, abs(dZ).max()))
        let k = random.next(below: targets)
        var (tUp, tDown) = (t, t)
        tUp[i, k] += step
        tDown[i, k] -= step
        let numericT =
          (fit.objective.value(z, tUp) - fit.objective.value(z, tDown)) / (2 * step)
        #expect(abs(numericT - dT![i, k]) < 1e-6 * max(1, abs(dT!).max()))
      }
    }
  }
}
