/// A chain of ``ConvolutionStage``s, with one more convolution without normalisation at its end if wanted: `x` of shape
/// `[batch, height, width, inputs]` gives `[batch, height′, width′, channels]`.
///
/// Samples couple nowhere. Neighbouring stages form runs, and for each run the batch is cut into groups of samples whose
/// activations stay in the cache through all of it; a run of small images takes more samples at once, for the weights, which
/// are many there, to be read less often. Groups run in parallel, and the cut depends on the extents alone, so that the
/// number of threads changes no bit.
public struct ConvolutionStack<Scalar: TensorScalar>: Layer {
  /// The stages in order.
  public var stages: [ConvolutionStage<Scalar>]
  /// What comes after the last stage. Its activation is one that is differentiated from its output.
  public var head: Convolution<Scalar>?

  /// The input, and what the convolutions gave after the activation. Outputs of normalisations, which are the next
  /// convolutions' inputs, are recomputed.
  public struct Tape: Sendable {
    let x: Tensor<Scalar>
    let runs: [Run]
    let head: Tensor<Scalar>?

    /// Of a run of stages: the last stage's for the whole batch, the others' for each group of samples.
    struct Run: Sendable {
      let plan: StageRun
      let inner: [[GroupNorm<Scalar>.Tape]]
      let last: GroupNorm<Scalar>.Tape
    }
  }

  /// `0.convolution.weight`, `0.convolution.bias`, `0.norm.scale`, `0.norm.shift`, `1.convolution.weight`, …, and
  /// `head.weight` and `head.bias` if there is a head.
  public static var parts: [Part<Self>] { [.list(\.stages), .part("head", \.head)] }

  /// A stack of stages of these sizes; stage `i` draws from the child stream `stage`, `i` of `random`.
  public init(
    inputs: Int, stages sizes: [StageSize], head: Convolution<Scalar>? = nil, random: Philox
  ) {
    require(!sizes.isEmpty, "ConvolutionStack: wants at least one stage")
    require(
      head.map { $0.inputs == sizes.last!.channels && !$0.activation.keepsInput } ?? true,
      "ConvolutionStack: the head must take \(sizes.last!.channels) channels and have an activation that is "
        + "differentiated from its output, got \(head.map { "\($0.inputs) and \($0.activation)" } ?? "")"
    )
    self.head = head
    stages = sizes.indices.map { index in
      ConvolutionStage(
        inputs: index == 0 ? inputs : sizes[index - 1].channels, size: sizes[index],
        random: random.stream("stage", index))
    }
  }

  private init(stages: [ConvolutionStage<Scalar>], head: Convolution<Scalar>?) {
    self.stages = stages
    self.head = head
  }

  /// The output, and what the backward pass needs.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    var runs: [Tape.Run] = []
    var drawn: Tensor<Scalar>?
    for plan in plan(for: x) {
      let previous = runs.last
      let isLast = plan.stages.upperBound == stages.count
      let groups = parallelMap(over: plan.groups.count) { index in
        let samples = plan.groups[index]
        var y = input(of: plan, x, after: previous, samples)
        var tapes: [GroupNorm<Scalar>.Tape] = []
        for stage in plan.stages {
          let tape = stages[stage].forward(y)
          tapes.append(tape)
          if stage + 1 < plan.stages.upperBound { y = stages[stage].norm.output(tape) }
        }
        let last = tapes.removeLast()
        let head = isLast ? head.map { $0(stages.last!.norm.output(last)) } : nil
        return (inner: tapes, last: last, head: head)
      }
      runs.append(
        Tape.Run(
          plan: plan, inner: groups.map(\.inner), last: .concatenate(groups.map(\.last))))
      if isLast && head != nil { drawn = Tensor.concatenate(groups.map { $0.head! }) }
    }
    return (
      drawn ?? stages.last!.norm.output(runs.last!.last), Tape(x: x, runs: runs, head: drawn)
    )
  }

  /// What the last stage gave in the pass that a tape is of, recomputed.
  func output(_ tape: Tape) -> Tensor<Scalar> { stages.last!.norm.output(tape.runs.last!.last) }

  /// The gradients with respect to the input and every parameter.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    let (dx, gradient) = backward(dy, through: tape, needsInputGradient: true)
    return (dx!, gradient)
  }

  /// The same; `dx` is left out (`nil`) for an input that is data.
  public func backward(_ dy: Tensor<Scalar>, through tape: Tape, needsInputGradient: Bool)
    -> (dx: Tensor<Scalar>?, gradient: Gradient)
  {
    require(
      dy.rank == 4 && dy.shape[0] == tape.x.shape[0],
      "ConvolutionStack.backward: dy must be [\(tape.x.shape[0]), height, width, channels], got \(dy.shape)"
    )
    var d: Tensor<Scalar>? = dy
    var stages: [ConvolutionStage<Scalar>.Gradient] = []
    var head: Convolution<Scalar>.Gradient?
    for index in tape.runs.indices.reversed() {
      let (dx, gradient) = backward(
        d!, tape, index, needsInputGradient: index > 0 || needsInputGradient)
      stages = gradient.stages + stages
      head = head ?? gradient.head
      d = dx
    }
    let gradient = Gradient(of: self) {
      $0.stages = stages
      $0.head = head
    }
    return (d, gradient)
  }

  /// Through one run of stages, and the head if it ends the stack; the gradient is that of a stack of these alone.
  private func backward(
    _ dy: Tensor<Scalar>, _ tape: Tape, _ index: Int, needsInputGradient: Bool
  ) -> (dx: Tensor<Scalar>?, gradient: Gradient) {
    let run = tape.runs[index]
    let groups = run.plan.groups
    let part = ConvolutionStack(
      stages: Array(stages[run.plan.stages]), head: index + 1 == tape.runs.count ? head : nil)
    // A few sums of gradients, each over neighbouring groups: one per group would take much memory.
    let shares = Partition(of: groups.count, into: min(groups.count, 4))
    let sums = parallelMap(over: shares.count) { share in
      var total: Gradient?
      var dxs: [Tensor<Scalar>] = []
      for group in shares[share] {
        let x = input(
          of: run.plan, tape.x, after: index == 0 ? nil : tape.runs[index - 1], groups[group])
        let (dx, gradient) = backward(
          dy.rows(groups[group]), run, group, of: part, input: x,
          head: index + 1 == tape.runs.count ? tape.head?.rows(groups[group]) : nil,
          needsInputGradient: needsInputGradient)
        if let dx { dxs.append(dx) }
        if total == nil { total = gradient } else { total! += gradient }
      }
      return (dxs: dxs, gradient: total!)
    }
    var gradient = sums[0].gradient
    for sum in sums.dropFirst() { gradient += sum.gradient }
    return (
      needsInputGradient ? Tensor.concatenate(sums.flatMap(\.dxs), along: 0) : nil, gradient
    )
  }

  /// One group of samples through one run of stages.
  private func backward(
    _ dy: Tensor<Scalar>, _ run: Tape.Run, _ group: Int, of part: ConvolutionStack,
    input x: Tensor<Scalar>, head drawn: Tensor<Scalar>?, needsInputGradient: Bool
  ) -> (dx: Tensor<Scalar>?, gradient: Gradient) {
    let tapes = run.inner[group] + [run.last.samples(run.plan.groups[group])]
    let first = run.plan.stages.lowerBound
    var d = dy
    var gradients: [ConvolutionStage<Scalar>.Gradient] = []
    var headGradient: Convolution<Scalar>.Gradient?
    if let head, let drawn {
      let (dx, gradient) = head.backward(
        sum: head.activation.backward(d, kept: drawn),
        input: stages.last!.norm.output(tapes.last!))
      (d, headGradient) = (dx!, gradient)
    }
    for index in run.plan.stages.reversed() {
      let input = index == first ? x : stages[index - 1].norm.output(tapes[index - 1 - first])
      let (dx, gradient) = stages[index].backward(
        d, input: input, through: tapes[index - first],
        needsInputGradient: index > first || needsInputGradient)
      gradients.append(gradient)
      if let dx { d = dx }
    }
    let gradient = Gradient(of: part) {
      $0.stages = gradients.reversed()
      $0.head = headGradient
    }
    return (needsInputGradient ? d : nil, gradient)
  }

  /// What some samples bring into a run: part of the stack's input, or of the previous run's output.
  private func input(
    of plan: StageRun, _ x: Tensor<Scalar>, after previous: Tape.Run?, _ samples: Range<Int>
  ) -> Tensor<Scalar> {
    guard let previous else { return x.rows(samples) }
    return stages[plan.stages.lowerBound - 1].norm.output(previous.last, samples: samples)
  }

  private func plan(for x: Tensor<Scalar>) -> [StageRun] {
    require(
      x.rank == 4 && x.shape[0] > 0 && x.shape[3] == stages[0].convolution.inputs,
      "ConvolutionStack.forward: x must be [batch, height, width, \(stages[0].convolution.inputs)], got \(x.shape)"
    )
    var shape = x.shape.replacing(axis: 0, with: 1)
    let extents = stages.map { stage in
      let read = shape.count
      shape = stage.convolution.outputShape(for: shape)
      let r = stage.upFactor
      shape = [1, shape[1] * r, shape[2] * r, shape[3] / (r * r)]
      return (pixels: shape[1] * shape[2], numbers: max(read, shape.count))
    }
    return StageRun.all(extents, batch: x.shape[0])
  }
}
