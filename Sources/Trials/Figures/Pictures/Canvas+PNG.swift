import Storage

extension Canvas {
  /// The picture as bytes for the `PNG` functions.
  public var image: Image { Image(height: height, width: width, channels: 3, bytes: bytes) }

  /// The picture as the bytes of a PNG file.
  public var png: [UInt8] { PNG.encode(image) }
}
