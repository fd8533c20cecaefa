extension Compositor {
  /// The gradients of `Σ dImage · image + Σ dAlpha · alpha + weight · Σ boundary`.
  ///
  /// With `q_n = g_y · C_n + g_a A_n` and `q̄ = g_y · y + g_a alpha`: `dI_n = w_n (q_n − q̄)`, `dA_n = λ_n dI_n + w_n g_a`,
  /// `dC_n = w_n g_y`, `dλ_n = Σ A_n dI_n`, and `dλ/d depth = −λ (1 − sigmoid(−depth))`.
  func backward(
    dImage: Tensor<Scalar>, dAlpha: Tensor<Scalar>, weight: Scalar, through tape: Tape
  ) -> Gradients {
    let (objects, area) = (tape.objects, side * side)
    require(
      dImage.shape == tape.image.shape && dAlpha.shape == tape.alpha.shape,
      "Foreground.backward: wants dImage \(tape.image.shape) and dAlpha \(tape.alpha.shape), got \(dImage.shape) and \(dAlpha.shape)"
    )
    var dBoxes = Tensor<Scalar>.zeros(objects.boxes.shape)
    var dPresence = Tensor<Scalar>.zeros(objects.presence.shape)
    var dDepth = Tensor<Scalar>.zeros(objects.depth.shape)
    let parts = objects.boxes.shape[0]
    let dPixels = Tensor<Scalar>(shape: objects.pixels.shape) { dPixels in
      dBoxes.withUnsafeMutableBufferPointer { dBoxes in
        dPresence.withUnsafeMutableBufferPointer { dPresence in
          dDepth.withUnsafeMutableBufferPointer { dDepth in
            let target = Targets(
              pixels: dPixels.baseAddress!, boxes: dBoxes.baseAddress!,
              presence: dPresence.baseAddress!, depth: dDepth.baseAddress!)
            parallel(over: parts) { image in
              let planes = cotangents(dImage, dAlpha, weight, tape, image)
              planes.withUnsafeBufferPointer { planes in
                let frames =
                  tape.frames == nil ? nil : planes.baseAddress! + 6 * area
                differentiate(objects, image, planes.baseAddress!, frames, target)
              }
            }
          }
        }
      }
    }
    return Gradients(pixels: dPixels, boxes: dBoxes, presence: dPresence, depth: dDepth)
  }

  /// Where the gradients go; images write to parts of their own.
  private struct Targets: @unchecked Sendable {
    let pixels, boxes, presence, depth: UnsafeMutablePointer<Scalar>
  }

  /// Planes of one image: `g_y` in red, green and blue, `g_a`, `q̄`, the inverse sums of the softmax, and what the sum of the
  /// frames gets.
  private func cotangents(
    _ dImage: Tensor<Scalar>, _ dAlpha: Tensor<Scalar>, _ weight: Scalar, _ tape: Tape,
    _ image: Int
  ) -> Tensor<Scalar> {
    let area = side * side
    let own = image..<image + 1
    let gy = dImage.rows(own).reshaped(to: [area, 3])  // [1, side, side, 3] → [area, 3]
    let alpha = tape.alpha.rows(own).reshaped(to: [area])
    var ga = dAlpha.rows(own).reshaped(to: [area])
    var planes = [gy.transposed]
    var dFrames: Tensor<Scalar>?
    if let frames = tape.frames {
      let frames = frames.rows(own).reshaped(to: [area])
      // forward: o = frames · alpha, loss = Σ o²/(2 · 0.49); d(loss)/do = o/0.49.
      let dOverlap = frames * alpha * (weight * BoundaryLoss<Scalar>.slope)
      ga += dOverlap * frames
      dFrames = dOverlap * alpha * BoundaryLoss<Scalar>.factor
    }
    // q̄ = g_y · y + g_a alpha, [area]: what the softmax takes from every q_n.
    let mean =
      (gy * tape.image.rows(own).reshaped(to: [area, 3])).sum(along: 1) + ga * alpha
    // forward: w = e/sums
    let inverse = 1 / tape.sums.rows(own).reshaped(to: [area])
    for plane in [ga, mean, inverse] + (dFrames.map { [$0] } ?? []) {
      planes.append(plane.reshaped(to: [1, area]))
    }
    return Tensor.concatenate(planes, along: 0)  // [6 or 7, area]
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func differentiate(
    _ objects: Objects, _ image: Int, _ planes: UnsafePointer<Scalar>,
    _ dFrames: UnsafePointer<Scalar>?, _ target: Targets
  ) {
    let (area, count) = (side * side, objects.boxes.shape[1])
    let sprite = Sprite<Scalar>(
      side: objects.pixels.shape[2], channels: dFrames == nil ? 4 : 5, canvas: side)
    let numbers = objects.pixels.count / max(objects.presence.count, 1)  // g · g · 4 of an object
    for n in image * count..<(image + 1) * count {
      guard sprite.load(objects, n, alignsCorners: alignsCorners) else {
        (target.pixels + n * numbers).update(repeating: 0, count: numbers)
        continue
      }
      sprite.clearGradients()
      let nearness = Sprite.nearness(objects.depth, n)
      let width = sprite.columns.pixels.count
      var (dNearness, sumY, momentY): (Scalar, Scalar, Scalar) = (0, 0, 0)
      for (line, row) in sprite.rows.pixels.enumerated() {
        let place = row * side + sprite.columns.pixels.lowerBound
        let slope = differentiateRow(
          sprite, row, nearness, planes + place, area, dFrames.map { $0 + place }, width,
          &dNearness)
        sumY += slope
        momentY += slope * sprite.rows.coordinate[line]
      }
      let (sumX, momentX) = sprite.gatherGradients()
      let x = sprite.columns.gradient(sum: sumX, moment: momentX)
      let y = sprite.rows.gradient(sum: sumY, moment: momentY)
      let box = target.boxes + 4 * n
      (box[0], box[1], box[2], box[3]) = (x.size, y.size, x.offset, y.offset)
      target.presence[n] = sprite.storeGradients(objects, n, target.pixels)
      // forward: λ = 100 sigmoid(−depth); dλ/d depth = −λ (1 − sigmoid(−depth)), 1 − sigmoid(−depth) = 1 − λ/100.
      target.depth[n] = -dNearness * nearness * (1 - nearness / 100)
    }
  }

  /// Adds what one row of the canvas gives to the gradients of the lines that it blends; returns the row's sum of the
  /// derivatives by the place in the glimpse along y.
  @inline(__always)
  private func differentiateRow(
    _ sprite: Sprite<Scalar>, _ row: Int, _ nearness: Scalar, _ planes: UnsafePointer<Scalar>,
    _ area: Int, _ dFrames: UnsafePointer<Scalar>?, _ width: Int, _ dNearness: inout Scalar
  ) -> Scalar {
    let (w0, w1) = sprite.weights(row)
    let (a, w, dA) = (sprite.row(0), sprite.row(1), sprite.row(2))  // [width] each
    // As in the forward pass: e = exp(λ A − shift), w = e/sums.
    sprite.blend(row, channel: 3, into: a)
    Scalar.scaleShift(a, nearness, -Self.shift, w, width)
    Scalar.apply(.exp, w, w, width)
    Scalar.combine(.multiply, w, planes + 5 * area, w, width)
    let (gr, gg, gb) = (planes, planes + area, planes + 2 * area)
    let (ga, mean) = (planes + 3 * area, planes + 4 * area)
    let (r0, g0, b0) = (sprite.line(0, row), sprite.line(1, row), sprite.line(2, row))
    let (r1, g1, b1) = (r0 + width, g0 + width, b0 + width)
    var dLambda: Scalar = 0
    for x in 0..<width {
      // forward: image += w C, alpha += w A, so that w gets q = g_y · C + g_a A; C = w0 line + w1 next line.
      let q =
        gr[x] * (w0 * r0[x] + w1 * r1[x]) + gg[x] * (w0 * g0[x] + w1 * g1[x])
        + gb[x] * (w0 * b0[x] + w1 * b1[x]) + ga[x] * a[x]
      // The softmax: dI = w (q − q̄). forward: I = λ A; dλ += A dI, dA = λ dI + w g_a.
      let dI = w[x] * (q - mean[x])
      dLambda += a[x] * dI
      dA[x] = nearness * dI + w[x] * ga[x]
    }
    dNearness += dLambda
    var slope: Scalar = 0
    let dC = sprite.row(3)
    for channel in 0..<3 {
      // forward: image += w C; dC = w g_y.
      Scalar.combine(.multiply, w, planes + channel * area, dC, width)
      slope += spread(dC, sprite.line(channel, row), sprite.toGradient, width, w0, w1)
    }
    slope += spread(dA, sprite.line(3, row), sprite.toGradient, width, w0, w1)
    if let dFrames {
      slope += spread(dFrames, sprite.line(4, row), sprite.toGradient, width, w0, w1)
    }
    return slope
  }

  /// Adds a row's gradient to that of the two lines it blends; returns its product with their difference.
  @inline(__always)
  private func spread(
    _ d: UnsafePointer<Scalar>, _ line: UnsafeMutablePointer<Scalar>, _ toGradient: Int,
    _ width: Int, _ w0: Scalar, _ w1: Scalar
  ) -> Scalar {
    let next = line + width
    // forward: row = w0 line + w1 next, with w1 = y − ⌊y⌋ and w0 = 1 − w1; d(row)/dy = next − line.
    Scalar.axpy(w0, d, line + toGradient, width)
    Scalar.axpy(w1, d, next + toGradient, width)
    return Scalar.dot(d, next, width) - Scalar.dot(d, line, width)
  }
}
