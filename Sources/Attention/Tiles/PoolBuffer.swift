import CKernels
import TensorCore

/// A block of the tensor memory pool, 64-byte aligned, that its owner frees: operands in packed form, and scratch of a task.
final class PoolBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  let elements: UnsafeMutableBufferPointer<Element>

  init(count: Int) { elements = Self.allocate(count) }

  /// Apart from `init`, where the compiler would give `self`, half made, away before the program ends.
  private static func allocate(_ count: Int) -> UnsafeMutableBufferPointer<Element> {
    let bytes = max(count, 1) * MemoryLayout<Element>.stride
    guard let memory = ck_pool_allocate(bytes) else {
      SystemMemory.exhausted(bytes: bytes, for: "\(count) numbers of attention")
    }
    return UnsafeMutableBufferPointer(
      start: memory.bindMemory(to: Element.self, capacity: max(count, 1)), count: count)
  }

  /// The first element.
  var base: UnsafeMutablePointer<Element> { elements.baseAddress! }

  deinit { ck_pool_release(elements.baseAddress) }
}
