import Foundation
import Synchronization
import TensorCore

/// Shows how runs get on: one redrawn line with the time to go on a terminal, a plain line now and then in a log.
///
/// Any number of runs may report at once; lines are written whole, to standard error.
public final class ProgressReporter: RunObserver {
  private struct Progress {
    var label: String
    var first, step, stepCount: Int
    var loss: (name: String, value: Double)?
    var message = ""
    var fraction: Double { stepCount == 0 ? 1 : Double(step) / Double(stepCount) }
  }

  private struct State {
    var running: [String: Progress] = [:]
    var planned = 0
    var ended = 0
    var failed = 0
    /// Runs' worth of work done since the start, without what earlier sessions did.
    var endedWork = 0.0
    var lastShown: ContinuousClock.Instant?
    var isLineOpen = false
    var total: Int { max(planned, ended + running.count) }
  }

  private let isTerminal: Bool
  private let began = ContinuousClock.now
  private let state = Mutex(State())
  private let write: @Sendable (String) -> Void

  /// Makes a reporter.
  ///
  /// - Parameters:
  ///   - isTerminal: whether a line can be redrawn; by default, see ``canRedraw(_:)``.
  ///   - write: takes the text; by default it goes to standard error.
  public init(
    isTerminal: Bool = ProgressReporter.canRedraw(),
    write: @escaping @Sendable (String) -> Void = { StandardStream.note($0, terminator: "") }
  ) {
    self.isTerminal = isTerminal
    self.write = write
  }

  /// Whether standard error is a terminal that can erase a line: not a `dumb` one.
  public static func canRedraw(
    _ environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> Bool {
    let kind = environment["TERM"] ?? ""
    return isatty(STDERR_FILENO) == 1 && !kind.isEmpty && kind != "dumb"
  }

  /// Counts the runs that are to come, for the time to go.
  public func planned(_ count: Int) { state.withLock { $0.planned += count } }

  /// Notes a run and, when it resumes, says from where.
  public func began(_ run: ResolvedConfig, folder: RunFolder, step: Int, of stepCount: Int) {
    state.withLock { state in
      let label = run.label.isEmpty ? run.experiment : run.label
      state.running[run.hash] = Progress(
        label: label, first: step, step: step, stepCount: stepCount)
      if step > 0 {
        permanent("\(label): resuming \(folder.path) at step \(step) of \(stepCount)", &state)
      } else if !isTerminal {
        permanent("\(label): started \(folder.path), \(stepCount) steps", &state)
      }
    }
  }

  /// Moves the line on, at most ten times per second on a terminal and every ten seconds in a log.
  public func advanced(_ run: ResolvedConfig, _ log: StepLog, of stepCount: Int) {
    state.withLock { state in
      state.running[run.hash]?.step = log.step + 1
      state.running[run.hash]?.message = ""
      if let loss = log.entries.first(where: { $0.name.hasPrefix("loss") }) ?? log.entries.first {
        state.running[run.hash]?.loss = loss
      }
      show(run.hash, &state)
    }
  }

  /// Shows a message in the line.
  public func reported(_ run: ResolvedConfig, _ message: String) {
    state.withLock { state in
      state.running[run.hash]?.message = message
      show(run.hash, &state)
    }
  }

  /// A line that stays.
  public func cautioned(_ run: ResolvedConfig, _ caution: String) {
    state.withLock { permanent("caution: \(caution)", &$0) }
  }

  /// Takes a run out of the line and, in a sweep, says how it ended.
  public func ended(_ run: ResolvedConfig, _ outcome: Result<RunOutcome, any Error>) {
    state.withLock { state in
      let progress = state.running.removeValue(forKey: run.hash)
      state.ended += 1
      if let progress, progress.stepCount > 0 {
        state.endedWork += 1 - Double(progress.first) / Double(progress.stepCount)
      }
      let label = run.label.isEmpty ? run.experiment : run.label
      switch outcome {
      case .success(let outcome):
        if state.total > 1 {
          let how =
            outcome.wasDone
            ? "was done" : "done in \(NumberFormat.duration(outcome.result.seconds))"
          permanent(
            "\(state.ended)/\(state.total) \(label): \(how), \(outcome.folder.path)", &state)
        } else {
          clear(&state)
        }
      case .failure(RunError.interrupted):
        clear(&state)
      case .failure(let error):
        state.failed += 1
        if state.total > 1 {
          permanent("\(state.ended)/\(state.total) \(label): failed: \(error)", &state)
        } else {
          clear(&state)
        }
      }
    }
  }

  private func show(_ run: String, _ state: inout State) {
    let now = ContinuousClock.now
    let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
    if let last = state.lastShown, now - last < pause { return }
    // A log gets its first line after the first pause, so that short runs stay quiet.
    if !isTerminal && state.lastShown == nil && now - began < pause { return }
    state.lastShown = now
    let text = line(run, state)
    if isTerminal {
      write("\r\u{1B}[K" + text.prefix(ProgressReporter.columns() - 1))
      state.isLineOpen = true
    } else {
      write(text + "\n")
    }
  }

  private func line(_ run: String, _ state: State) -> String {
    guard let progress = state.running[run] else { return "" }
    var parts: [String] = []
    if state.total > 1 {
      parts.append("\(state.ended)/\(state.total) runs, \(state.running.count) at work")
    }
    parts.append("\(progress.label) \(progress.step)/\(progress.stepCount)")
    if progress.message.isEmpty, let loss = progress.loss {
      parts.append("\(loss.name) \(NumberFormat.short(loss.value))")
    } else if !progress.message.isEmpty {
      parts.append(progress.message)
    }
    if let left = secondsLeft(state) { parts.append("ETA \(NumberFormat.duration(left))") }
    return parts.joined(separator: " · ")
  }

  /// The time to go if work goes on at the rate of this session.
  private func secondsLeft(_ state: State) -> Double? {
    var done = state.endedWork
    var left = Double(state.total - state.ended - state.running.count)
    for progress in state.running.values {
      done +=
        progress.fraction
        - (progress.stepCount == 0 ? 0 : Double(progress.first) / Double(progress.stepCount))
      left += 1 - progress.fraction
    }
    guard done > 0 else { return nil }
    return (ContinuousClock.now - began) / Duration.seconds(1) * left / done
  }

  /// A line that stays.
  private func permanent(_ text: String, _ state: inout State) {
    clear(&state)
    write(text + "\n")
  }

  private func clear(_ state: inout State) {
    if state.isLineOpen { write("\r\u{1B}[K") }
    state.isLineOpen = false
  }

  private static func columns() -> Int {
    var size = winsize()
    let answered = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0
    return answered && size.ws_col > 1 ? Int(size.ws_col) : 80
  }
}
