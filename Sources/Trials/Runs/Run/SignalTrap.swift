import Datasets
import Foundation
import Synchronization

/// Turns the signals that ask a program to end into a question that a run asks after each step.
///
/// They are SIGINT (Ctrl-C), SIGTERM, SIGHUP (the terminal is gone; `nohup` is respected), SIGUSR1 and SIGUSR2 (what a queue
/// such as Slurm sends before the time is over) and SIGXCPU. While something is under way that can be saved, see ``hold()``, the
/// first one is noted, and a second SIGINT ends the process at once, with what the last checkpoint saved. At other times the first
/// one ends it. The exit code is 128 and the signal's number, in each case.
public enum SignalTrap {
  /// The signals.
  public static let signals = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU]

  private static let noted = Atomic<Int32>(0)
  private static let holds = Atomic<Int>(0)
  private static let isInstalled = Mutex(false)
  /// Programs that run for this one, each in a process group of its own, which the terminal's Ctrl-C does not reach.
  private nonisolated(unsafe) static let children = UnsafeMutablePointer<Atomic<Int32>>.allocate(
    capacity: childCount)
  private static let childCount = 16
  /// What is said when a signal is noted, and when it ends the process: texts made beforehand, since a handler may allocate
  /// nothing.
  private nonisolated(unsafe) static let texts = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    .allocate(
      capacity: 2 * textCount)
  private static let textCount = 64

  /// The signal that came; `nil` if none did.
  public static var pending: Int32? {
    let signal = noted.load(ordering: .relaxed)
    return signal == 0 ? nil : signal
  }

  /// From here until ``release()`` there is something that can be saved, and will be once the signal is seen.
  public static func hold() { holds.add(1, ordering: .relaxed) }

  /// The end of what ``hold()`` began.
  public static func release() { holds.subtract(1, ordering: .relaxed) }

  /// Notes that a program runs for this one: what ends this one ends it too.
  public static func began(child: Int32) {
    install()
    for index in 0..<childCount {
      if children[index].compareExchange(expected: 0, desired: child, ordering: .relaxed).exchanged
      {
        return
      }
    }
  }

  /// Notes that it has ended.
  public static func ended(child: Int32) {
    for index in 0..<childCount {
      _ = children[index].compareExchange(expected: child, desired: 0, ordering: .relaxed)
    }
  }

  /// Starts listening; later calls change nothing.
  public static func install() {
    isInstalled.withLock { isInstalled in
      guard !isInstalled else { return }
      isInstalled = true
      prepare()
      for signal in signals {
        var present = sigaction()
        sigaction(signal, nil, &present)
        // Started by `nohup`: the terminal may go.
        let isIgnored =
          unsafeBitCast(present.__sigaction_handler.sa_handler, to: Int.self)
          == unsafeBitCast(SIG_IGN, to: Int.self)
        if signal == SIGHUP && isIgnored { continue }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { SignalTrap.arrived($0) }
        action.sa_flags = SA_RESTART
        sigaction(signal, &action, nil)
      }
      unblock()
    }
  }

  /// Lets the signals come: a launcher that blocks them for itself hands that down, and neither this program nor those that it
  /// starts would hear of them.
  public static func unblock() {
    var mask = sigset_t()
    sigemptyset(&mask)
    for signal in signals { sigaddset(&mask, signal) }
    pthread_sigmask(SIG_UNBLOCK, &mask, nil)
  }

  /// Makes all that the handler touches.
  private static func prepare() {
    _ = (noted.load(ordering: .relaxed), holds.load(ordering: .relaxed))
    for index in 0..<childCount { (children + index).initialize(to: Atomic(0)) }
    (texts).initialize(repeating: nil, count: 2 * textCount)
    for signal in signals {
      let name = SignalName.of(signal)
      texts[Int(signal)] = strdup(
        "\n\(name): finishing the step and saving; once more SIGINT stops at once\n")
      texts[textCount + Int(signal)] = strdup("\ntessera: stopped by \(name)\n")
    }
  }

  /// The handler: nothing but atomic numbers and system calls that a handler may make.
  private static func arrived(_ signal: Int32) {
    let before = errno
    let isFirst = noted.compareExchange(expected: 0, desired: signal, ordering: .relaxed).exchanged
    if holds.load(ordering: .relaxed) <= 0 || (!isFirst && signal == SIGINT) {
      say(texts[textCount + Int(signal)])
      for index in 0..<childCount {
        let child = children[index].load(ordering: .relaxed)
        if child > 0 { kill(-child, signal == SIGINT ? SIGINT : SIGTERM) }
      }
      _exit(128 + signal)
    }
    if isFirst { say(texts[Int(signal)]) }
    errno = before
  }

  /// Says it if the terminal takes it at once.
  private static func say(_ text: UnsafeMutablePointer<CChar>?) {
    guard let text else { return }
    var question = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    guard poll(&question, 1, 0) > 0,
      question.revents & Int16(POLLERR | POLLNVAL | POLLHUP) == 0
    else { return }
    _ = write(STDERR_FILENO, text, strlen(text))
  }
}
