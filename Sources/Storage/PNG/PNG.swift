import CPNG
import Foundation
import TensorCore

/// PNG files, through libpng.
///
/// Reading takes every kind of PNG: grey, colour and palette, with alpha or a transparent colour, 1 to 16 bits per sample
/// (16 are rounded to 8), interlaced or not. A `gAMA` chunk that is not that of sRGB is honoured, so that the bytes are
/// always sRGB. Writing gives 8 bits per sample.
public enum PNG {
  /// Reads a file.
  ///
  /// - Throws: ``StorageError`` if it cannot be read, was cut short, is damaged or is no PNG file.
  public static func read(from path: String) throws(StorageError) -> Image {
    try decode(FileBytes.read(path), path: path)
  }

  /// Decodes the bytes of a file.
  ///
  /// - Parameters:
  ///   - file: all bytes of the file.
  ///   - path: for the error.
  /// - Throws: ``StorageError/truncated(path:at:expected:found:advice:)``,
  ///   ``StorageError/malformed(path:at:expected:found:advice:)`` with the library's reason, or
  ///   ``StorageError/unsupported(path:at:expected:found:advice:)`` for a picture of more than 2³⁰ bytes.
  public static func decode(_ file: [UInt8], path: String) throws(StorageError) -> Image {
    try checkSignature(file, path)
    if let error = overlongChunk(file, path) { throw error }
    var result = Result<Image, StorageError>.failure(
      .malformed(path: path, at: "PNG", expected: "a picture", found: "nothing"))
    file.withUnsafeBytes { bytes in result = decode(bytes, path) }
    return try result.get()
  }

  private static func decode(
    _ file: UnsafeRawBufferPointer, _ path: String
  ) -> Result<Image, StorageError> {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    guard png_image_begin_read_from_memory(&image, file.baseAddress!, file.count) != 0 else {
      return .failure(failure(image, path, at: "header"))
    }
    // What kinds of samples, not how they are stored: no palette, 8 bits.
    image.format &= UInt32(PNG_FORMAT_FLAG_COLOR) | UInt32(PNG_FORMAT_FLAG_ALPHA)
    // 16 bits per sample are taken as linear light otherwise.
    image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
    let channels =
      (image.format & UInt32(PNG_FORMAT_FLAG_COLOR) != 0 ? 3 : 1)
      + (image.format & UInt32(PNG_FORMAT_FLAG_ALPHA) != 0 ? 1 : 0)
    let (height, width) = (Int(image.height), Int(image.width))
    guard height <= (1 << 30) / (width * channels) else {
      return .failure(
        .unsupported(
          path: path, at: "header", expected: "at most \(1 << 30) bytes of samples",
          found: "\(width) x \(height) pixels of \(channels) samples", advice: "reduce the picture")
      )
    }
    if let error = shortage(file, height: height, width: width, path) { return .failure(error) }
    var isRead = false
    let samples = [UInt8](unsafeUninitializedCapacity: height * width * channels) { out, count in
      isRead = png_image_finish_read(&image, nil, out.baseAddress!, 0, nil) != 0
      count = isRead ? height * width * channels : 0
    }
    guard isRead else { return .failure(failure(image, path, at: "\(width) x \(height) pixels")) }
    return .success(Image(height: height, width: width, channels: channels, bytes: samples))
  }

  /// The error of a chunk that says to be far longer than the file: the library makes room for all of it, and fills it.
  private static func overlongChunk(_ file: [UInt8], _ path: String) -> StorageError? {
    for chunk in PNGChunks(file) {
      if chunk.length > 1 << 20, chunk.length > chunk.room {
        return .truncated(
          path: path, at: "PNG, chunk \(chunk.name.debugDescription)",
          expected: "\(chunk.length) bytes", found: "\(chunk.room)")
      }
      if chunk.name == "IEND" { return nil }
    }
    return nil
  }

  /// The error of a file that is too small for its picture, before there is room made for it: deflate never packs more
  /// than 1032 to 1.
  private static func shortage(
    _ file: UnsafeRawBufferPointer, height: Int, width: Int, _ path: String
  ) -> StorageError? {
    // The library took the header, so that it is there: bit depth and kind of colours.
    let bits = Int(file[24]) * ([0: 1, 2: 3, 3: 1, 4: 2, 6: 4][file[25]] ?? 1)
    let least = height * width * bits / 8 / 1032
    guard file.count < least else { return nil }
    return .truncated(
      path: path, at: "PNG, \(width) x \(height) pixels", expected: "at least \(least) bytes",
      found: "\(file.count)")
  }

  /// The bytes of a picture as a file.
  public static func encode(_ picture: Image) -> [UInt8] {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(picture.width)
    image.height = UInt32(picture.height)
    image.format =
      (picture.channels >= 3 ? UInt32(PNG_FORMAT_FLAG_COLOR) : 0)
      | (picture.channels % 2 == 0 ? UInt32(PNG_FORMAT_FLAG_ALPHA) : 0)
    defer { png_image_free(&image) }
    let bound = tessera_png_bound(image)
    return [UInt8](unsafeUninitializedCapacity: bound) { out, count in
      var size = bound
      let isWritten = picture.bytes.withUnsafeBufferPointer { samples in
        png_image_write_to_memory(
          &image, out.baseAddress!, &size, 0, samples.baseAddress!, 0, nil)
      }
      require(isWritten != 0, "PNG.encode: \(picture.width) x \(picture.height): \(message(image))")
      count = size
    }
  }

  /// Replaces the file at `path` by a picture, atomically.
  ///
  /// - Throws: ``StorageError/unwritable(path:at:expected:found:advice:)``.
  public static func write(_ picture: Image, to path: String) throws(StorageError) {
    try AtomicFile.write(encode(picture), to: path)
  }

  private static func message(_ image: png_image) -> String {
    var text = [CChar](repeating: 0, count: 65)
    withUnsafePointer(to: image) { tessera_png_message($0, &text) }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func failure(_ image: png_image, _ path: String, at place: String) -> StorageError
  {
    let reason = message(image)
    if reason.contains("beyond end of data") || reason.contains("Not enough image data") {
      return .truncated(
        path: path, at: "PNG, \(place)", expected: "more bytes", found: "the end of the file")
    }
    return .malformed(path: path, at: "PNG, \(place)", expected: "a sound PNG file", found: reason)
  }
}
