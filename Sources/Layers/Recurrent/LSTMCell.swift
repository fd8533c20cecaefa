import TensorCore

/// One step of a long short-term memory (Hochreiter and Schmidhuber 1997), as PyTorch's `LSTMCell`.
///
/// With `u = x Wx + bx + h Wh + bh` cut into four parts `i, f, g, o` of `hidden` columns each, in this order:
/// `c′ = σ(f) c + σ(i) tanh(g)`, `h′ = σ(o) tanh(c′)`. `x` is `[batch, inputs]`; `h` and `c` are `[batch, hidden]`.
public struct LSTMCell<Scalar: TensorScalar>: Parameterized {
  /// `Wx`, of shape `[inputs, 4 · hidden]`.
  public var inputWeight: Tensor<Scalar>
  /// `Wh`, of shape `[hidden, 4 · hidden]`.
  public var hiddenWeight: Tensor<Scalar>
  /// `bx`, of shape `[4 · hidden]`.
  public var inputBias: Tensor<Scalar>
  /// `bh`, of shape `[4 · hidden]`; it adds to `bx`, and is kept apart as PyTorch keeps it.
  public var hiddenBias: Tensor<Scalar>

  /// The two tensors that a cell hands from step to step, each `[batch, hidden]`.
  public struct State: Sendable, Equatable {
    /// `h`, the output.
    public var hidden: Tensor<Scalar>
    /// `c`, the memory.
    public var cell: Tensor<Scalar>

    /// A state of these parts.
    public init(hidden: Tensor<Scalar>, cell: Tensor<Scalar>) {
      self.hidden = hidden
      self.cell = cell
    }
  }

  /// The input, the state before, the gates after their functions, and `tanh c′`.
  public struct Tape: Sendable {
    let x: Tensor<Scalar>
    let state: State
    let gates, tanhCell: Tensor<Scalar>
  }

  /// `inputWeight`, `hiddenWeight`, `inputBias` and `hiddenBias`.
  public static var parts: [Part<Self>] {
    [
      .tensor("inputWeight", \.inputWeight), .tensor("hiddenWeight", \.hiddenWeight),
      .tensor("inputBias", \.inputBias), .tensor("hiddenBias", \.hiddenBias),
    ]
  }

  /// The cell with these weights, `[inputs, 4 · hidden]` and `[hidden, 4 · hidden]`, and biases, `[4 · hidden]`.
  public init(
    inputWeight: Tensor<Scalar>, hiddenWeight: Tensor<Scalar>, inputBias: Tensor<Scalar>,
    hiddenBias: Tensor<Scalar>
  ) {
    let width = 4 * (hiddenWeight.shape.dimensions.first ?? 0)
    require(
      hiddenWeight.rank == 2 && hiddenWeight.shape[1] == width && inputWeight.rank == 2
        && inputWeight.shape[1] == width && inputBias.shape == [width]
        && hiddenBias.shape == [width],
      "LSTMCell: wants weights [inputs, 4 hidden] and [hidden, 4 hidden] and biases [4 hidden], "
        + "got \(inputWeight.shape), \(hiddenWeight.shape), \(inputBias.shape) and \(hiddenBias.shape)"
    )
    self.inputWeight = inputWeight
    self.hiddenWeight = hiddenWeight
    self.inputBias = inputBias
    self.hiddenBias = hiddenBias
  }

  /// A cell with all parameters uniform in `±1/√hidden`, as PyTorch's starts; each draws from the stream of its name.
  public init(inputs: Int, hidden: Int, random: Philox) {
    require(
      inputs > 0 && hidden > 0,
      "LSTMCell: inputs and hidden must be positive, got \(inputs) and \(hidden)")
    let bound = 1 / Scalar(hidden).squareRoot()
    func draw(_ name: String, _ shape: Shape) -> Tensor<Scalar> {
      var stream = random.stream(name)
      return stream.uniform(shape: shape, in: -bound..<bound)
    }
    self.init(
      inputWeight: draw("inputWeight", [inputs, 4 * hidden]),
      hiddenWeight: draw("hiddenWeight", [hidden, 4 * hidden]),
      inputBias: draw("inputBias", [4 * hidden]), hiddenBias: draw("hiddenBias", [4 * hidden]))
  }

  /// The columns of the input.
  public var inputs: Int { inputWeight.shape[0] }
  /// The columns of the state.
  public var hidden: Int { hiddenWeight.shape[0] }

  /// The state after the step, and what the backward pass needs.
  public func forward(_ x: Tensor<Scalar>, _ state: State) -> (state: State, tape: Tape) {
    let batch = x.shape.dimensions.first ?? 0
    require(
      x.rank == 2 && x.shape[1] == inputs && state.hidden.shape == [batch, hidden]
        && state.cell.shape == [batch, hidden],
      "LSTMCell.forward: wants x [batch, \(inputs)] and states [batch, \(hidden)], "
        + "got \(x.shape), \(state.hidden.shape) and \(state.cell.shape)")
    var gates = matmul(x, inputWeight)
    gates += matmul(state.hidden, hiddenWeight)
    gates += inputBias + hiddenBias
    let n = hidden
    gates.withUnsafeMutableBufferPointer { gates in
      guard let start = gates.baseAddress, !gates.isEmpty else { return }
      for row in 0..<batch {
        let u = start + row * 4 * n
        Scalar.apply(.sigmoid, u, u, 2 * n)
        Scalar.apply(.tanh, u + 2 * n, u + 2 * n, n)
        Scalar.apply(.sigmoid, u + 3 * n, u + 3 * n, n)
      }
    }
    let (i, f, g, o) = parts(of: gates)
    let cell = f * state.cell + i * g
    let tanhCell = tanh(cell)
    return (
      State(hidden: o * tanhCell, cell: cell),
      Tape(x: x, state: state, gates: gates, tanhCell: tanhCell)
    )
  }

  /// The gradients for `dState`, those with respect to the state after the step.
  ///
  /// `dc = dc′ + dh′ o (1 − tanh² c′)`; `du = (dc g i (1 − i), dc c f (1 − f), dc i (1 − g²), dh′ tanh c′ o (1 − o))`; then
  /// `dx = du Wxᵀ`, `dh = du Whᵀ`, `dc_before = dc f`, `dWx = xᵀ du`, `dWh = hᵀ du`, both biases `Σ du`.
  public func backward(_ dState: State, through tape: Tape)
    -> (dx: Tensor<Scalar>, dState: State, gradient: Gradient)
  {
    let shape = tape.state.cell.shape
    require(
      dState.hidden.shape == shape && dState.cell.shape == shape,
      "LSTMCell.backward: dState must be \(shape), got \(dState.hidden.shape) and \(dState.cell.shape)"
    )
    let (i, f, g, o) = parts(of: tape.gates)
    let t = tape.tanhCell
    let dCell = dState.cell + dState.hidden * o * (1 - t * t)
    let du = Tensor.concatenate(
      [
        dCell * g * i * (1 - i), dCell * tape.state.cell * f * (1 - f), dCell * i * (1 - g * g),
        dState.hidden * t * o * (1 - o),
      ], along: 1)
    let bias = du.sum(along: 0)
    return (
      matmul(du, inputWeight, transposeB: true),
      State(hidden: matmul(du, hiddenWeight, transposeB: true), cell: dCell * f),
      Gradient(of: self) {
        $0.inputWeight = matmul(tape.x, du, transposeA: true)
        $0.hiddenWeight = matmul(tape.state.hidden, du, transposeA: true)
        $0.inputBias = bias
        $0.hiddenBias = bias
      }
    )
  }

  private func parts(of gates: Tensor<Scalar>) -> (
    i: Tensor<Scalar>, f: Tensor<Scalar>, g: Tensor<Scalar>, o: Tensor<Scalar>
  ) {
    let n = hidden
    return (
      gates.slice(0..<n, along: 1), gates.slice(n..<2 * n, along: 1),
      gates.slice(2 * n..<3 * n, along: 1), gates.slice(3 * n..<4 * n, along: 1)
    )
  }
}
