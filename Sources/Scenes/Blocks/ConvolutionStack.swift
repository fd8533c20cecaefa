/// A chain of ``ConvolutionStage``s, with one more convolution without normalisation at its end if wanted: `x` of shape
/// `[batch, height, width, inputs]` gives `[batch, height′, width′, channels]`.
///
/// Samples couple nowhere. The batch is cut into groups of samples whose activations stay in the cache through the whole
/// chain; groups run in parallel, and the cut depends on the extents alone, so that the number of threads changes no bit.
public struct ConvolutionStack<Scalar: TensorScalar>: Layer {
  /// The stages in order.
  public var stages: [ConvolutionStage<Scalar>]
  /// What comes after the last stage. Its activation is one that is differentiated from its output.
  public var head: Convolution<Scalar>?

  /// The input, and of each group of samples what its convolutions gave after the activation. Outputs of normalisations,
  /// which are the next convolutions' inputs, are made anew.
  public struct Tape: Sendable {
    let x: Tensor<Scalar>
    let groups: [Group]

    struct Group: Sendable {
      let samples: Range<Int>
      let stages: [ConvolutionStage<Scalar>.Tape]
      let head: Tensor<Scalar>?
    }
  }

  /// The gradient with respect to each stage's parameters.
  public struct Gradient: ParameterGradient {
    /// One a stage.
    public var stages: [ConvolutionStage<Scalar>.Gradient]
    /// That of the head, if there is one.
    public var head: Convolution<Scalar>.Gradient?

    /// Adds the gradient of another part of the batch.
    public static func += (total: inout Gradient, gradient: Gradient) {
      for index in total.stages.indices { total.stages[index] += gradient.stages[index] }
      if let head = gradient.head { total.head! += head }
    }

    /// Multiplies every element.
    public static func *= (gradient: inout Gradient, factor: Scalar) {
      for index in gradient.stages.indices { gradient.stages[index] *= factor }
      if gradient.head != nil { gradient.head! *= factor }
    }
  }

  /// `0.convolution.weight`, `0.convolution.bias`, `0.norm.scale`, `0.norm.shift`, `1.convolution.weight`, …, and
  /// `head.weight` and `head.bias` if there is a head.
  public var parameters: [Parameter<Self>] {
    let inner: [Parameter<Self>] = stages.indices.flatMap { index in
      stages[index].parameters.map { inner in
        Parameter<Self>(
          "\(index).\(inner.name)", read: { inner.value(in: $0.stages[index]) },
          modify: { inner.update(&$0.stages[index], $1) },
          readGradient: { inner.gradient(in: $0.stages[index]) },
          modifyGradient: { inner.updateGradient(&$0.stages[index], $1) })
      }
    }
    guard let head else { return inner }
    return inner
      + head.parameters.map { part in
        Parameter<Self>(
          "head.\(part.name)", read: { stack in stack.head.map { part.value(in: $0) } },
          modify: { part.update(&$0.head!, $1) },
          readGradient: { gradient in gradient.head.map { part.gradient(in: $0) } },
          modifyGradient: { part.updateGradient(&$0.head!, $1) })
      }
  }

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

  /// The output, and what the backward pass needs.
  public func forward(_ x: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    let parts = parallelMap(over: groups(of: x).count) { index in
      let samples = groups(of: x)[index]
      var y = x.rows(samples)
      var tapes: [ConvolutionStage<Scalar>.Tape] = []
      for stage in stages {
        let (output, tape) = stage.forward(y)
        tapes.append(tape)
        y = output
      }
      let drawn = head.map { $0(y) }
      return (y: drawn ?? y, group: Tape.Group(samples: samples, stages: tapes, head: drawn))
    }
    return (
      Tensor.concatenate(parts.map(\.y), along: 0), Tape(x: x, groups: parts.map(\.group))
    )
  }

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
    // A few sums of gradients, each over neighbouring groups: one a group would take much memory.
    let partCount = min(tape.groups.count, 4)
    let parts = parallelMap(over: partCount) { part in
      var total: Gradient?
      var dxs: [Tensor<Scalar>] = []
      for index in tape.groups.count * part / partCount..<tape.groups.count * (part + 1) / partCount
      {
        let (dx, gradient) = backward(
          dy, tape.x, tape.groups[index], needsInputGradient: needsInputGradient)
        if let dx { dxs.append(dx) }
        if total == nil { total = gradient } else { total! += gradient }
      }
      return (dxs: dxs, gradient: total!)
    }
    var gradient = parts[0].gradient
    for part in parts.dropFirst() { gradient += part.gradient }
    return (
      needsInputGradient ? Tensor.concatenate(parts.flatMap(\.dxs), along: 0) : nil, gradient
    )
  }

  private func backward(
    _ dy: Tensor<Scalar>, _ x: Tensor<Scalar>, _ group: Tape.Group, needsInputGradient: Bool
  ) -> (dx: Tensor<Scalar>?, gradient: Gradient) {
    var d = dy.rows(group.samples)
    var gradients: [ConvolutionStage<Scalar>.Gradient] = []
    var headGradient: Convolution<Scalar>.Gradient?
    if let head, let drawn = group.head {
      let (dx, gradient) = head.backward(
        sum: head.activation.backward(d, kept: drawn),
        input: stages.last!.norm.output(group.stages.last!.norm))
      (d, headGradient) = (dx!, gradient)
    }
    for index in stages.indices.reversed() {
      let input =
        index == 0
        ? x.rows(group.samples) : stages[index - 1].norm.output(group.stages[index - 1].norm)
      let (dx, gradient) = stages[index].backward(
        d, input: input, through: group.stages[index],
        needsInputGradient: index > 0 || needsInputGradient)
      gradients.append(gradient)
      if let dx { d = dx } else { break }
    }
    return (
      needsInputGradient ? d : nil, Gradient(stages: gradients.reversed(), head: headGradient)
    )
  }

  /// Groups of samples whose largest activation takes a quarter of a megabyte in single precision, or is one sample's.
  private func groups(of x: Tensor<Scalar>) -> [Range<Int>] {
    require(
      x.rank == 4 && x.shape[0] > 0 && x.shape[3] == stages[0].convolution.inputs,
      "ConvolutionStack.forward: x must be [batch, height, width, \(stages[0].convolution.inputs)], got \(x.shape)"
    )
    var (shape, largest) = (x.shape.replacing(axis: 0, with: 1), 1)
    for stage in stages {
      shape = stage.convolution.outputShape(for: shape)
      largest = max(largest, shape.count)
      let r = stage.upFactor
      shape = [1, shape[1] * r, shape[2] * r, shape[3] / (r * r)]
    }
    let samples = x.shape[0]
    let count = (samples + max(1, 65536 / largest) - 1) / max(1, 65536 / largest)
    return (0..<count).map { samples * $0 / count..<samples * ($0 + 1) / count }
  }
}
