import CKernels

/// Work whose end by a signal is an answer, not the end of the program.
package enum ChildProcess {
  private final class Work {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// Runs `body` in a copy of this process that has the calling thread alone, and waits for it.
  ///
  /// What `body` writes to memory is lost, but for memory that both processes share. Only a process that has no other threads
  /// at work may call it: locks that they hold stay locked in the copy.
  ///
  /// - Returns: the signal that ended it, 0 for none, −1 where the system allows no process (`errno` says why).
  package static func run(_ body: @escaping () -> Void) -> Int32 {
    let work = Work(body)
    return withExtendedLifetime(work) {
      ck_in_child(
        { Unmanaged<Work>.fromOpaque($0!).takeUnretainedValue().body() },
        Unmanaged.passUnretained(work).toOpaque())
    }
  }
}
