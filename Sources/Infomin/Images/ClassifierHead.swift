import Layers
import TensorCore

/// A classifier on a representation: a dense layer, or two with batch normalisation and Mish between them.
///
/// `z` is `[rows, inputs]`, the logits `[rows, classes]`. The authors use the first form on disentangled labels and the second,
/// with as many hidden numbers as inputs, in domain adaptation.
public struct ClassifierHead<Scalar: TensorScalar>: Parameterized {
  /// A dense layer and the normalisation after it, with Mish.
  public struct Hidden: Parameterized {
    /// The layer.
    public var dense: Dense<Scalar>
    /// What follows.
    public var norm: BatchNorm<Scalar>

    /// `dense.…` and `norm.…`.
    public static var parts: [Part<Self>] { [.part("dense", \.dense), .part("norm", \.norm)] }
  }

  /// The hidden layer; `nil` in the linear form.
  public var hidden: Hidden?
  /// To the logits.
  public var output: Dense<Scalar>

  /// The running statistics: one list, empty in the linear form.
  public struct State: NormalizationState {
    /// Those of the hidden layer.
    public var norms: [BatchNorm<Scalar>.State]
    /// `norms`.
    public static var parts:
      [(name: String, path: WritableKeyPath<State, [BatchNorm<Scalar>.State]>)]
    { [("norms", \.norms)] }
  }

  /// The layers' inputs.
  public struct Tape: Sendable {
    let dense: Dense<Scalar>.Tape?
    let norm: BatchNorm<Scalar>.Tape?
    let output: Dense<Scalar>.Tape
  }

  /// `hidden.dense.weight`, `hidden.dense.bias`, `hidden.norm.scale`, `hidden.norm.shift` where there is a hidden layer, then
  /// `output.weight`, `output.bias`.
  public static var parts: [Part<Self>] {
    [.part("hidden", \.hidden), .part("output", \.output)]
  }

  /// A head before training; `hidden` numbers between two layers, none for one dense layer.
  ///
  /// The layers draw from the child streams `hidden` and `output` of `random`.
  public init(inputs: Int, hidden: Int?, classes: Int, random: Philox) {
    require(
      inputs > 0 && hidden ?? 1 > 0 && classes >= 2,
      "ClassifierHead: wants inputs and hidden positive and at least two classes, "
        + "got \(inputs), \(hidden ?? inputs) and \(classes)")
    self.hidden = hidden.map {
      Hidden(
        dense: Dense(inputs: inputs, outputs: $0, random: random.stream("hidden")),
        norm: BatchNorm(channels: $0, activation: .mish))
    }
    output = Dense(inputs: hidden ?? inputs, outputs: classes, random: random.stream("output"))
  }

  /// The numbers of a representation.
  public var inputs: Int { hidden?.dense.inputs ?? output.inputs }
  /// The classes.
  public var classes: Int { output.outputs }

  /// The statistics before training.
  public var initialState: State {
    State(norms: hidden.map { [.init(channels: $0.norm.scale.count)] } ?? [])
  }

  /// The logits, what the backward pass needs, and the state after the batch.
  public func forward(_ z: Tensor<Scalar>, _ state: State, mode: BatchNorm<Scalar>.Mode) -> (
    logits: Tensor<Scalar>, tape: Tape, state: State
  ) {
    guard let hidden else {
      let (logits, tape) = output.forward(z)
      return (logits, Tape(dense: nil, norm: nil, output: tape), state)
    }
    let (u, dense) = hidden.dense.forward(z)
    let (y, norm, next) = hidden.norm.forward(u, state.norms[0], mode: mode)
    let (logits, tape) = output.forward(y)
    return (logits, Tape(dense: dense, norm: norm, output: tape), State(norms: [next]))
  }

  /// `dz` and the gradient of the parameters for `dLogits`.
  public func backward(_ dLogits: Tensor<Scalar>, through tape: Tape) -> (
    dz: Tensor<Scalar>, gradient: Gradient
  ) {
    let (dy, last) = output.backward(dLogits, through: tape.output)
    guard let hidden, let norm = tape.norm, let dense = tape.dense else {
      return (dy, Gradient(of: self) { $0.output = last })
    }
    let (du, normGradient) = hidden.norm.backward(dy, through: norm)
    let (dz, denseGradient) = hidden.dense.backward(du, through: dense)
    let gradient = Gradient(of: self) {
      $0.hidden = Hidden.Gradient(of: hidden) {
        $0.dense = denseGradient
        $0.norm = normGradient
      }
      $0.output = last
    }
    return (dz, gradient)
  }

  /// The logits by the running statistics.
  public func callAsFunction(_ z: Tensor<Scalar>, _ state: State) -> Tensor<Scalar> {
    forward(z, state, mode: .evaluation).logits
  }
}
