/// How a table of text is laid out.
public struct CSVOptions: Sendable {
  /// Where the column names come from.
  public enum Header: Sendable, Equatable {
    /// The first line that is read.
    case firstLine
    /// There are none: columns are called `0`, `1`, ….
    case none
    /// These; the file has no line for them.
    case names([String])
  }

  /// Where the column names come from.
  public var header: Header
  /// What stands between two fields: one ASCII character that cannot be part of a number.
  public var separator: Character
  /// How many lines at the start are not part of the table.
  public var skippedLines: Int
  /// Whether spaces and tabs around a field are left out.
  public var trimsSpaces: Bool
  /// Whether a line without any character is passed over; if not, it is a row of one empty field.
  public var skipsBlankLines: Bool
  /// What stands for a missing value.
  public var missingMarkers: Set<String>
  /// How the letters are written as bytes.
  public var encoding = TextEncoding.auto
  /// How numbers are written.
  public var numbers = NumberNotation()
  /// What stands before an option's name in messages, such as `data.csv.` where a configuration holds the options.
  public var optionPrefix = ""

  /// A layout; the defaults are a comma, one header line, trimmed fields, and empty fields for missing values.
  public init(
    header: Header = .firstLine, separator: Character = ",", skippedLines: Int = 0,
    trimsSpaces: Bool = true, skipsBlankLines: Bool = true, missingMarkers: Set<String> = [""]
  ) {
    self.header = header
    self.separator = separator
    self.skippedLines = skippedLines
    self.trimsSpaces = trimsSpaces
    self.skipsBlankLines = skipsBlankLines
    self.missingMarkers = missingMarkers
  }
}
