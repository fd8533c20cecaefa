import TensorCore

extension ImageSet {
  /// Sprites as they would be with another shape and all other factors unchanged: what a swap of the shape ought to draw.
  ///
  /// - Parameters:
  ///   - shape: 0 square, 1 ellipse, 2 heart.
  ///   - rows: which images.
  /// - Returns: images of this set's size, drawn by ``SpriteRenderer``; `nil` for images that are no sprites.
  public func sprites(withShape shape: Int, of rows: [Int]) -> Tensor<Float>? {
    let names = ["scale", "orientation", "x", "y"]
    guard [ImageSource.dsprites, .spriteTwin].map(\.rawValue).contains(name) else { return nil }
    let columns = names.compactMap { labels[$0] }
    guard columns.count == names.count else { return nil }
    let side = SpriteRenderer.side
    let pixels = rows.flatMap { row in
      SpriteRenderer().image(
        .init(
          shape: shape, scale: columns[0][row] + DSprites.scales.lowerBound,
          orientation: columns[1][row], x: columns[2][row], y: columns[3][row]), ink: 255)
    }
    let drawn = ImageSet(
      name: name, height: side, width: side, channels: 1, pixels: pixels, provenance: provenance)
    return drawn.fitted(side: height, channels: channels).images(0..<rows.count)
  }
}
