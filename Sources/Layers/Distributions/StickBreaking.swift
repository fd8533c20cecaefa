import TensorCore

/// Weights that sum to one from shares of what is left: `π_k = m_k Π_{j<k} (1 − m_j)`, and the last takes the rest.
///
/// `masks` is `[batch, K − 1, …]` with numbers from 0 to 1, `weights` `[batch, K, …]`.
///
/// - Note: SPACE's authors decode a mask for the last component too and never use it; here there is none.
public enum StickBreaking<Scalar: TensorScalar> {
  /// The weights.
  public static func weights(_ masks: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
      masks.rank >= 2, "StickBreaking: masks must be [batch, components − 1, …], got \(masks.shape)"
    )
    let (batch, parts, inner) = extents(masks)
    let shape = masks.shape.replacing(axis: 1, with: parts + 1)
    return Tensor(shape: shape) { weights in
      masks.withUnsafeBufferPointer { masks in
        guard inner > 0 else { return }
        for sample in 0..<batch {
          let out = weights.baseAddress! + sample * (parts + 1) * inner
          // The last row holds what is left.
          let rest = out + parts * inner
          rest.update(repeating: 1, count: inner)
          for part in 0..<parts {
            let m = masks.baseAddress! + (sample * parts + part) * inner
            Scalar.combine(.multiply, rest, m, out + part * inner, inner)
            Scalar.combine(.subtract, rest, out + part * inner, rest, inner)
          }
        }
      }
    }
  }

  /// The gradient with respect to the masks, for `dWeights` `[batch, K, …]`.
  ///
  /// With `R_k` what is left before `k`, from the last to the first: `d = g_K`, then `dm_k = R_k (g_k − d)` and
  /// `d ← g_k m_k + d (1 − m_k)`.
  public static func backward(_ dWeights: Tensor<Scalar>, masks: Tensor<Scalar>) -> Tensor<Scalar> {
    require(
      masks.rank >= 2 && dWeights.rank == masks.rank
        && dWeights.shape == masks.shape.replacing(axis: 1, with: masks.shape[1] + 1),
      "StickBreaking.backward: dWeights must have one component more than masks \(masks.shape), got \(dWeights.shape)"
    )
    let (batch, parts, inner) = extents(masks)
    return Tensor(shape: masks.shape) { dMasks in
      dWeights.withUnsafeBufferPointer { g in
        masks.withUnsafeBufferPointer { m in
          guard inner > 0 && parts > 0 else { return }
          for sample in 0..<batch {
            backward(
              g.baseAddress! + sample * (parts + 1) * inner,
              m.baseAddress! + sample * parts * inner, parts, inner,
              dMasks.baseAddress! + sample * parts * inner)
          }
        }
      }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func backward(
    _ g: UnsafePointer<Scalar>, _ m: UnsafePointer<Scalar>, _ parts: Int, _ inner: Int,
    _ dMasks: UnsafeMutablePointer<Scalar>
  ) {
    // What is left before each part stands in its place of dMasks until its turn comes.
    for i in 0..<inner { dMasks[i] = 1 }
    for part in 1..<max(parts, 1) {
      for i in 0..<inner {
        let before = (part - 1) * inner + i
        dMasks[part * inner + i] = dMasks[before] * (1 - m[before])
      }
    }
    for i in 0..<inner {
      var d = g[parts * inner + i]
      for part in (0..<parts).reversed() {
        let place = part * inner + i
        dMasks[place] *= g[place] - d
        d = g[place] * m[place] + d * (1 - m[place])
      }
    }
  }

  private static func extents(_ masks: Tensor<Scalar>) -> (batch: Int, parts: Int, inner: Int) {
    let (batch, parts) = (masks.shape[0], masks.shape[1])
    return (batch, parts, masks.shape.dimensions.dropFirst(2).reduce(1, *))
  }
}
