/// The prior of the masks' latents: `p(z_k | z_{<k}) = N(mean(h_k), deviation(h_k)²)` with `h_{k+1} = LSTM(z_k, h_k)`; the
/// first hidden state is learned, so the first distribution is too.
extension RecurrentNormal {
  /// The steps' tapes and distributions of a prior.
  struct PriorTape: Sendable {
    var cells: [LSTMCell<Scalar>.Tape] = []
    var heads: [Dense<Scalar>.Tape] = []
    var distributions: [NormalHead<Scalar>] = []
  }

  /// The distribution of each component for the latents `z`, each `[batch, 32]`; the last step of the cell would be read by none
  /// and is left out.
  func prior(of z: [Tensor<Scalar>]) -> PriorTape {
    var tape = PriorTape()
    var state = start(batch: z[0].shape[0])
    for k in z.indices {
      let (raw, head) = self.head.forward(state.hidden)
      tape.heads.append(head)
      tape.distributions.append(NormalHead(raw))
      if k + 1 < z.count {
        let (next, cell) = self.cell.forward(z[k], state)
        tape.cells.append(cell)
        state = next
      }
    }
    return tape
  }

  /// The latents of `noise`, `[K, batch, 32]`, drawn one after the other from the prior.
  func sample(_ noise: Tensor<Scalar>) -> [Tensor<Scalar>] {
    var z: [Tensor<Scalar>] = []
    var state = start(batch: noise.shape[1])
    for k in 0..<noise.shape[0] {
      z.append(NormalHead(head(state.hidden)).sample(noise.component(k)))
      state = cell.forward(z[k], state).state
    }
    return z
  }

  /// The gradients of the latents and of the parameters for the divergences of the posterior's distributions from this
  /// prior's, each with the factor `weight`.
  func backward(_ posterior: [NormalHead<Scalar>], weight: Scalar, through tape: PriorTape)
    -> (dz: [Tensor<Scalar>], gradient: Gradient)
  {
    let batch = posterior[0].mean.shape[0]
    var gradient = Gradient.zeros(of: self)
    var dState = LSTMCell<Scalar>.State.zeros(batch: batch, hidden: cell.hidden)
    var dz: [Tensor<Scalar>] = []
    for k in posterior.indices.reversed() {
      if k + 1 < posterior.count {
        let (dx, before, cell) = self.cell.backward(dState, through: tape.cells[k])
        gradient.cell += cell
        dState = before
        dz.append(dx)
      } else {
        dz.append(.zeros([batch, cell.inputs]))
      }
      let (dHidden, head) = self.head.backward(
        posterior[k].priorGradient(tape.distributions[k], weight: weight), through: tape.heads[k])
      gradient.head += head
      dState.hidden += dHidden
    }
    gradient.startHidden = dState.hidden.sum(along: 0)
    gradient.startCell = dState.cell.sum(along: 0)
    return (dz.reversed(), gradient)
  }
}
