import TensorCore

/// Where the samples of an axis lie in the range from −1 to 1, and which pixel a coordinate falls on.
///
/// With corners aligned the first and the last of `n` samples lie at −1 and 1, `p_j = −1 + 2 j/(n − 1)` (a single
/// one lies at 0), and `pixel(v) = (v + 1)/2 · (n − 1)`. Otherwise each sample is the middle of a cell of width `2/n`:
/// `p_j = (2 j + 1)/n − 1`, `pixel(v) = ((v + 1) n − 1)/2`. Both as PyTorch's `affine_grid` and `grid_sample`.
struct SamplingAxis<Scalar: TensorScalar>: Sendable {
  let count: Int
  let alignsCorners: Bool

  /// The coordinate of a sample.
  @inline(__always)
  func coordinate(_ index: Int) -> Scalar {
    if !alignsCorners { return Scalar(2 * index + 1) / Scalar(count) - 1 }
    return count == 1 ? 0 : Scalar(2 * index) / Scalar(count - 1) - 1
  }

  /// The place of a coordinate, counted in samples.
  @inline(__always)
  func pixel(_ v: Scalar) -> Scalar {
    alignsCorners ? (v + 1) / 2 * Scalar(count - 1) : ((v + 1) * Scalar(count) - 1) / 2
  }

  /// The derivative of ``pixel(_:)``.
  var slope: Scalar { alignsCorners ? Scalar(count - 1) / 2 : Scalar(count) / 2 }
}

/// Along one axis, the places in a source from which the samples of a target are interpolated: target `j` lies at
/// `v = factor · p_j + offset`.
struct AxisMap<Scalar: TensorScalar>: Sendable {
  let target, source: SamplingAxis<Scalar>
  let factor, offset: Scalar

  /// The place in the source, counted in samples, of a target.
  @inline(__always)
  func pixel(_ index: Int) -> Scalar { source.pixel(factor * target.coordinate(index) + offset) }

  /// The place of each target, as ``split(_:count:)`` has it.
  @inline(__always)
  var places: [(lower: Int, fraction: Scalar)] {
    (0..<target.count).map { Self.split(pixel($0), count: source.count) }
  }

  /// The targets that read at least one sample of the source: their places lie in `[−1, source.count)`.
  ///
  /// The factor must not be negative: places grow with the index. Found by bisection with the very function that places
  /// the samples, so that rounding leaves none out.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func footprint() -> Range<Int> {
    let limit = Scalar(source.count)
    let first = firstIndex { pixel($0) >= -1 }
    return first..<max(first, firstIndex { pixel($0) >= limit })
  }

  @inline(__always)
  private func firstIndex(where condition: (Int) -> Bool) -> Int {
    var (low, high) = (0, target.count)
    while low < high {
      let middle = (low + high) / 2
      if condition(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// A place as the sample before it and the fraction beyond that; places far outside are brought near, still outside, and so
  /// is one that is not a number: a box gone wrong reads nothing, and the loss tells.
  @inline(__always)
  static func split(_ pixel: Scalar, count: Int) -> (lower: Int, fraction: Scalar) {
    let bounded = pixel > -2 ? min(pixel, Scalar(count) + 1) : -2
    let floor = bounded.rounded(.down)
    return (Int(floor), bounded - floor)
  }
}
