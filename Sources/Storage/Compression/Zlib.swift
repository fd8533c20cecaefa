import CZlib
import Foundation

/// zlib's streams with their return codes looked at and their memory freed by their type.
final class Zlib {
  /// How the compressed bytes are wrapped, as zlib's `windowBits`.
  enum Wrapping: Int32 {
    /// Nothing around them, as in zip members.
    case none = -15
    /// A gzip header and trailer.
    case gzip = 31
  }

  /// A compressed stream inflated to its end, or where it broke.
  enum Inflated {
    /// How many of the input's bytes the stream took.
    case whole(consumed: Int)
    /// The input ended before the stream.
    case cutShort(after: Int)
    /// A rule of the format is broken, in zlib's words.
    case broken(at: Int, reason: String)
    /// The contents exceed the limit.
    case tooLong
  }

  private var stream: UnsafeMutablePointer<z_stream>
  private var buffer: [UInt8] = []
  private let end: (UnsafeMutablePointer<z_stream>) -> Int32

  private init(end: @escaping (UnsafeMutablePointer<z_stream>) -> Int32) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    self.end = end
  }

  deinit {
    _ = end(stream)
    stream.deinitialize(count: 1)
    stream.deallocate()
  }

  private var reason: String {
    stream.pointee.msg.map { String(cString: $0) } ?? "zlib gives no reason"
  }

  /// A reader of streams, one after the other, or nil where zlib has no memory.
  ///
  /// - Parameter expecting: about how many bytes come out.
  static func inflating(_ wrapping: Wrapping, expecting: Int) -> Zlib? {
    let zlib = Zlib(end: CZlib.inflateEnd)
    guard tessera_inflate_init(zlib.stream, wrapping.rawValue) == Z_OK else { return nil }
    zlib.buffer = [UInt8](repeating: 0, count: max(4096, min(expecting, 1 << 20 - 1) + 1))
    return zlib
  }

  /// Inflates one stream to the end of `contents`, which may come to have `limit` bytes and no more.
  func inflate(
    _ input: UnsafeRawBufferPointer, into contents: inout [UInt8], limit: Int
  ) -> Inflated {
    guard inflateReset(stream) == Z_OK else { return .broken(at: 0, reason: reason) }
    var consumed = 0
    while true {
      let step = min(input.count - consumed, 1 << 30)
      let code = buffer.withUnsafeMutableBufferPointer { room -> Int32 in
        stream.pointee.next_in = UnsafeMutablePointer(
          mutating: input.baseAddress?.advanced(by: consumed).assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(step)
        stream.pointee.next_out = room.baseAddress
        stream.pointee.avail_out = UInt32(room.count)
        return CZlib.inflate(stream, Z_NO_FLUSH)
      }
      consumed += step - Int(stream.pointee.avail_in)
      let produced = buffer.count - Int(stream.pointee.avail_out)
      contents += buffer[..<produced]
      if contents.count > limit { return .tooLong }
      switch code {
      case Z_STREAM_END: return .whole(consumed: consumed)
      case Z_OK: continue
      case Z_BUF_ERROR: return .cutShort(after: consumed)
      default: return .broken(at: consumed, reason: reason)
      }
    }
  }

  /// Deflates the bytes into one stream, or nil where zlib has no memory.
  static func deflated(
    _ input: UnsafeRawBufferPointer, _ wrapping: Wrapping, level: Int32
  ) -> [UInt8]? {
    let zlib = Zlib(end: CZlib.deflateEnd)
    guard tessera_deflate_init(zlib.stream, level, wrapping.rawValue) == Z_OK else { return nil }
    var contents: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    var consumed = 0
    while true {
      let step = min(input.count - consumed, 1 << 30)
      let isLast = consumed + step == input.count
      let code = buffer.withUnsafeMutableBufferPointer { room -> Int32 in
        zlib.stream.pointee.next_in = UnsafeMutablePointer(
          mutating: input.baseAddress?.advanced(by: consumed).assumingMemoryBound(to: UInt8.self))
        zlib.stream.pointee.avail_in = UInt32(step)
        zlib.stream.pointee.next_out = room.baseAddress
        zlib.stream.pointee.avail_out = UInt32(room.count)
        return CZlib.deflate(zlib.stream, isLast ? Z_FINISH : Z_NO_FLUSH)
      }
      consumed += step - Int(zlib.stream.pointee.avail_in)
      contents += buffer[..<(buffer.count - Int(zlib.stream.pointee.avail_out))]
      if code == Z_STREAM_END { return contents }
      guard code == Z_OK || code == Z_BUF_ERROR else { return nil }
    }
  }

  /// The cyclic redundancy check of zip and gzip.
  static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    UInt32(
      truncatingIfNeeded: CZlib.crc32_z(
        0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
  }
}
