extension BroadcastDecoder {
  /// What a group of rows adds up at the colours: the gradient of the last convolution.
  private struct Colours: Sendable {
    var gradient: Convolution<Scalar>.Gradient?
  }

  /// What a group of rows adds up at the first norm: `Σ du` over its rows pixel by pixel, and each row's channel sums.
  private struct Plane: Sendable {
    var du: Tensor<Scalar>?
    var sums: [BatchNorm<Scalar>.ChannelSums] = []
  }

  /// `dz`, `[rows, 32]`, and the gradient of the parameters for `dColours`, `[rows, side, side, 3]`.
  func backward(_ dColours: Tensor<Scalar>, through tape: consuming Tape)
    -> (dz: Tensor<Scalar>, gradient: Gradient)
  {
    require(
      dColours.shape == tape.colours.shape,
      "BroadcastDecoder.backward: dColours must be \(tape.colours.shape), got \(dColours.shape)")
    let outputs = tape.takeRest()
    let kept = tape
    @Sendable func dLogits(_ row: Int) -> Tensor<Scalar> {
      Activation.sigmoid.backward(
        dColours.rows(row..<row + 1), kept: kept.colours.rows(row..<row + 1))
    }
    let inner = rest.backward(
      through: outputs,
      .init(
        above: Colours(), below: Plane(),
        input: { firstActivation(kept.plane, kept.vectors, $0, kept.statistics) },
        outputGradient: { row, x in last.inputGradient(dLogits(row), input: x.shape) },
        outputSums: { row, x, sum in
          let du = dLogits(row)
          let own = Convolution.Gradient(of: last) {
            $0.weight = last.weightGradient(du, x: x)
            $0.bias = du.reshaped(to: [du.count / 3, 3]).sum(along: 0)
          }
          if sum.gradient == nil { sum.gradient = own } else { sum.gradient! += own }
        },
        inputChannels: 0..<first.outputs,
        inputGradient: { row, y, dy, sum in
          let (du, sums) = firstNorm.outputGradient(
            dy, y: y, x: kept.plane, kept.statistics.adding(vector(kept.vectors, row)))
          sum.sums.append(sums)
          if sum.du == nil { sum.du = du } else { sum.du! += du }
        }))
    let colours = inner.above.map { $0.gradient! }
    let (dz, first, norm) = firstGradients(inner.below, kept)
    let gradient = Gradient(of: self) {
      $0.first = first
      $0.firstNorm = norm
      $0.rest = inner.gradient
      $0.last = colours.dropFirst().reduce(into: colours[0]) { $0 += $1 }
    }
    return (dz, gradient)
  }

  /// The gradients of `z` and of the first convolution and norm.
  ///
  /// With `u = plane + vector` at each pixel, `dx = factor du + slope (u − mean) + constant`; the plane's gradient is its
  /// sum over the rows, a vector's that over the pixels.
  private func firstGradients(_ groups: [Plane], _ tape: Tape) -> (
    dz: Tensor<Scalar>, first: Convolution<Scalar>.Gradient, norm: BatchNorm<Scalar>.Gradient
  ) {
    let (rows, channels) = (tape.vectors.shape[0], first.outputs)
    let sums = groups.flatMap(\.sums)
    let (norm, terms, bias) = firstNorm.gradient(
      of: sums.dropFirst().reduce(into: sums[0]) { $0 += $1 }, tape.statistics)

    let count = Scalar(rows)
    let mean = tape.vectors.mean(along: 0)
    let dPlane = firstNorm.inputGradient(
      groups.dropFirst().reduce(into: groups[0].du!) { $0 += $1.du! }, x: tape.plane,
      tape.statistics.adding(mean),
      .init(factor: terms.factor, slope: terms.slope * count, constant: terms.constant * count))

    let pixels = Double(tape.planeMoments.count)
    let (factor, slope, constant) = (
      terms.factor.scalars, terms.slope.scalars, terms.constant.scalars
    )
    let (vectors, means) = (tape.vectors.scalars, tape.statistics.mean.scalars)
    let dVectors = Tensor<Scalar>(
      shape: [rows, channels],
      scalars: (0..<rows * channels).map { index in
        let (row, c) = (index / channels, index % channels)
        let difference = tape.planeMoments.mean[c] + Double(vectors[index]) - Double(means[c])
        return Scalar(
          Double(factor[c]) * sums[row].gradient[c]
            + pixels * (Double(slope[c]) * difference + Double(constant[c])))
      })

    // Each of the nine taps reads the same z.
    let dLatent = matmul(tape.z, dVectors, transposeA: true)
    let dWeight = Tensor.concatenate(
      [
        Tensor<Scalar>.zeros([3, 3, latents, channels])
          + dLatent.reshaped(to: [1, 1, latents, channels]),
        planeConvolution.weightGradient(dPlane, x: coordinates),
      ], along: 2)
    let convolution = Convolution.Gradient(of: first) {
      $0.weight = dWeight
      $0.bias = bias
    }
    return (matmul(dVectors, latentWeight, transposeB: true), convolution, norm)
  }
}
