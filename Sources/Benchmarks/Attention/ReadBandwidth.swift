import CKernels
import TensorCore

/// Memory that is read from end to end with nothing else done: what decoding cannot be faster than.
final class ReadBandwidth: @unchecked Sendable {
  private let pages: UnsafeMutableRawPointer
  private let bytes: Int
  private static let piece = 1 << 20

  /// Takes `bytes` bytes, rounded up to 2 MiB, in large pages, and writes to each of them.
  init(bytes wanted: Int) {
    bytes = max(1, (wanted + (2 << 20) - 1) >> 21) << 21
    pages = Self.allocate(bytes)
    pages.initializeMemory(as: Float.self, repeating: 1, count: bytes / 4)
  }

  /// Apart from `init`, where the compiler would give `self`, half made, away before the program ends.
  private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
    guard let pages = ck_pages_allocate(bytes) else {
      SystemMemory.exhausted(bytes: bytes, for: "reading from end to end; time shorter sequences")
    }
    return pages
  }

  /// Reads the first `count` bytes once.
  func read(_ count: Int) {
    let count = min(count, bytes)
    parallel(over: (count + Self.piece - 1) / Self.piece) { index in
      let start = index * Self.piece
      let numbers = (self.pages + start).assumingMemoryBound(to: Float.self)
      _ = ck_read(numbers, min(Self.piece, count - start) / 4)
    }
  }

  deinit { ck_pages_release(pages, bytes) }

  /// Billions of bytes per second over 512 MiB: the median of seven.
  static func measured() -> Double {
    let memory = ReadBandwidth(bytes: 512 << 20)
    memory.read(512 << 20)
    let times = (0..<7).map { _ in Stopwatch.seconds(1) { memory.read(512 << 20) } }
    return Double(512 << 20) / Stopwatch.median(times) * 1e-9
  }
}
