import Synchronization

/// Counts calls, for a signal that comes at a certain one.
final class StepCounter: Sendable {
  private let value = Atomic<Int>(0)
  func next() -> Int { value.add(1, ordering: .relaxed).newValue }
}
