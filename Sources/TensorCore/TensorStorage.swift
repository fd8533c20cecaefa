import CKernels

/// The memory of a tensor: elements in a block of the pool, 64-byte aligned.
@usableFromInline
final class TensorStorage<Scalar: TensorScalar>: @unchecked Sendable {
  @usableFromInline let elements: UnsafeMutableBufferPointer<Scalar>

  @usableFromInline
  init(uninitializedCount count: Int, shape: Shape? = nil) {
    elements = Self.allocate(count, shape)
  }

  /// Apart from `init`, where the compiler would give `self`, half made, away before the program ends.
  private static func allocate(
    _ count: Int, _ shape: Shape?
  ) -> UnsafeMutableBufferPointer<Scalar> {
    let (bytes, overflows) = max(count, 1).multipliedReportingOverflow(
      by: MemoryLayout<Scalar>.stride)
    guard !overflows, SystemMemory.mayHold(bytes), let memory = ck_pool_allocate(bytes) else {
      SystemMemory.exhausted(
        bytes: overflows ? nil : bytes,
        for: shape.map { "a tensor of shape \($0)" } ?? "\(count) numbers of \(Scalar.typeName)")
    }
    return UnsafeMutableBufferPointer(
      start: memory.bindMemory(to: Scalar.self, capacity: max(count, 1)), count: count)
  }

  deinit { ck_pool_release(elements.baseAddress) }
}

/// What the tensor memory pool holds, in bytes.
public enum TensorMemory {
  /// The bytes of all tensors alive.
  public static var liveBytes: Int { ck_pool_live_bytes() }
  /// The largest ``liveBytes`` since the last ``resetHighWater()``.
  public static var highWaterBytes: Int { ck_pool_high_water_bytes() }
  /// What the pool has taken of the system and not given back, in use or free: it grows where no free block fits.
  public static var heldBytes: Int { ck_pool_held_bytes() }
  /// Starts the high-water mark again from what is alive now.
  public static func resetHighWater() { ck_pool_reset_high_water() }
  /// Gives the free blocks back to the system.
  public static func trim() { ck_pool_trim() }
}
