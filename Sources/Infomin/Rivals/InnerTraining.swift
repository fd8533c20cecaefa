import Layers
import TensorCore

/// How a critic is trained at each max-step: the inner loop of the adversarial estimators (spec §6).
public struct InnerTraining: Codable, Sendable, Hashable {
  /// Adam's learning rate; Adam starts again at each max-step.
  public var learningRate: Double
  /// Rows of a step; at most the rows of the fit.
  public var batchSize: Int
  /// `L₂`, the passes over the rows of the fit.
  public var passes: Int
  /// Whether the first pass only measures, as in the authors' code: then `k` passes update `k − 1` times.
  public var firstPassIdle: Bool
  /// The share of the rows, from the first on, that is fitted; the rest selects among passes.
  public var fitFraction: Double
  /// Whether the parameters of the pass with the best held-out value are kept, else the last ones.
  public var keepsBest: Bool
  /// Passes without a better held-out value after which training stops.
  public var patience: Int

  /// The authors' settings, with a number of passes.
  public init(
    learningRate: Double = 5e-4, batchSize: Int = 1024, passes: Int = 3, firstPassIdle: Bool = true,
    fitFraction: Double = 0.8, keepsBest: Bool = true, patience: Int = 500
  ) {
    require(
      learningRate > 0 && batchSize >= 1 && passes >= 1 && fitFraction > 0 && fitFraction < 1,
      "InnerTraining: wants a positive learning rate, batch size and passes, and a fit fraction in (0, 1)"
    )
    self.learningRate = learningRate
    self.batchSize = batchSize
    self.passes = passes
    self.firstPassIdle = firstPassIdle
    self.fitFraction = fitFraction
    self.keepsBest = keepsBest
    self.patience = patience
  }

  /// Trains `model` to make `loss` small on the first rows, selecting by the last ones.
  ///
  /// - Parameters:
  ///   - gradient: the loss's gradient on a batch.
  ///   - loss: the loss itself.
  ///   - progress: called after each pass with its number; throws to stop.
  /// - Returns: the loss on the rows of the fit and on the held-out rows, for the parameters that were kept, and what a user
  ///   should know of the columns.
  func train<Model: Parameterized>(
    _ model: inout Model, _ z: Tensor<Model.Scalar>, _ t: Tensor<Model.Scalar>,
    using random: Philox, estimator: String,
    gradient: (Model, Tensor<Model.Scalar>, Tensor<Model.Scalar>, Philox) -> Model.Gradient,
    loss: (Model, Tensor<Model.Scalar>, Tensor<Model.Scalar>, Philox) -> Model.Scalar,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> (fit: Double, heldOut: Double, warning: String?) {
    let rows = z.shape[0]
    let fitRows = Int(Double(rows) * fitFraction)
    guard fitRows >= 4 && rows - fitRows >= 4 else {
      let smaller = min(fitFraction, 1 - fitFraction)
      throw InfominError.tooFewRows(
        estimator: estimator, expected: Int((5 / smaller).rounded(.up)), found: rows)
    }
    let warning = try ColumnMoments.warning(z, t, estimator: estimator)
    let (zFit, tFit) = (z.rows(0..<fitRows), t.rows(0..<fitRows))
    let (zHeld, tHeld) = (z.rows(fitRows..<rows), t.rows(fitRows..<rows))
    // One held-out draw for all passes, so that they compare.
    let heldRandom = random.stream("held-out")
    var adam = Adam<Model.Scalar>(learningRate: learningRate)
    var best = (pass: 0, loss: Model.Scalar.infinity, model: model)
    let size = min(batchSize, fitRows)
    for pass in 0..<passes {
      if pass > 0 || !firstPassIdle {
        var shuffle = random.stream("shuffle", pass)
        let order = shuffle.permutation(fitRows)
        for start in stride(from: 0, to: fitRows, by: size) {
          let picked = Array(order[start..<min(start + size, fitRows)])
          // A last batch of a few rows has no moments worth a step.
          guard picked.count >= 4 else { continue }
          let g = gradient(
            model, zFit.gather(rows: picked), tFit.gather(rows: picked),
            random.stream("batch", pass, start))
          adam.update(&model, with: g)
        }
      }
      let value = loss(model, zHeld, tHeld, heldRandom)
      if value < best.loss || pass == 0 { best = (pass, value, model) }
      try progress(pass)
      if pass - best.pass >= patience { break }
    }
    if keepsBest { model = best.model }
    return (
      Double(loss(model, zFit, tFit, random.stream("fit"))),
      keepsBest ? Double(best.loss) : Double(loss(model, zHeld, tHeld, heldRandom)), warning
    )
  }
}
