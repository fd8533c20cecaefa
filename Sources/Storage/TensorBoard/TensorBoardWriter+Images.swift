extension TensorBoardWriter {
  /// Appends a picture, given as the bytes of a PNG file, which TensorBoard shows with a slider over the steps.
  ///
  /// - Parameters:
  ///   - tag: what the picture shows; a path with `/` puts it among others.
  ///   - png: the file; it is stored as it is.
  ///   - time: seconds since 1970; by default now.
  /// - Throws: ``StorageError/malformed(path:at:expected:found:advice:)`` if the bytes do not begin as a PNG file does,
  ///   ``StorageError/unwritable(path:at:expected:found:advice:)``, as on a full disk.
  public func image(
    _ tag: String, png: [UInt8], step: Int, time: Double? = nil
  ) throws(StorageError) {
    let header = try PNGHeader(png, path: path, at: "image `\(tag)`")
    var image = ProtobufMessage()
    image.add(1, header.height)
    image.add(2, header.width)
    image.add(3, header.channels)
    image.add(4, png)
    var entry = ProtobufMessage()
    entry.add(1, tag)
    entry.add(4, image)
    var summary = ProtobufMessage()
    summary.add(1, entry)
    try append(summary, step: step, time: time)
  }
}
