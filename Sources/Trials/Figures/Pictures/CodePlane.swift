import TensorCore

/// Codes in a plane, for a ``ScatterSheet``: their two principal directions; of codes of a single number, that number.
struct CodePlane {
  /// Where each code lies, `[n, 2]`.
  let points: Tensor<Float>
  /// What the axes show.
  let axes: (x: String, y: String)
  /// What the plane is, for a caption, such as `in its two principal directions`.
  let caption: String

  /// The plane of codes `[n, D]`.
  ///
  /// - Throws: `LinearAlgebraError` if a code is not finite.
  init(of codes: Tensor<Float>) throws {
    let (count, columns) = (codes.shape[0], codes.shape[1])
    guard columns > 1, count > 1 else {
      // The height means nothing: it keeps points of like numbers apart.
      var random = Philox(seed: 0).stream("code plane")
      let heights: Tensor<Float> = random.uniform(shape: [count, 1], in: 0..<1)
      points = .concatenate([codes.slice(0..<1, along: 1), heights], along: 1)
      axes = ("the number", "drawn at random")
      caption = columns > 1 ? "by its first number" : "of one number, spread at random in height"
      return
    }
    points = try PrincipalComponents(of: codes).scores(codes)
    axes = ("first component", "second component")
    caption = "in its two principal directions"
  }
}
