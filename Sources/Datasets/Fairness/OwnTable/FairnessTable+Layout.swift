import Storage

/// What becomes of a word that a column has in two spellings, such as `<=50K` and `<=50K.`.
public enum Spellings: String, Sendable, Codable, CaseIterable {
  /// Stop with both and how often each stands in the column.
  case fail
  /// Take them as one word, spelled as it mostly is.
  case merge
  /// Take them as different words.
  case separate
}

extension FairnessTable {
  /// How a table of one's own is written, and what its words mean.
  public struct Layout: Sendable, Hashable {
    /// What stands between two fields; nil where the contents tell it: comma, semicolon, tab or vertical bar.
    public var separator: Character?
    /// How numbers are written; by default with a dot before the decimals and nothing between thousands.
    public var numbers: NumberNotation
    /// How letters are written; by default UTF-8, or UTF-16 where its mark begins the file.
    public var encoding: TextEncoding
    /// What stands for a missing value besides an empty field, in columns of numbers and of words alike.
    public var missingMarkers: [String]
    /// The value of the target that becomes 1, all others −1; nil where the target is a number or has two values, of which
    /// the later in order becomes 1.
    public var positive: String?
    /// What becomes of a word in two spellings.
    public var spellings: Spellings
    /// What stands before an option's name in messages, such as `data.csv.` where a configuration holds the options.
    public var optionPrefix: String

    /// A layout.
    public init(
      separator: Character? = nil, numbers: NumberNotation = NumberNotation(),
      encoding: TextEncoding = .auto,
      missingMarkers: [String] = FairnessTable.usualMissingMarkers, positive: String? = nil,
      spellings: Spellings = .fail, optionPrefix: String = ""
    ) {
      self.separator = separator
      self.numbers = numbers
      self.encoding = encoding
      self.missingMarkers = missingMarkers
      self.positive = positive
      self.spellings = spellings
      self.optionPrefix = optionPrefix
    }
  }

  /// What spreadsheets, databases, R, pandas, SAS and the UCI archive write for a missing value; an empty field always is one.
  ///
  /// `none`, `unknown` and `missing` are words like others. `None`, `-` and `.` may be meant as words now and then: where
  /// such a marker is met in a column of words, the table's notes say in how many rows.
  public static let usualMissingMarkers = [
    "?", "NA", "N/A", "n/a", "na", "N.A.", "n.a.", "#N/A", "#NA", "<NA>", "NaN", "nan", "NAN",
    "-NaN", "-nan", "NaT", "NULL", "Null", "null", "(null)", "<null>", "nil", "None", "\\N", "-",
    "--", "---", "–", "—", ".", "..", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!",
    "1.#QNAN", "-1.#IND",
  ]
}

extension FairnessTable.Layout {
  /// What adds a word to the missing markers, or keeps it from being one.
  func marker(adding word: String) -> String {
    optionPrefix.isEmpty
      ? "add it to missingMarkers" : "set '\(optionPrefix)missingMarkers=[usual, \"\(word)\"]'"
  }
  /// `data.csv.text=[age]`, as a command line takes it: names that a list would split are in quotes.
  func list(_ option: String, _ column: String) -> String {
    let isPlain = column.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-. ".unicodeScalars.contains($0)
    }
    return isPlain
      ? "\(optionPrefix)\(option)=[\(column)]" : "'\(optionPrefix)\(option)=[\"\(column)\"]'"
  }
}
