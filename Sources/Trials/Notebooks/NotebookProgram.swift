import Foundation

/// The running program of a notebook: it does one block at a time and waits between them, so that `console` blocks run
/// where they stand on the page.
final class NotebookProgram {
  /// What became of a block.
  enum Step {
    /// It ran to its end and printed this.
    case ended(String)
    /// The program stopped in it: how, and all that it printed in this block and as errors.
    case stopped(status: String, output: String)
  }

  private let process = Process()
  private let errors: NotebookRecord
  private let output: Int32
  private let input: Int32
  /// Our own end of the program's input: with it open, writing to a program that has died does not kill us.
  private let inputReader: Int32
  private var pending = Data()
  private var index = 0
  private var isOver = false

  /// Starts `executable` with `folder` as its current folder.
  ///
  /// - Throws: ``NotebookError/tool(path:command:found:)`` where it cannot be started.
  init(executable: String, folder: String, path: String) throws {
    errors = try NotebookRecord()
    var ends = [Int32](repeating: -1, count: 4)
    let made = ends.withUnsafeMutableBufferPointer {
      pipe($0.baseAddress!) == 0 && pipe($0.baseAddress! + 2) == 0
    }
    guard made else {
      throw NotebookError.tool(
        path: path, command: executable, found: String(cString: strerror(errno)))
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (output, inputReader, input) = (ends[0], ends[2], ends[3])
    process.executableURL = URL(fileURLWithPath: executable)
    process.currentDirectoryURL = URL(fileURLWithPath: folder, isDirectory: true)
    process.environment = NotebookCommand.environment
    process.standardInput = FileHandle(fileDescriptor: ends[2], closeOnDealloc: false)
    process.standardOutput = FileHandle(fileDescriptor: ends[1], closeOnDealloc: false)
    process.standardError = errors.handle
    defer { close(ends[1]) }
    do {
      try process.run()
    } catch {
      throw NotebookError.tool(
        path: path, command: executable, found: error.localizedDescription)
    }
    SignalTrap.began(child: process.processIdentifier)
  }

  /// Lets the next block run and waits for its end.
  func next() -> Step {
    if index > 0 { release() }
    let mark = Data(NotebookBuild.mark(index).utf8)
    index += 1
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      if let range = pending.range(of: mark) {
        let text = String(decoding: pending[pending.startIndex..<range.lowerBound], as: UTF8.self)
        pending = Data(pending[range.upperBound...])
        return .ended(text)
      }
      let count = read(output, &buffer, buffer.count)
      if count > 0 {
        pending.append(contentsOf: buffer[..<count])
      } else if count == 0 || errno != EINTR {
        return stopped()
      }
    }
  }

  private func stopped() -> Step {
    end()
    let bySignal = process.terminationReason == .uncaughtSignal
    let status = "\(bySignal ? "signal" : "exit status") \(process.terminationStatus)"
    return .stopped(status: status, output: String(decoding: pending, as: UTF8.self) + errors.text)
  }

  private func release() {
    var newline = UInt8(ascii: "\n")
    while write(input, &newline, 1) < 0, errno == EINTR {}
  }

  /// Lets the program run out and waits for it.
  func end() {
    if isOver { return }
    isOver = true
    close(input)
    close(inputReader)
    close(output)
    process.waitUntilExit()
    SignalTrap.ended(child: process.processIdentifier)
  }

  deinit {
    end()
    errors.remove()
  }
}
