import CJPEG
import Foundation
import TensorCore

/// JPEG files, through libjpeg-turbo: reading alone.
///
/// Grey files give one channel, all others red, green and blue, 8 bits per sample. The library's default decoding is used
/// (accurate integer transform, smooth enlargement of the colours), whose bytes other programs over it give too.
public enum JPEG {
  /// Reads a file.
  ///
  /// - Throws: ``StorageError`` if it cannot be read, was cut short, is damaged or is no JPEG file.
  public static func read(from path: String) throws(StorageError) -> Image {
    try decode(FileBytes.read(path), path: path)
  }

  /// Decodes the bytes of a file. What the library merely warns of is an error too: it would fill in grey.
  ///
  /// - Parameters:
  ///   - file: all bytes of the file.
  ///   - path: for the error.
  /// - Throws: ``StorageError/truncated(path:at:expected:found:advice:)``,
  ///   ``StorageError/malformed(path:at:expected:found:advice:)`` with the library's reason, or
  ///   ``StorageError/unsupported(path:at:expected:found:advice:)`` for printing inks and for pictures of more than 2³⁰
  ///   bytes.
  public static func decode(_ file: [UInt8], path: String) throws(StorageError) -> Image {
    try FileSample(file).check(is: .jpeg, path: path, at: "JPEG, header")
    var picture = tessera_jpeg()
    let isSound = tessera_jpeg_decode(file, file.count, &picture, nil)
    if let error = error(isSound, picture, path, at: "JPEG, header") { throw error }
    let (height, width, channels) = (
      Int(picture.height), Int(picture.width), Int(picture.channels)
    )
    guard height <= (1 << 30) / (width * channels) else {
      throw .unsupported(
        path: path, at: "JPEG, header", expected: "at most \(1 << 30) bytes of samples",
        found: "\(width) x \(height) pixels of \(channels) samples", advice: "reduce the picture")
    }
    // A block of 64 samples takes a bit at the least; at the most, colours are stored at a sixteenth.
    guard height * width * channels <= max(1 << 24, 1536 * file.count) else {
      throw .truncated(
        path: path, at: "JPEG, \(width) x \(height) pixels",
        expected: "at least \(height * width * channels / 1536) bytes", found: "\(file.count)")
    }
    var outcome = TESSERA_JPEG_DAMAGED
    let count = height * width * channels
    let samples = [UInt8](unsafeUninitializedCapacity: count) { out, filled in
      outcome = tessera_jpeg_decode(file, file.count, &picture, out.baseAddress)
      filled = outcome == TESSERA_JPEG_SOUND ? count : 0
    }
    let place = "JPEG, \(width) x \(height) pixels"
    if let error = error(outcome, picture, path, at: place) { throw error }
    return Image(height: height, width: width, channels: channels, bytes: samples)
  }

  private static func error(
    _ outcome: tessera_jpeg_outcome, _ picture: tessera_jpeg, _ path: String, at place: String
  ) -> StorageError? {
    switch outcome {
    case TESSERA_JPEG_SOUND: return nil
    case TESSERA_JPEG_CUT_SHORT:
      return .truncated(
        path: path, at: place, expected: "more bytes", found: "the end of the file")
    case TESSERA_JPEG_UNSUPPORTED:
      return .unsupported(
        path: path, at: place, expected: "grey or colours for a screen",
        found: "four printing inks (CMYK)", advice: "convert the picture to RGB")
    default:
      let reason = withUnsafeBytes(of: picture.message) { text in
        String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
      }
      return .malformed(path: path, at: place, expected: "a sound JPEG file", found: reason)
    }
  }
}
