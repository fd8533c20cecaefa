import Layers
import TensorCore

extension SPACE {
  /// Images drawn from the prior, `[count, height, width, 3]`, with all schedules at their ends.
  ///
  /// Every cell draws presence, depth, box and appearance; behind them is a background of its own prior.
  public func sample(count: Int, _ state: State, using random: Philox) -> Tensor<Scalar>? {
    let (stage, cells) = (settings.finalStage, architecture.cells)
    func normal(_ name: String, _ size: Int) -> Tensor<Scalar> {
      var stream = random.stream(name)
      return stream.normal(shape: [count, cells, size])
    }
    var chance = random.stream("presence")
    let uniform: Tensor<Scalar> = chance.uniform(shape: [count, cells])
    let presence = uniform.map { $0 < Scalar(stage.presence) ? 1 : 0 }
    let scale = normal("scale", 2) * Scalar(stage.scaleDeviation) + Scalar(stage.scaleMean)
    let boxes = foreground.boxes(scale: scale, shift: normal("shift", 2))
    let drawn = foreground.decode(
      what: normal("what", SPACEArchitecture.whatSize), boxes: boxes,
      depth: normal("depth", 1).reshaped(to: [count, cells]), presence: presence)
    var stream = random.stream("background")
    let behind = background.sample(count: count, state, using: &stream)
    return drawn.alpha * drawn.image + (Scalar(1) - drawn.alpha) * behind.image
  }
}
