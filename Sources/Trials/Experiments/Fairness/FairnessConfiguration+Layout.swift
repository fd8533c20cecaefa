import Datasets
import Storage

extension FairnessConfiguration.OwnTable {
  /// How the file is written.
  ///
  /// - Throws: ``ConfigError/invalid(key:place:expected:found:)`` for a separator that cannot be one, or two that are alike.
  var layout: FairnessTable.Layout {
    get throws {
      let grouping = try grouping
      try ConfigChecks.check(
        "data.csv.decimal", [".", ","].contains(decimal), "`.` or `,`", "\"\(decimal)\"")
      let numbers = NumberNotation(decimal: Character(decimal), grouping: grouping)
      try ConfigChecks.check(
        "data.csv.thousands", !numbers.isAmbiguous,
        "another character than data.csv.decimal, which is \"\(decimal)\"", "\"\(thousands)\"")
      return FairnessTable.Layout(
        separator: try separatorCharacter, numbers: numbers, encoding: encoding,
        missingMarkers: missingMarkers.flatMap {
          $0 == "usual" ? FairnessTable.usualMissingMarkers : [$0]
        }, positive: positive.isEmpty ? nil : positive,
        spellings: spellings, optionPrefix: "data.csv.")
    }
  }

  private var separatorCharacter: Character? {
    get throws {
      let words: [String: Character] = [
        "tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "pipe": "|",
        "colon": ":",
      ]
      if separator == "auto" { return nil }
      if let character = words[separator] { return character }
      let character = separator.count == 1 ? separator.first : nil
      let isUsable =
        character.map {
          $0.isASCII && !$0.isLetter && !$0.isNumber && !"\"'+-.\n\r".contains($0)
        } ?? false
      try ConfigChecks.check(
        "data.csv.separator", isUsable,
        "auto, or what stands between two fields: one character such as , ; | or a word (comma, semicolon, "
          + "tab, space, pipe)", "\"\(separator)\"")
      return character
    }
  }

  private var grouping: NumberNotation.Grouping {
    get throws {
      let words: [String: NumberNotation.Grouping] = [
        "none": .none, "comma": .comma, "dot": .dot, "apostrophe": .apostrophe, "space": .space,
        "underscore": .underscore, "’": .apostrophe,
      ]
      let grouping = words[thousands] ?? NumberNotation.Grouping(rawValue: thousands)
      guard let grouping, !thousands.isEmpty else {
        throw ConfigError.invalid(
          key: "data.csv.thousands", place: "",
          expected: "none, or what stands between thousands: , . _ space apostrophe",
          found: "\"\(thousands)\"")
      }
      return grouping
    }
  }
}
