import Layers
import Metrics
import TensorCore

extension SPACE {
  /// What the model sees in images, with all schedules at their ends and running statistics.
  ///
  /// The latents of an image in samples are a function of the stream and its place in the batch.
  public func decompose(_ x: Tensor<Scalar>, _ state: State, latents: SceneLatents)
    -> SceneDecomposition<Scalar>
  {
    let batch = check(x)
    let noise =
      switch latents {
      case .samples(let random): noise(batch: batch, random: random)
      case .means: Noise.zeros(architecture, batch: batch)
      }
    let behind = background.forward(x, noise.background, state, mode: .evaluation).output
    let (whole, stage) = (behind.image, settings.finalStage)
    let images = parallelMap(over: batch) { index in
      let x = x.rows(index..<index + 1)
      let front = foreground.forward(
        x, noise.foreground.images(index..<index + 1), at: stage
      ).output
      let weights = behind.weights.rows(index..<index + 1)
      let components = behind.components.rows(index..<index + 1)
      let rest = whole.rows(index..<index + 1)
      let density = mixture(
        x, front.image, alpha: front.alpha, weights: weights, components: components
      ).logDensity
      return (
        front: front,
        reconstruction: front.alpha * front.image + (Scalar(1) - front.alpha) * rest,
        logLikelihood: doubleSum(density), boxes: boxes(front.objects),
        owners: owners(front.objects, alpha: front.alpha)
      )
    }
    return SceneDecomposition(
      reconstruction: .concatenate(images.map(\.reconstruction)),
      foreground: (
        .concatenate(images.map { $0.front.alpha * $0.front.image }),
        .concatenate(images.map(\.front.alpha))
      ),
      masks: behind.weights, appearances: behind.components, objects: images.map(\.boxes),
      owners: images.map(\.owners),
      logLikelihood: images.map(\.logLikelihood))
  }

  /// The objects of images, one per cell, at the posteriors' means.
  public func objects(_ x: Tensor<Scalar>) -> Foreground<Scalar>.Objects {
    let noise = Foreground<Scalar>.Noise.zeros(architecture, batch: check(x))
    return foreground.forward(x, noise, at: settings.finalStage).output.objects
  }

  /// The cells of one image whose presence has a probability above one half, with their boxes.
  private func boxes(_ objects: Foreground<Scalar>.Objects) -> [SceneDetection] {
    let (logits, boxes) = (objects.presenceLogits.scalars, objects.boxes.scalars)
    let confidence = sigmoid(objects.presenceLogits).scalars
    return logits.indices.filter { logits[$0] > 0 }.map { cell in
      SceneDetection(
        Detection(
          DetectionBox(spatial: boxes[4 * cell..<4 * cell + 4].map { Double($0) }),
          confidence: Double(confidence[cell])), slot: cell)
    }
  }

  /// For each pixel of one image the present cell with the largest importance, −1 where alpha is at most one half.
  private func owners(_ objects: Foreground<Scalar>.Objects, alpha: Tensor<Scalar>) -> [Int] {
    let write = SpatialWrite<Scalar>(
      canvas: architecture.image, alignsCorners: architecture.alignsCorners)
    let footprints = write.footprints(objects.alpha, boxes: objects.boxes).footprints
    let (values, logits) = (footprints.values.scalars, objects.presenceLogits.scalars)
    let importance = sigmoid(-objects.depth).scalars
    var owners = [Int](repeating: -1, count: architecture.image.area)
    var largest = [Scalar](repeating: 0, count: owners.count)
    for cell in 0..<architecture.cells where logits[cell] > 0 {
      let rectangle = footprints.rectangles[cell]
      var place = footprints.offsets[cell]
      for row in rectangle.rows {
        for column in rectangle.columns {
          let (pixel, value) = (row * architecture.side + column, importance[cell] * values[place])
          if value > largest[pixel] { (largest[pixel], owners[pixel]) = (value, cell) }
          place += 1
        }
      }
    }
    for (pixel, share) in alpha.scalars.enumerated() where share <= 0.5 { owners[pixel] = -1 }
    return owners
  }
}

extension SPACE.Noise {
  /// No noise: every posterior at its mean, and presences at the probability of their logits over the temperature.
  static func zeros(_ architecture: SPACEArchitecture, batch: Int) -> Self {
    Self(
      foreground: .zeros(architecture, batch: batch),
      background: .zeros(architecture, batch: batch))
  }
}

extension DetectionBox {
  /// The box of `(sx, sy, tx, ty)`: sizes as fractions of the image, middles from −1 to 1.
  init(spatial box: [Double]) {
    self.init(x: (box[2] + 1) / 2, y: (box[3] + 1) / 2, width: box[0], height: box[1])
  }
}
