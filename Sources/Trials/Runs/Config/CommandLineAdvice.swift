import Settings

/// What an error about a value may have to do with how the value was typed.
public enum CommandLineAdvice {
  /// `error`, with advice if its message names a text that was typed with commas, which made a sweep of it, or with characters
  /// that are not seen for what they are.
  public static func added(to error: any Error, of configs: [ResolvedConfig]) -> any Error {
    guard ExitStatus.code(for: error) == 2 else { return error }
    let message = ExitStatus.message(for: error)
    for setting in configs.flatMap(\.settings) {
      guard setting.kind == .string, case .string(let value) = setting.value, !value.isEmpty,
        message.contains(value), case .commandLine(let argument) = setting.origin,
        let text = KeyValue(argument)?.value
      else { continue }
      let count = OverrideText.split(text).count
      if count > 1 {
        return AdvisedError(
          error,
          "a comma separates the values of a sweep, so `\(argument)` stands for \(count) runs; for one value with a comma, write "
            + "quotes within those of the shell: '\(setting.key)=\"\(text)\"'")
      }
      if let note = PastedText.note(on: value) { return AdvisedError(error, note) }
    }
    return error
  }
}

/// An error with a further sentence.
struct AdvisedError: Error, CustomStringConvertible {
  let base: any Error
  let advice: String

  init(_ base: any Error, _ advice: String) {
    self.base = base
    self.advice = advice
  }

  var description: String { ExitStatus.message(for: base) + "; " + advice }
}
