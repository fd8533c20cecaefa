import Dispatch
import Foundation
import Synchronization

/// The number of threads that ``parallel(over:_:)`` uses; results do not depend on it.
///
/// Set once by the program from its config. A thread that already works inside `parallel` runs nested calls alone.
public enum Parallelism {
  private static let setting = Atomic<Int>(1)

  /// The number of threads, at least 1. It is 1 until the program sets it.
  public static var threads: Int {
    get { setting.load(ordering: .relaxed) }
    set {
      require(newValue >= 1, "Parallelism.threads: must be at least 1, got \(newValue)")
      setting.store(newValue, ordering: .relaxed)
    }
  }

  @TaskLocal static var isNested = false

  /// Whether the system lets the process have the threads that were asked for by the first use. Where it does not (`ulimit -u`),
  /// Dispatch would wait for them without end; the work is then done by one thread, with the same results.
  static let hasThreads: Bool = {
    let wanted = min(threads, ProcessInfo.processInfo.activeProcessorCount + 1)
    var started: [pthread_t] = []
    for _ in 0..<wanted {
      var thread = pthread_t()
      // Each stays until the next ones are there.
      let code = pthread_create(
        &thread, nil,
        { _ in
          usleep(2000)
          return nil
        }, nil)
      if code != 0 { break }
      started.append(thread)
    }
    for thread in started { pthread_join(thread, nil) }
    if started.count == wanted { return true }
    StandardStream.note(
      "threads: expected \(wanted) of the system, found that it gives \(started.count) (ulimit -u, the job's limits); one is "
        + "used, which changes no result")
    return false
  }()
}

private final class WorkQueue: Sendable {
  let next = Atomic<Int>(0)
}

/// Runs `body(0)`, …, `body(count - 1)`, split over the threads that ``Parallelism/threads`` allows.
///
/// Each call must write to its own place; what is summed over calls is added afterwards in the order of the index, so that
/// the number of threads changes no bit. Nested calls run on the calling thread. BLAS runs one thread inside.
public func parallel(over count: Int, _ body: @Sendable (Int) -> Void) {
  let workers = min(Parallelism.threads, count)
  if workers <= 1 || Parallelism.isNested || !Parallelism.hasThreads {
    for index in 0..<max(count, 0) { body(index) }
    return
  }
  let queue = WorkQueue()
  DispatchQueue.concurrentPerform(iterations: workers) { _ in
    Parallelism.$isNested.withValue(true) {
      while true {
        let index = queue.next.add(1, ordering: .relaxed).oldValue
        if index >= count { return }
        body(index)
      }
    }
  }
}

/// The values of `body(0)`, …, `body(count - 1)` in that order, found in parallel.
public func parallelMap<Value: Sendable>(
  over count: Int, _ body: @Sendable (Int) -> Value
) -> [Value] {
  if Parallelism.threads == 1 { return (0..<max(count, 0)).map { body($0) } }
  let slots = ResultSlots<Value>(count: count)
  parallel(over: count) { slots.fill($0, with: body($0)) }
  return slots.values
}

/// The values of a throwing `body`, in order; the error of the lowest index that threw is rethrown after all have ended.
public func parallelMap<Value: Sendable>(
  over count: Int, throwing body: @Sendable (Int) throws -> Value
) throws -> [Value] {
  try parallelMap(over: count) { index in Result { try body(index) } }.map { try $0.get() }
}

/// One place a result; each place is written by exactly one thread, and read after all threads have ended.
private final class ResultSlots<Value>: @unchecked Sendable {
  private let slots: UnsafeMutableBufferPointer<Value?>

  init(count: Int) {
    slots = .allocate(capacity: count)
    slots.initialize(repeating: nil)
  }

  func fill(_ index: Int, with value: Value) { slots[index] = value }

  var values: [Value] { slots.map { $0! } }

  deinit {
    slots.deinitialize()
    slots.deallocate()
  }
}
