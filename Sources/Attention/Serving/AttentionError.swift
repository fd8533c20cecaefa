/// What can go wrong between attention and the world: memory, budgets and the files of a capacity tier.
///
/// Every case says where, what was expected, what came and what to do; nothing that was stored before is lost by any of
/// them. Wrong shapes are a programmer's mistake and end the program instead.
public enum AttentionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A sequence would grow beyond the capacity that its store was made with.
  case beyondCapacity(sequence: Int, length: Int, adding: Int, capacity: Int)
  /// The system, the budget or the capacity tier has no room for another block.
  case noRoom(place: String, bytes: Int, held: Int, limit: Int)
  /// The budget does not hold the weights, the activations and one layer of keys and values.
  case budgetTooSmall(budget: Int, needed: Int, layerBytes: Int)
  /// A file of the capacity tier cannot be made, read or written.
  case file(path: String, at: String, expected: String, found: String, advice: String)

  /// Where, what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .beyondCapacity(let sequence, let length, let adding, let capacity):
      "key-value store: sequence \(sequence): expected at most \(capacity) tokens, found \(length) and \(adding) more; "
        + "truncate it, or make the store with a larger capacity"
    case .noRoom(let place, let bytes, let held, let limit):
      "key-value store: \(place): expected room for another \(bytes) bytes, found \(held) of \(limit) in use; "
        + "remove or truncate sequences, or allow more"
    case .budgetTooSmall(let budget, let needed, let layerBytes):
      "tiered key-value store: expected a budget of at least \(needed) bytes (one layer of keys and values has "
        + "\(layerBytes)), found \(budget); raise the budget, or shorten the sequences"
    case .file(let path, let at, let expected, let found, let advice):
      "\(path): \(at): expected \(expected), found \(found); \(advice)"
    }
  }
}
