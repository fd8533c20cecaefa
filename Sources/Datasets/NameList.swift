/// Names in a row of a message.
enum NameList {
  /// The names with commas; of more than sixteen, the first three and how many others there are.
  static func short(_ names: [String]) -> String {
    guard names.count > 16 else { return names.joined(separator: ", ") }
    return names.prefix(3).joined(separator: ", ") + " and \(names.count - 3) more"
  }
}
