/// Ends the program with `message` unless `condition` holds, in release builds too.
///
/// For a programmer's mistake (a wrong shape, an index out of range). A `precondition` would print no message in a release
/// build. The world's mistakes (files, configs, data) are thrown instead.
@inlinable
public func require(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String,
  file: StaticString = #fileID, line: UInt = #line
) {
  if !condition() { fatalError(message(), file: file, line: line) }
}
