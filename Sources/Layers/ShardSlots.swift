/// One value a shard, each taken out by the one task that reads it last, so that its memory is free for what that task
/// writes.
public final class ShardSlots<Value>: @unchecked Sendable {
  private let slots: UnsafeMutableBufferPointer<Value?>

  /// Slots that hold these values.
  public init(_ values: [Value]) {
    slots = .allocate(capacity: values.count)
    _ = slots.initialize(from: values.map { Optional($0) })
  }

  /// Empty slots.
  public init(count: Int) {
    slots = .allocate(capacity: count)
    slots.initialize(repeating: nil)
  }

  /// The value of a slot, which stays.
  public subscript(index: Int) -> Value { slots[index]! }

  /// The value of a slot, which is empty afterwards.
  public func take(_ index: Int) -> Value { slots[index].take()! }

  /// Fills a slot.
  public func put(_ index: Int, _ value: consuming Value) { slots[index] = value }

  deinit {
    slots.deinitialize()
    slots.deallocate()
  }
}
