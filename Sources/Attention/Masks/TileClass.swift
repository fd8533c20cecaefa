/// What a mask does to a tile of scores.
public enum TileClass: Sendable, Hashable {
  /// No query of the tile sees a key of it: nothing is loaded or multiplied.
  case empty
  /// Every query sees every key and nothing is added: the mask is not read.
  case full
  /// The mask is applied to the scores.
  case partial

  /// The class of the intersection: empty if one is, full if both are.
  @inlinable
  func combined(with other: TileClass) -> TileClass {
    if self == .empty || other == .empty { return .empty }
    return self == .full && other == .full ? .full : .partial
  }

  /// The class of a tile of `rows × columns` scores under `keep (a, b) iff low ≤ b − a < high`.
  ///
  /// `b − a` takes every value from `−(rows − 1)` to `columns − 1`, so that two comparisons decide. A causal mask has
  /// `high = delta + 1` and no `low`: empty iff `delta ≤ −rows`, full iff `delta ≥ columns − 1`.
  @inlinable
  static func band(rows: Int, columns: Int, low: Int, high: Int) -> TileClass {
    let first = -(rows - 1)
    let last = columns - 1
    if rows <= 0 || columns <= 0 || low >= high || last < low || first >= high { return .empty }
    return first >= low && last < high ? .full : .partial
  }
}
