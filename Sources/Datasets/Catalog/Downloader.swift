import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// What brings the bytes of an address into a file.
public struct Downloader: Sendable {
  /// Writes the bytes at `address` to the new file at `path`; returns why it could not, or `nil` if it could.
  public var download: @Sendable (_ address: String, _ path: String) -> String?

  /// A downloader of one's own, for mirrors and tests.
  public init(_ download: @escaping @Sendable (_ address: String, _ path: String) -> String?) {
    self.download = download
  }

  /// Downloads with Foundation; an answer other than 200 is a failure, silence of 60 seconds too.
  public static let system = Downloader { address, path in
    guard let url = URL(string: address) else { return "\"\(address)\" is not an address" }
    let outcome = Mutex<String?>(nil)
    let finished = DispatchSemaphore(value: 0)
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = 60
    let session = URLSession(configuration: configuration)
    defer { session.finishTasksAndInvalidate() }
    let task = session.downloadTask(with: url) { file, response, error in
      // The file is gone when this block ends, so it is moved here.
      let reason = failure(file: file, response: response, error: error, path: path)
      outcome.withLock { $0 = reason }
      finished.signal()
    }
    task.resume()
    finished.wait()
    return outcome.withLock { $0 }
  }

  private static func failure(
    file: URL?, response: URLResponse?, error: (any Error)?, path: String
  ) -> String? {
    if let error { return error.localizedDescription }
    if let status = (response as? HTTPURLResponse)?.statusCode, status != 200 {
      return "the server answered with status \(status)"
    }
    guard let file else { return "the server sent nothing" }
    do { try FileManager.default.moveItem(at: file, to: URL(fileURLWithPath: path)) } catch {
      return "the download could not be moved into place: \(error.localizedDescription)"
    }
    return nil
  }
}
