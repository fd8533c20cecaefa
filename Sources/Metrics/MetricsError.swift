import Foundation

/// Why a figure cannot be had from these numbers.
public enum MetricsError: Error, Sendable, Equatable {
  /// A group has no row.
  case emptyGroup(metric: String, group: String, rowCount: Int)
  /// A rate has no denominator: the group has no row with this outcome.
  case undefinedRate(metric: String, group: String, missing: String)
  /// All values are the same.
  case constant(metric: String, argument: String, value: Double)
  /// Fewer rows than the figure needs.
  case tooFewRows(metric: String, expected: Int, found: Int)
  /// No values are left of which each has rows enough.
  case tooFewOfEach(metric: String, argument: String, found: String)
  /// A value is NaN or infinite.
  case notFinite(metric: String, argument: String, row: Int, value: Double)
  /// A box has a width or height below 0.
  case negativeSize(metric: String, argument: String, row: Int, value: Double)
}

extension MetricsError: CustomStringConvertible, LocalizedError {
  /// The message for a person at a terminal, on one line.
  public var description: String {
    switch self {
    case .emptyGroup(let metric, let group, let rowCount):
      "\(metric): group \(group): expected at least one of the \(rowCount) rows, found none; "
        + "choose other group bounds or leave the group out"
    case .undefinedRate(let metric, let group, let missing):
      "\(metric): group \(group): expected at least one \(missing) outcome, found none; choose "
        + "larger groups or report the other rates"
    case .constant(let metric, let argument, let value):
      "\(metric): \(argument): expected at least two values, found \(value) everywhere; the figure "
        + "is not defined for a constant"
    case .tooFewRows(let metric, let expected, let found):
      "\(metric): expected at least \(expected) rows, found \(found); give more rows"
    case .tooFewOfEach(let metric, let argument, let found):
      "\(metric): \(argument): expected at least two values with several rows each, found \(found); give "
        + "more rows, or join values that few rows have"
    case .notFinite(let metric, let argument, let row, let value):
      "\(metric): \(argument), row \(row + 1): expected a finite number, found \(value); look for "
        + "the step that made it"
    case .negativeSize(let metric, let argument, let row, let value):
      "\(metric): \(argument), row \(row + 1): expected a width and height of at least 0, found "
        + "\(value); give boxes as centre and size"
    }
  }

  /// The same as ``description``, for code that prints `localizedDescription`.
  public var errorDescription: String? { description }
}

/// Throws at the first value that is NaN or infinite.
func checkFinite(
  _ values: [Double], _ argument: String, in metric: String
) throws(MetricsError) {
  if let row = values.firstIndex(where: { !$0.isFinite }) {
    throw .notFinite(metric: metric, argument: argument, row: row, value: values[row])
  }
}
