import Layers
import TensorCore

/// Checks the gradient of a whole model along random directions, where one difference an element would take too long.
///
/// Along a direction `v` with a random normal number for each element of the chosen parameters, the slope `Σ v · gradient` is
/// compared with `(loss(θ + h v) − loss(θ − h v)) / 2h`. An error in one element shows in every slope, but small ones drown in
/// large ones: check the parts that a model consists of by ``checkGradients(of:at:using:step:tolerance:constants:cotangent:)``.
///
/// - Parameters:
///   - model: where the gradient was found.
///   - prefix: only parameters whose names begin so are moved; all, unless given.
///   - directions: how many are tried.
///   - step: `h`.
///   - tolerance: the difference allowed, as a share of the slope's magnitude (at least 1).
///   - loss: the number that was differentiated, for another model of the same sizes.
/// - Throws: ``GradientCheckFailure``, or what `loss` throws.
public func checkSlopes<Model: Parameterized>(
  of model: Model, gradient: Model.Gradient, prefix: String = "", directions: Int = 3,
  step: Double = 1e-7, tolerance: Double = 2e-5, random: Philox,
  loss: (Model) throws -> Double
) throws where Model.Scalar == Double {
  let moved = model.parameters.filter { $0.name.hasPrefix(prefix) }
  require(!moved.isEmpty, "checkSlopes: no parameter of the model begins with '\(prefix)'")
  require(directions > 0, "checkSlopes: wants at least 1 direction, got \(directions)")
  for index in 0..<directions {
    var slope = 0.0
    var (above, below) = (model, model)
    for parameter in moved {
      let value = parameter.value(in: model)
      let found = parameter.gradient(in: gradient)
      guard found.shape == value.shape else {
        throw GradientCheckFailure.shape(
          of: parameter.name, expected: value.shape, found: found.shape)
      }
      var stream = random.stream(parameter.name, index)
      let direction: Tensor<Double> = stream.normal(shape: value.shape)
      slope += (direction * found).sum()
      parameter.update(&above) { $0 += direction * step }
      parameter.update(&below) { $0 -= direction * step }
    }
    let numeric = try (loss(above) - loss(below)) / (2 * step)
    // Written so that NaN fails.
    guard abs(slope - numeric) <= tolerance * max(1, abs(numeric)) else {
      throw GradientCheckFailure.slope(
        of: prefix, direction: index, analytic: slope, numeric: numeric)
    }
  }
}
