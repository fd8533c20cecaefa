import Foundation
import Storage

/// What `fetch` did about one file.
public struct FetchedFile: Sendable, Hashable, Codable {
  /// What was done.
  public enum Outcome: String, Sendable, Hashable, Codable {
    /// It was downloaded and verified.
    case fetched
    /// It was there and is sound.
    case present
    /// It is optional and could not be had; ``FetchedFile/message`` says why and what to do.
    case skipped
  }

  /// The file's name.
  public var file: String
  /// Where it is, or would be.
  public var path: String
  /// What was done.
  public var outcome: Outcome
  /// Why it was skipped; empty otherwise.
  public var message: String
}

extension DatasetCatalog {
  /// Downloads the files of a data set that are not there, verifies size and digest, and puts each in place whole.
  ///
  /// A file that is there is verified and kept; one that differs is not overwritten.
  ///
  /// - Parameters:
  ///   - name: the data set.
  ///   - directory: the data folder; the files go to `<directory>/<name>/`, which is made.
  ///   - downloader: what brings an address's bytes into a file.
  ///   - report: called with a line before each download.
  /// - Returns: what was done about each file, in the record's order.
  /// - Throws: ``DatasetError/unreachable(file:address:reason:folder:bytes:digest:)`` where there is no network, with the
  ///   folder to put the file in by hand; ``DatasetError/digestMismatch(path:measure:expected:found:)``;
  ///   ``DatasetError/unexpected(path:at:expected:found:advice:)`` for generated data sets;
  ///   ``DatasetError/storage(_:)`` if the folder cannot be written.
  public static func fetch(
    _ name: String, into directory: String, with downloader: Downloader = .system,
    report: (String) -> Void = { _ in }
  ) throws(DatasetError) -> [FetchedFile] {
    let record = try record(name)
    guard !record.isSynthetic else {
      throw .unexpected(
        path: "data", at: name, expected: "a data set with files", found: "a generated one",
        advice: "it needs no download; `tessera data make \(name)` writes it out")
    }
    guard !record.isMade else {
      throw .unexpected(
        path: "data", at: name, expected: "a data set with public addresses",
        found: "one that is made here", advice: "`tessera data make \(name)` writes its files")
    }
    let folder = "\(directory)/\(name)"
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .storage(
        .unwritable(
          path: folder, at: "create folder", expected: "a folder to write to",
          found: error.localizedDescription))
    }
    var results: [FetchedFile] = []
    for file in record.files {
      let path = "\(folder)/\(file.name)"
      var result = FetchedFile(file: file.name, path: path, outcome: .present, message: "")
      if DatasetFiles.exists(path) {
        try file.check(path)
      } else {
        do throws(DatasetError) {
          try download(file, to: path, in: folder, with: downloader, report: report)
          result.outcome = .fetched
        } catch {
          guard file.isOptional, error.isAbsence else { throw error }
          result.outcome = .skipped
          result.message = error.description
        }
      }
      results.append(result)
    }
    return results
  }

  private static func download(
    _ file: DatasetFile, to path: String, in folder: String, with downloader: Downloader,
    report: (String) -> Void
  ) throws(DatasetError) {
    switch file.origin {
    case .made:
      throw .byHand(
        file: file.name, instruction: "run `tessera data make` of its data set", folder: folder)
    case .byHand(let instruction):
      throw .byHand(file: file.name, instruction: instruction, folder: folder)
    case .address(let address):
      let size = file.bytes.map { " (\($0) bytes)" } ?? ""
      report("\(file.name)\(size) from \(address)")
      // Errors pass through here as values, since the file aside is written under Storage's rules.
      var failure: DatasetError?
      do throws(StorageError) {
        try AtomicFile.write(toPath: path) { (aside) throws(StorageError) in
          if let reason = downloader.download(address, aside) {
            failure = .unreachable(
              file: file.name, address: address, reason: reason, folder: folder,
              bytes: file.bytes, digest: file.digestDescription)
          } else {
            do throws(DatasetError) {
              try file.check(aside, reportedAs: address)
            } catch { failure = error }
          }
          if let failure {
            throw .unreadable(
              path: path, at: "download", expected: file.digestDescription,
              found: failure.description)
          }
        }
      } catch { throw failure ?? .storage(error) }
    }
  }
}

extension DatasetError {
  /// Whether a file could not be had, as against being wrong.
  var isAbsence: Bool {
    switch self {
    case .unreachable, .byHand: true
    default: false
    }
  }
}
