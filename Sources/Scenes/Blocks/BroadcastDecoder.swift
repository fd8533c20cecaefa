/// The component decoder for several components (spatial broadcast, Watters and others 2019): `z_c` at every pixel beside the
/// pixel's coordinates, four times [3 × 3 convolution without padding, batch norm, ELU], a 1 × 1 convolution to the colours
/// and a sigmoid.
///
/// `z` is `[rows, 32]`, the colours `[rows, side, side, 3]`; the broadcast plane is eight pixels higher and wider.
///
/// - Note: what the first convolution gives is a vector of the row plus a plane that all rows share, exactly:
///   `(Σ_taps W_z) z + (coordinates ∗ W_xy + b)`. So neither its input nor its output is ever made for a row; the
///   statistics of its output follow from those of the plane and of the vectors, and so do its gradients.
struct BroadcastDecoder<Scalar: TensorScalar>: Parameterized {
  /// The first convolution, `[3, 3, 34, channels]`; its inputs are `z`, then x (to the right), then y (down), from −1 to 1.
  var first: Convolution<Scalar>
  /// What follows it.
  var firstNorm: BatchNorm<Scalar>
  /// The other three.
  var rest: ELUConvolutions<Scalar>
  /// The colours.
  var last: Convolution<Scalar>
  /// The side of the images.
  let side: Int

  /// What the backward pass needs: the first convolution's vectors, plane and statistics, the outputs of the other three,
  /// and the colours.
  struct Tape: Sendable {
    let z, vectors, plane: Tensor<Scalar>
    let planeMoments: BatchNorm<Scalar>.Moments
    let statistics: BatchNorm<Scalar>.Statistics
    var rest: ELUConvolutions<Scalar>.Tape
    let colours: Tensor<Scalar>

    /// The other three's tape, which is empty afterwards.
    mutating func takeRest() -> ELUConvolutions<Scalar>.Tape {
      defer { rest.outputs = [] }
      return rest
    }
  }

  /// `first.weight`, `first.bias`, `firstNorm.scale`, …, `rest.2.norm.shift`, `last.weight`, `last.bias`.
  static var parts: [Part<Self>] {
    [
      .part("first", \.first), .part("firstNorm", \.firstNorm), .part("rest", \.rest),
      .part("last", \.last),
    ]
  }

  /// The decoder of images of `side` pixels with `channels` in each hidden layer.
  init(side: Int, latents: Int, channels: Int, random: Philox) {
    self.side = side
    first = Convolution(
      inputs: latents + 2, outputs: channels, kernel: 3, random: random.stream("first"))
    firstNorm = BatchNorm(channels: channels, activation: .elu(1))
    rest = ELUConvolutions(
      widths: Array(repeating: channels, count: 4), strides: 1, padding: 0,
      random: random.stream("rest"))
    last = Convolution(
      inputs: channels, outputs: 3, kernel: 1, activation: .sigmoid, random: random.stream("last"))
  }

  /// The states before training: the first norm's, then the others'.
  var initialState: [BatchNorm<Scalar>.State] {
    [.init(channels: firstNorm.scale.count)] + rest.initialState
  }

  /// The colours, what the backward pass needs, and the states after the batch.
  func forward(
    _ z: Tensor<Scalar>, _ states: [BatchNorm<Scalar>.State], mode: BatchNorm<Scalar>.Mode
  ) -> (colours: Tensor<Scalar>, tape: Tape, states: [BatchNorm<Scalar>.State]) {
    let rows = z.shape[0]
    let vectors = matmul(z, latentWeight)
    let plane = planeConvolution(coordinates)
    let planeMoments = BatchNorm<Scalar>.Moments(plane)
    let (statistics, firstState) = firstNorm.statistics(
      of: (0..<rows).map { moved(planeMoments, by: vectors.rows($0..<$0 + 1)) }, states[0],
      mode: mode)
    let (inner, restStates) = rest.forward(shards: rows, Array(states.dropFirst()), mode: mode) {
      firstActivation(plane, vectors, $0, statistics)
    }
    let colours = Tensor.concatenate(
      parallelMap(over: rows) { last(rest.output($0, inner)) })
    let tape = Tape(
      z: z, vectors: vectors, plane: plane, planeMoments: planeMoments, statistics: statistics,
      rest: inner, colours: colours)
    return (colours, tape, [firstState] + restStates)
  }

  /// The first activation of a row, recomputed from the plane.
  func firstActivation(
    _ plane: Tensor<Scalar>, _ vectors: Tensor<Scalar>, _ row: Int,
    _ statistics: BatchNorm<Scalar>.Statistics
  ) -> Tensor<Scalar> {
    firstNorm.output(plane, statistics.adding(vector(vectors, row)))
  }

  /// A row of a matrix.
  func vector(_ vectors: Tensor<Scalar>, _ row: Int) -> Tensor<Scalar> {
    vectors.rows(row..<row + 1).reshaped(to: [vectors.shape[1]])
  }

  /// The number of latents.
  var latents: Int { first.inputs - 2 }

  /// `Σ_taps W_z`, `[latents, channels]`: without padding every tap of every patch reads the same `z`.
  var latentWeight: Tensor<Scalar> {
    first.weight.slice(0..<latents, along: 2).reshaped(to: [9, latents, first.outputs])
      .sum(along: 0)
  }

  /// The part of the first convolution that reads the coordinates.
  var planeConvolution: Convolution<Scalar> {
    Convolution(
      weight: first.weight.slice(latents..<latents + 2, along: 2), bias: first.bias,
      method: first.method)
  }

  /// The coordinates x and y of each pixel of the broadcast plane, `[1, side + 8, side + 8, 2]`.
  var coordinates: Tensor<Scalar> {
    let extent = side + 8
    let line = Tensor<Scalar>.linspace(-1, 1, count: extent)
    let zeros = Tensor<Scalar>.zeros([1, extent, extent, 1])
    return Tensor.concatenate(
      [
        zeros + line.reshaped(to: [1, 1, extent, 1]), zeros + line.reshaped(to: [1, extent, 1, 1]),
      ], along: 3)
  }

  /// Moments of numbers to which a vector is added.
  private func moved(_ moments: BatchNorm<Scalar>.Moments, by vector: Tensor<Scalar>)
    -> BatchNorm<Scalar>.Moments
  {
    BatchNorm<Scalar>.Moments(
      count: moments.count, mean: zip(moments.mean, vector.scalars).map { $0 + Double($1) },
      squares: moments.squares)
  }
}
