import Foundation

/// Ends the program with `message` unless `condition` holds, in release builds too.
///
/// For a programmer's mistake (a wrong shape, an index out of range). A `precondition` would print no message in a release
/// build. The world's mistakes (files, configs, data) are thrown instead.
@inlinable
public func require(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String,
  file: StaticString = #fileID, line: UInt = #line
) {
  if !condition() { halt("Fatal error: " + message(), file: file, line: line) }
}

/// Ends the program with one message on standard error and exit code 1.
///
/// A trap would do in a debug build, where a debugger may wait for it. In a release build the runtime answers one with a
/// backtrace of many screens, and may hang while it makes it where memory is short.
public func halt(_ message: String, file: StaticString = #fileID, line: UInt = #line) -> Never {
  #if DEBUG
    fatalError(message, file: file, line: line)
  #else
    StandardStream.note("\(file):\(line): \(message)")
    _exit(1)
  #endif
}
