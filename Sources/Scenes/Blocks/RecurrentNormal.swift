/// A recurrent cell with a learned state to begin with, and a dense layer that reads mean and deviation off its hidden state.
struct RecurrentNormal<Scalar: TensorScalar>: Parameterized {
  /// The cell.
  var cell: LSTMCell<Scalar>
  /// The hidden state before the first step, `[hidden]`.
  var startHidden: Tensor<Scalar>
  /// The memory before the first step, `[hidden]`.
  var startCell: Tensor<Scalar>
  /// From the hidden state to means and what deviations come from, `[hidden, 2 · outputs]`.
  var head: Dense<Scalar>

  /// `cell.inputWeight`, …, `startHidden`, `startCell`, `head.weight`, `head.bias`.
  static var parts: [Part<Self>] {
    [
      .part("cell", \.cell), .tensor("startHidden", \.startHidden),
      .tensor("startCell", \.startCell), .part("head", \.head),
    ]
  }

  /// A cell of `inputs` columns and `hidden` ones that starts at zero, and distributions of `outputs` numbers.
  init(inputs: Int, hidden: Int, outputs: Int, random: Philox) {
    cell = LSTMCell(inputs: inputs, hidden: hidden, random: random.stream("cell"))
    startHidden = .zeros([hidden])
    startCell = .zeros([hidden])
    head = Dense(inputs: hidden, outputs: 2 * outputs, random: random.stream("head"))
  }

  /// The state before the first step, the same for all rows of a batch.
  func start(batch: Int) -> LSTMCell<Scalar>.State {
    .init(
      hidden: startHidden.broadcast(to: [batch, startHidden.count]),
      cell: startCell.broadcast(to: [batch, startCell.count]))
  }
}

extension LSTMCell.State {
  /// A state of zeros, `[batch, hidden]`.
  static func zeros(batch: Int, hidden: Int) -> Self {
    Self(hidden: .zeros([batch, hidden]), cell: .zeros([batch, hidden]))
  }
}
