extension Foreground {
  /// The random numbers of a pass, by which it can be repeated.
  public struct Noise: Sendable {
    /// Uniform in (0, 1), moved inside by the rounding unit where it must be: `[batch, cells]`.
    public var presence: Tensor<Scalar>
    /// Standard normal: `[batch, cells, 1]`.
    public var depth: Tensor<Scalar>
    /// Standard normal, along x and then y: `[batch, cells, 2]`.
    public var scale, shift: Tensor<Scalar>
    /// Standard normal: `[batch, cells, 32]`.
    public var what: Tensor<Scalar>

    /// Noise of these parts.
    public init(
      presence: Tensor<Scalar>, depth: Tensor<Scalar>, scale: Tensor<Scalar>,
      shift: Tensor<Scalar>, what: Tensor<Scalar>
    ) {
      let cells: Shape = presence.shape
      require(
        cells.rank == 2 && depth.shape == Shape(cells.dimensions + [1])
          && scale.shape == Shape(cells.dimensions + [2]) && shift.shape == scale.shape
          && what.shape == Shape(cells.dimensions + [SPACEArchitecture.whatSize]),
        "Foreground.Noise: wants presence [batch, cells], depth […, 1], scale and shift […, 2], "
          + "what […, \(SPACEArchitecture.whatSize)], got \(cells), \(depth.shape), \(scale.shape), "
          + "\(shift.shape), \(what.shape)")
      self.presence = presence
      self.depth = depth
      self.scale = scale
      self.shift = shift
      self.what = what
    }

    /// Fresh noise; image `i` draws from the child stream `image`, `i` of `random`.
    public init(_ architecture: SPACEArchitecture, batch: Int, random: Philox) {
      let cells = architecture.cells
      let images = (0..<batch).map { image in
        let random = random.stream("image", image)
        func normal(_ name: String, _ size: Int) -> Tensor<Scalar> {
          var stream = random.stream(name)
          return stream.normal(shape: [1, cells, size])
        }
        var uniform = random.stream("presence")
        return Noise(
          presence: uniform.uniform(shape: [1, cells]), depth: normal("depth", 1),
          scale: normal("scale", 2), shift: normal("shift", 2),
          what: normal("what", SPACEArchitecture.whatSize))
      }
      func joined(_ part: (Noise) -> Tensor<Scalar>) -> Tensor<Scalar> {
        Tensor.concatenate(images.map(part), along: 0)
      }
      self.init(
        presence: joined(\.presence), depth: joined(\.depth), scale: joined(\.scale),
        shift: joined(\.shift), what: joined(\.what))
    }

    /// No noise: all samples are the posteriors' means, and a presence is `sigmoid(logit/temperature)`.
    public static func zeros(_ architecture: SPACEArchitecture, batch: Int) -> Noise {
      let cells = architecture.cells
      return Noise(
        presence: Tensor(shape: [batch, cells], repeating: 0.5), depth: .zeros([batch, cells, 1]),
        scale: .zeros([batch, cells, 2]), shift: .zeros([batch, cells, 2]),
        what: .zeros([batch, cells, SPACEArchitecture.whatSize]))
    }

    /// The noise of some of the images.
    public func images(_ range: Range<Int>) -> Noise {
      Noise(
        presence: presence.rows(range), depth: depth.rows(range), scale: scale.rows(range),
        shift: shift.rows(range), what: what.rows(range))
    }
  }
}
