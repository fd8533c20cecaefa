import TensorCore

/// The order of the axes of queries, keys and values.
public enum HeadLayout: String, Sendable, Codable, CaseIterable {
  /// `[batch, heads, tokens, width]`: the rows of one head stand side by side.
  case headsFirst
  /// `[batch, tokens, heads, width]`: the heads of one token stand side by side, as a projection leaves them.
  case tokensFirst

  /// The extents of an array in this layout.
  ///
  /// - Requires: `shape` has rank 4.
  public func extents(of shape: Shape) -> HeadExtents {
    require(
      shape.rank == 4,
      "Attention: an array must be \(self == .headsFirst ? "[batch, heads, tokens, width]" : "[batch, tokens, heads, width]"), got \(shape)"
    )
    switch self {
    case .headsFirst:
      return HeadExtents(
        batch: shape[0], heads: shape[1], tokens: shape[2], width: shape[3], layout: self)
    case .tokensFirst:
      return HeadExtents(
        batch: shape[0], heads: shape[2], tokens: shape[1], width: shape[3], layout: self)
    }
  }
}

/// The extents of an array of heads, and where its rows stand.
public struct HeadExtents: Sendable, Hashable {
  /// Sequences, heads, rows of a head, and elements of a row (D).
  public let batch, heads, tokens, width: Int
  /// The order of the axes.
  public let layout: HeadLayout

  /// The shape of the array.
  public var shape: Shape {
    switch layout {
    case .headsFirst: [batch, heads, tokens, width]
    case .tokensFirst: [batch, tokens, heads, width]
    }
  }

  /// The elements from the row of one token to the row of the next one of the same head.
  public var tokenStride: Int { layout == .headsFirst ? width : heads * width }

  /// The place of the first element of the first row of a head.
  public func offset(batch b: Int, head: Int) -> Int {
    switch layout {
    case .headsFirst: (b * heads + head) * tokens * width
    case .tokensFirst: (b * tokens * heads + head) * width
    }
  }
}
