import Foundation
import Synchronization

/// The one door through which text leaves the program: results to standard output, all else to standard error.
///
/// A result that is not taken is an error. A line for people that is not taken is let go: a run must outlive the terminal, the
/// pipe or the disk that its log goes to.
public enum StandardStream {
  private static let isStuck = Atomic<Bool>(false)

  /// Writes a result, and waits for its reader as long as that takes.
  ///
  /// - Throws: ``StreamError`` if standard output is closed, full, or its reader is gone.
  public static func print(_ text: String, terminator: String = "\n") throws(StreamError) {
    let bytes = Array((text + terminator).utf8)
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(STDOUT_FILENO, $0.baseAddress! + done, $0.count - done)
      }
      if count > 0 {
        done += count
      } else if count < 0 && errno == EAGAIN {
        _ = isWritable(STDOUT_FILENO, milliseconds: -1)
      } else if count == 0 || errno != EINTR {
        throw StreamError(code: count == 0 ? ENOSPC : errno)
      }
    }
  }

  /// Writes a line for people to standard error; one that is not taken within a second is let go, and until the reader is back
  /// further ones are not waited for.
  public static func note(_ text: String, terminator: String = "\n") {
    let bytes = Array((text + terminator).utf8)
    var done = 0
    while done < bytes.count {
      let patience: Int32 = isStuck.load(ordering: .relaxed) ? 0 : 1000
      guard isWritable(STDERR_FILENO, milliseconds: patience) else {
        return isStuck.store(true, ordering: .relaxed)
      }
      isStuck.store(false, ordering: .relaxed)
      // A pipe that can be written to has room for so many bytes.
      let piece = min(bytes.count - done, 4096)
      let count = bytes.withUnsafeBytes {
        write(STDERR_FILENO, $0.baseAddress! + done, piece)
      }
      if count > 0 {
        done += count
      } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
        return
      }
    }
  }

  /// Closes standard output: some file systems say only then that what was written had no room.
  ///
  /// - Throws: ``StreamError``.
  public static func closeOutput() throws(StreamError) {
    if close(STDOUT_FILENO) != 0 && errno != EBADF && errno != EINTR {
      throw StreamError(code: errno)
    }
  }

  private static func isWritable(_ descriptor: Int32, milliseconds: Int32) -> Bool {
    var question = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    let count = poll(&question, 1, milliseconds)
    // An interrupted wait is asked again by the caller's loop; a closed reader is an answer too.
    if count < 0 { return errno == EINTR }
    return count > 0 && question.revents & Int16(POLLERR | POLLNVAL | POLLHUP) == 0
  }
}

/// A result that standard output did not take.
public struct StreamError: Error, Sendable, CustomStringConvertible {
  /// The system's number of the reason.
  public let code: Int32
  /// Where the result is to be found all the same.
  public var advice = "mend where the output goes; the same command prints it again"

  /// Where, what was expected, what came, what to do.
  public var description: String {
    "standard output: expected all that is printed to be taken, found: "
      + "\(String(cString: strerror(code))); \(advice)"
  }
}
