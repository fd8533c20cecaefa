/// The posterior of the masks' latents, component after component:
/// `h_k = LSTM([z_{k−1}, code], h_{k−1})`, `q(z_k) = N(mean(h_k), deviation(h_k)²)`, with a learned `z_0`.
///
/// `code` is `[batch, 64]`, the noise `[K, batch, 32]`.
struct RecurrentPosterior<Scalar: TensorScalar>: Parameterized {
  /// The cell, which reads the latent before and then the image code, and its head.
  var network: RecurrentNormal<Scalar>
  /// `z_0`, `[32]`.
  var startLatent: Tensor<Scalar>

  /// The steps' tapes and distributions.
  struct Tape: Sendable {
    var cells: [LSTMCell<Scalar>.Tape] = []
    var heads: [Dense<Scalar>.Tape] = []
    var distributions: [NormalHead<Scalar>] = []
  }

  /// `network.cell.inputWeight`, …, `startLatent`.
  static var parts: [Part<Self>] {
    [.part("network", \.network), .tensor("startLatent", \.startLatent)]
  }

  /// The posterior of `latents` numbers for codes of `code` numbers, by a cell of `hidden` columns.
  init(code: Int, latents: Int, hidden: Int, random: Philox) {
    network = RecurrentNormal(
      inputs: latents + code, hidden: hidden, outputs: latents, random: random)
    startLatent = .zeros([latents])
  }

  /// The latents of each component, `[batch, 32]`, and what the backward pass needs.
  func forward(_ code: Tensor<Scalar>, _ noise: Tensor<Scalar>) -> (z: [Tensor<Scalar>], tape: Tape)
  {
    let batch = code.shape[0]
    var (tape, z) = (Tape(), [Tensor<Scalar>]())
    var state = network.start(batch: batch)
    var before = startLatent.broadcast(to: [batch, startLatent.count])
    for k in 0..<noise.shape[0] {
      let (next, cell) = network.cell.forward(
        Tensor.concatenate([before, code], along: 1), state)
      let (raw, head) = network.head.forward(next.hidden)
      let distribution = NormalHead(raw)
      before = distribution.sample(noise.component(k))
      state = next
      tape.cells.append(cell)
      tape.heads.append(head)
      tape.distributions.append(distribution)
      z.append(before)
    }
    return (z, tape)
  }

  /// `dCode` and the gradient of the parameters.
  ///
  /// - Parameters:
  ///   - dz: of each component's latents, from all that reads them but the next step.
  ///   - priors: the distributions from which the divergences are, each with the factor `weight`.
  func backward(
    _ dz: [Tensor<Scalar>], noise: Tensor<Scalar>, priors: [NormalHead<Scalar>], weight: Scalar,
    through tape: Tape
  ) -> (dCode: Tensor<Scalar>, gradient: Gradient) {
    let latents = startLatent.count
    let batch = dz[0].shape[0]
    var gradient = RecurrentNormal<Scalar>.Gradient.zeros(of: network)
    var dState = LSTMCell<Scalar>.State.zeros(batch: batch, hidden: network.cell.hidden)
    var dBefore = Tensor<Scalar>.zeros([batch, latents])
    var dCode = Tensor<Scalar>.zeros([batch, network.cell.inputs - latents])
    for k in dz.indices.reversed() {
      let dRaw = tape.distributions[k].gradient(
        priors[k], dSample: dz[k] + dBefore, noise: noise.component(k), weight: weight)
      let (dHidden, head) = network.head.backward(dRaw, through: tape.heads[k])
      dState.hidden += dHidden
      let (dx, before, cell) = network.cell.backward(dState, through: tape.cells[k])
      gradient.head += head
      gradient.cell += cell
      dState = before
      dBefore = dx.slice(0..<latents, along: 1)
      dCode += dx.slice(latents..<dx.shape[1], along: 1)
    }
    gradient.startHidden = dState.hidden.sum(along: 0)
    gradient.startCell = dState.cell.sum(along: 0)
    let both = Gradient(of: self) {
      $0.network = gradient
      $0.startLatent = dBefore.sum(along: 0)
    }
    return (dCode, both)
  }
}

extension Tensor {
  /// The part `[…]` at a place of the first axis of `[K, …]`.
  func component(_ k: Int) -> Tensor {
    rows(k..<k + 1).reshaped(to: shape.removing(axis: 0))
  }
}
