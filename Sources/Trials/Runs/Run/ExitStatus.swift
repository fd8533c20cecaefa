import Datasets
import Foundation
import Storage

/// The exit codes of the command line: 0 done, 1 failed, 2 bad usage or bad input, 128 and a signal's number (130, 143, …)
/// interrupted and saved.
public enum ExitStatus {
  /// The code of an error.
  public static func code(for error: any Error) -> Int32 {
    switch error {
    case RunError.interrupted(let signal): return 128 + signal
    case let error as AdvisedError: return code(for: error.base)
    case RunError.notARun, RunError.unreadable: return 2
    case is ConfigError, is TableError, is UsageError: return 2
    case let error as StorageError:
      if case .unwritable = error { return 1 }
      return 2
    case NotebookError.unreadable, NotebookError.noPackage: return 2
    case DatasetError.storage(let error): return code(for: error)
    case DatasetError.unreachable: return 1
    case is DatasetError: return 2
    case MakerError.interrupted(let signal): return 128 + signal
    case MakerError.failed(_, let status): return status == 2 ? 2 : 1
    case MakerError.noScripts, MakerError.wrongPython: return 2
    default: return 1
    }
  }

  /// One message for a person at a terminal.
  public static func message(for error: any Error) -> String {
    switch error {
    case let error as any CustomStringConvertible & Error: return error.description
    default: return error.localizedDescription
    }
  }
}

/// A word on the command line that cannot be meant.
public struct UsageError: Error, Sendable, CustomStringConvertible {
  /// Where, what was expected, what came and what to do.
  public let description: String

  /// Makes an error with its message.
  public init(_ description: String) { self.description = description }
}
