import Foundation
import Storage

/// What a look at one file of a data set found.
public struct FileCheck: Sendable, Hashable, Codable {
  /// How the file stands to its record.
  public enum State: String, Sendable, Hashable, Codable {
    /// Size and digest are the recorded ones.
    case matches
    /// It is not there.
    case missing
    /// Its size or digest is another; ``FileCheck/message`` says which.
    case differs
    /// It cannot be read.
    case unreadable
  }

  /// The file's name.
  public var file: String
  /// Where it is, or would be.
  public var path: String
  /// How it stands to its record.
  public var state: State
  /// Whether the data set is complete without it.
  public var isOptional: Bool
  /// What is wrong and what to do; empty if nothing is.
  public var message: String

  /// Whether nothing is wrong: it matches, or it is optional and not there.
  public var isFine: Bool { state == .matches || (state == .missing && isOptional) }
}

extension DatasetCatalog {
  /// Compares size and digest of each file of a data set with the record.
  ///
  /// - Parameters:
  ///   - name: the data set.
  ///   - directories: where to look.
  /// - Returns: one check a file, in the record's order; none for a generated data set.
  /// - Throws: ``DatasetError/unknownDataset(name:suggestion:known:)``, or
  ///   ``DatasetError/notFound(dataset:files:searched:advice:)`` if no file is anywhere.
  public static func verify(
    _ name: String, in directories: [String]
  ) throws(DatasetError) -> [FileCheck] {
    let record = try record(name)
    if record.isSynthetic { return [] }
    let folder = try locate(name, in: directories)
    return record.files.map { file in
      let path = "\(folder)/\(file.name)"
      var check = FileCheck(
        file: file.name, path: path, state: .matches, isOptional: file.isOptional, message: "")
      guard DatasetFiles.exists(path) else {
        check.state = .missing
        check.message =
          file.isOptional ? "" : "expected \(path), found none; run `tessera data fetch \(name)`"
        return check
      }
      do throws(DatasetError) { try file.check(path) } catch {
        if case .digestMismatch = error {
          check.state = .differs
        } else {
          check.state = .unreadable
        }
        check.message = error.description
      }
      return check
    }
  }
}

extension DatasetFile {
  /// Compares the size and the digest of the file at `path` with the record, as far as they are known.
  ///
  /// - Throws: ``DatasetError/digestMismatch(path:measure:expected:found:)``, or ``DatasetError/storage(_:)`` if it cannot
  ///   be read. `reported` stands for the path in the message.
  func check(_ path: String, reportedAs reported: String? = nil) throws(DatasetError) {
    let reported = reported ?? path
    if let bytes {
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      let found = (attributes?[.size] as? NSNumber)?.intValue ?? -1
      guard found == bytes else {
        throw .digestMismatch(
          path: reported, measure: "size", expected: "\(bytes) bytes", found: "\(found) bytes")
      }
    }
    if let sha256 {
      let found = try wrappingStorage { () throws(StorageError) in try SHA256.hex(ofFile: path) }
      guard found == sha256 else {
        throw .digestMismatch(
          path: reported, measure: "SHA-256", expected: sha256, found: found)
      }
    } else if let gitBlob {
      let bytes = try wrappingStorage { () throws(StorageError) in try FileBytes.read(path) }
      let found = GitBlob.id(of: bytes)
      guard found == gitBlob else {
        throw .digestMismatch(
          path: reported, measure: "Git blob id", expected: gitBlob, found: found)
      }
    }
  }
}
