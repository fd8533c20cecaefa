import Dispatch
import Foundation
import Synchronization

/// Turns SIGINT and SIGTERM into a question that a run asks after each step.
///
/// The first signal is noted; a second SIGINT ends the process at once, with what the last checkpoint saved.
public enum SignalTrap {
  private static let noted = Atomic<Int32>(0)
  // A queue of its own: the shared ones may have no thread left while runs fill every processor.
  private static let queue = DispatchQueue(label: "tessera.signals")
  private static let sources = Mutex<[any DispatchSourceSignal]>([])

  /// The signal that came; `nil` if none did.
  public static var pending: Int32? {
    let signal = noted.load(ordering: .relaxed)
    return signal == 0 ? nil : signal
  }

  /// Starts listening; later calls change nothing. `onFirst` is called on another thread with the first signal.
  public static func install(onFirst: @escaping @Sendable (Int32) -> Void = { _ in }) {
    sources.withLock { sources in
      guard sources.isEmpty else { return }
      for number in [SIGINT, SIGTERM] {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler {
          let (first, _) = noted.compareExchange(
            expected: 0, desired: number, ordering: .relaxed)
          if first {
            onFirst(number)
          } else if number == SIGINT {
            _exit(128 + SIGINT)
          }
        }
        source.resume()
        sources.append(source)
      }
    }
  }
}
