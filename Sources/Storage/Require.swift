/// Ends the program with a message, also in release, where a caller broke a rule of the API.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fatalError(message()) }
}
