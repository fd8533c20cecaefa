import Foundation
import Storage

/// What can be wrong with a data set: its files, its columns, its numbers, or the way to it.
///
/// Each case says where, what was expected, what came and what to do; ``description`` puts it on one line.
public enum DatasetError: Error, Sendable, Equatable {
  /// A file cannot be read or written, or breaks its format.
  case storage(StorageError)
  /// No data set has this name.
  case unknownDataset(name: String, suggestion: String?, known: [String])
  /// The data set's files are in none of the folders looked at.
  case notFound(dataset: String, files: [String], searched: [String], advice: String)
  /// A table has no column of this name.
  case unknownColumn(path: String, column: String, suggestion: String?, columns: [String])
  /// A column holds one value only, so that it cannot be standardised and says nothing.
  case constantColumn(path: String, column: String, value: Double, rows: String)
  /// A number is NaN or infinite; `row` names the line of the file or the row of the table.
  case notFinite(path: String, column: String, row: String, value: String)
  /// A column mixes numbers and text.
  case mixedColumn(path: String, column: String, row: String, text: String)
  /// Fewer rows than the task needs.
  case tooFewRows(path: String, expected: String, found: Int)
  /// The contents are not those of the data set, or a request does not fit the table.
  case unexpected(path: String, at: String, expected: String, found: String, advice: String)
  /// A file has another size or digest than the manifest states.
  case digestMismatch(path: String, measure: String, expected: String, found: String)
  /// A file cannot be downloaded; it can be put in place by hand.
  case unreachable(
    file: String, address: String, reason: String, folder: String, bytes: Int?, digest: String)
  /// A file is not offered at a public address; it has to be put in place by hand.
  case byHand(file: String, instruction: String, folder: String)
}

extension DatasetError: CustomStringConvertible, LocalizedError {
  /// The message for a person at a terminal, on one line.
  public var description: String {
    switch self {
    case .storage(let error):
      return error.description
    case .unknownDataset(let name, let suggestion, let known):
      let hint =
        suggestion.map { "did you mean \"\($0)\"?" }
        ?? "the data sets are \(known.joined(separator: ", "))"
      return "data: no data set is called \"\(name)\"; \(hint)"
    case .notFound(let dataset, let files, let searched, let advice):
      let folders = searched.isEmpty ? "no folder was given" : searched.joined(separator: ", ")
      let wanted = NameList.short(files)
      return "data: \(dataset): expected \(wanted), found none; looked in: "
        + "\(folders); \(advice)"
    case .unknownColumn(let path, let column, let suggestion, let columns):
      let hint =
        suggestion.map { "did you mean \"\($0)\"?" }
        ?? "the columns are \(columns.prefix(40).joined(separator: ", "))"
        + (columns.count > 40 ? ", …" : "")
      return "\(path): expected a column \"\(column)\", found none; \(hint)"
    case .constantColumn(let path, let column, let value, let rows):
      return "\(path): column \"\(column)\": expected at least two values in \(rows), found "
        + "\(value) everywhere; leave the column out or drop constant columns"
    case .notFinite(let path, let column, let row, let value):
      return "\(path): \(row), column \"\(column)\": expected a finite number, found \(value); "
        + "correct it or drop the row"
    case .mixedColumn(let path, let column, let row, let text):
      return "\(path): \(row), column \"\(column)\": expected a number as elsewhere in the column, "
        + "found \"\(text)\"; correct the field or name the column as text"
    case .tooFewRows(let path, let expected, let found):
      return "\(path): expected \(expected), found \(found); give more rows or another split"
    case .unexpected(let path, let at, let expected, let found, let advice):
      return "\(FileName.shown(path)): \(at): expected \(expected), found \(found); \(advice)"
    case .digestMismatch(let path, let measure, let expected, let found):
      return "\(path): \(measure): expected \(expected), found \(found); the file is damaged or of "
        + "another edition: delete a local copy and fetch it again"
    case .unreachable(let file, let address, let reason, let folder, let bytes, let digest):
      let size = bytes.map { "\($0) bytes, " } ?? ""
      return "data: \(file): expected to reach \(address), found: \(reason); where there is no "
        + "network, put the file (\(size)\(digest)) into \(folder)"
    case .byHand(let file, let instruction, let folder):
      return "data: \(file): expected a public address, found none; \(instruction), and put the "
        + "file into \(folder)"
    }
  }

  /// The same as ``description``, for code that prints `localizedDescription`.
  public var errorDescription: String? { description }
}

/// Runs `body` and wraps what ``Storage`` throws.
func wrappingStorage<Value>(
  _ body: () throws(StorageError) -> Value
) throws(DatasetError) -> Value {
  do throws(StorageError) { return try body() } catch { throw .storage(error) }
}
