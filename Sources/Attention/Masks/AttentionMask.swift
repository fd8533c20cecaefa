import TensorCore

/// Which keys each query may see, and what is added to their scores.
///
/// Query `i` of `Sq` stands beside key `i + shift`; the ``Alignment`` fixes the shift. Every mask is a value that knows no
/// lengths until ``bound(batch:heads:queries:keys:)`` meets them, and no mask but the dense ones takes memory of order
/// `Sq · Skv`. Masks combine by ``intersection(_:)``: a key is seen that all of them keep, and biases add up.
///
/// A row that sees no key has output 0, log-sum-exp −∞ and no gradient.
public struct AttentionMask: Sendable, Equatable {
  /// Where the diagonal of a mask runs when there are not as many queries as keys.
  public enum Alignment: String, Sendable, Codable, CaseIterable {
    /// Query 0 stands beside key 0: shift 0.
    case topLeft
    /// The last query stands beside the last key: shift `Skv − Sq`, as decoding and chunked prefill need.
    case bottomRight

    /// The key that query 0 stands beside.
    @inlinable
    public func shift(queries: Int, keys: Int) -> Int {
      self == .topLeft ? 0 : keys - queries
    }
  }

  /// One condition or bias; a mask is the intersection of its parts.
  enum Part: Sendable, Equatable {
    /// Keeps `−right ≤ i + shift − j ≤ left`; `nil` has no bound.
    case window(left: Int?, right: Int?, Alignment)
    case prefix(Int, Alignment)
    case keyPadding([Int])
    case packed(queryOffsets: [Int], keyOffsets: [Int], causal: Alignment?)
    case columnIntervals(start: [Int], end: [Int])
    case blocks(BlockPattern)
    case boolean(Tensor<Float>)
    case additive(Tensor<Float>)
    case distance(slopes: [Float], Alignment)
    case relative(Tensor<Float>, Alignment)
  }

  var parts: [Part]
  /// How tiles of causal and window masks and of distances are made; all forms give the same bits.
  public private(set) var generator = MaskGenerator(.computed)

  private init(_ part: Part) { parts = [part] }
  private init() { parts = [] }

  /// Every query sees every key.
  public static let none = AttentionMask()

  /// Keeps `j ≤ i + shift`: no query sees a later key.
  public static func causal(alignment: Alignment) -> AttentionMask {
    .init(.window(left: nil, right: 0, alignment))
  }

  /// Keeps `−right ≤ i + shift − j ≤ left`: `left` earlier keys, the key beside the query, and `right` later ones.
  ///
  /// - Parameters:
  ///   - left: how far back a query sees, at least 0; `nil` for all.
  ///   - right: how far ahead, at least 0; `nil` for all.
  public static func window(left: Int?, right: Int?, alignment: Alignment) -> AttentionMask {
    require(
      (left ?? 0) >= 0 && (right ?? 0) >= 0,
      "AttentionMask.window: left and right must be 0 or more, or nil for no bound, got \(describe(left)) and \(describe(right))"
    )
    return .init(.window(left: left, right: right, alignment))
  }

  /// Keeps `j < count`, and `j ≤ i + shift` after that: a prefix that all see, and a causal rest.
  public static func prefix(_ count: Int, alignment: Alignment) -> AttentionMask {
    require(count >= 0, "AttentionMask.prefix: the prefix must have 0 keys or more, got \(count)")
    return .init(.prefix(count, alignment))
  }

  /// Keeps `j < lengths[b]` in sequence `b`.
  ///
  /// What stands in the rows after the length is not read as long as it is a number; NaN there can reach the output.
  public static func keyPadding(lengths: [Int]) -> AttentionMask { .init(.keyPadding(lengths)) }

  /// Keeps the keys of the query's own document, where documents stand one after the other.
  ///
  /// - Parameters:
  ///   - queryOffsets: the first query of each document, and the number of queries at the end: `[0, 5, 9]` for documents
  ///     of 5 and 4 queries.
  ///   - keyOffsets: the same for keys; as many.
  ///   - causal: the alignment of a causal mask inside each document, or `nil` for none.
  public static func packed(
    queryOffsets: [Int], keyOffsets: [Int], causal: Alignment? = nil
  ) -> AttentionMask {
    .init(.packed(queryOffsets: queryOffsets, keyOffsets: keyOffsets, causal: causal))
  }

  /// Keeps `start[j] ≤ i < end[j]`: each key says which queries see it (documents, shared prefixes, evicted keys).
  public static func columnIntervals(start: [Int], end: [Int]) -> AttentionMask {
    .init(.columnIntervals(start: start, end: end))
  }

  /// Keeps the pairs of the blocks that a pattern lists.
  public static func blockSparse(_ pattern: BlockPattern) -> AttentionMask {
    .init(.blocks(pattern))
  }

  /// Keeps the pairs where `kept` is not 0; `[Sq, Skv]`, or `[B or 1, H or 1, Sq, Skv]`.
  public static func boolean(_ kept: Tensor<Float>) -> AttentionMask { .init(.boolean(kept)) }

  /// Adds `bias` to the scaled scores, −∞ where a key is not seen; `[Sq, Skv]`, or `[B or 1, H or 1, Sq, Skv]`.
  ///
  /// Any finite bias will do: a query for which all keys have the lowest number as bias gets the mean of their values.
  public static func additive(_ bias: Tensor<Float>) -> AttentionMask { .init(.additive(bias)) }

  /// Adds `−slopes[h] · |i + shift − j|` to the scaled scores (Press et al. 2022, "ALiBi").
  ///
  /// - Parameter slopes: one a query head.
  public static func alibi(slopes: [Float], alignment: Alignment) -> AttentionMask {
    require(
      slopes.allSatisfy(\.isFinite),
      "AttentionMask.alibi: slopes must be finite, got \(slopes)")
    return .init(.distance(slopes: slopes, alignment))
  }

  /// ``alibi(slopes:alignment:)`` with the slopes of the paper, `2^(−8 (h + 1) / heads)`.
  public static func alibi(heads: Int, alignment: Alignment) -> AttentionMask {
    alibi(
      slopes: (0..<heads).map { Float.exp2(-8 * Float($0 + 1) / Float(heads)) },
      alignment: alignment)
  }

  /// Adds `table[h, R + x]`, with `x = i + shift − j` clamped to `−R...R`: any bias or mask that depends on the distance alone.
  ///
  /// A learned relative bias, a dilated window (−∞ where nothing is seen), a decay. `table` is `[H or 1, 2R + 1]`.
  public static func relative(_ table: Tensor<Float>, alignment: Alignment) -> AttentionMask {
    require(
      table.rank == 2 && table.shape[1] % 2 == 1,
      "AttentionMask.relative: the table must be [heads or 1, 2R + 1] for distances -R...R, got \(table.shape)"
    )
    require(
      table.scalars.allSatisfy { $0 < .infinity },
      "AttentionMask.relative: a bias must be a number or -infinity, got \(table.scalars.first { !($0 < .infinity) } ?? 0)"
    )
    return .init(.relative(table, alignment))
  }

  /// The mask that keeps what both keep, and adds the biases of both. The generator form is this one's.
  public func intersection(_ other: AttentionMask) -> AttentionMask {
    var result = self
    result.parts += other.parts
    return result
  }

  /// The same mask, with tiles made by `form`. What the generator keeps is made here, once for all calls.
  public func generated(by form: MaskGenerator.Form) -> AttentionMask {
    var result = self
    result.generator = MaskGenerator(form, distances: hasDistances)
    return result
  }

  /// Whether some part is a mask of distances.
  var hasDistances: Bool {
    parts.contains { if case .distance = $0 { true } else { false } }
  }

  private static func describe(_ bound: Int?) -> String { bound.map(String.init) ?? "nil" }
}
