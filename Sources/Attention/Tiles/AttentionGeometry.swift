import TensorCore

/// The extents of a call of attention, checked.
struct AttentionGeometry: Sendable {
  let queries, keys: HeadExtents
  /// Query heads that share a key head.
  let group: Int
  /// The factor of the scores.
  let scale: Float

  /// The largest width of a row.
  static let largestWidth = 256

  /// Checks the shapes of queries, keys and values of a call of `function`.
  ///
  /// - Requires: rank 4; keys and values of one shape; batch and width equal to the queries'; the number of query heads a
  ///   multiple of the number of key heads; a width in `1...256`.
  init(
    queries q: Shape, keys k: Shape, values v: Shape, options: AttentionOptions, function: String
  ) {
    queries = options.layout.extents(of: q)
    keys = options.layout.extents(of: k)
    require(k == v, "\(function): keys and values must have one shape, got \(k) and \(v)")
    require(
      queries.batch == keys.batch && queries.width == keys.width,
      "\(function): keys must have the batch \(queries.batch) and the width \(queries.width) of the queries \(q), got \(k) (layout \(options.layout))"
    )
    require(
      keys.heads > 0 ? queries.heads % keys.heads == 0 : queries.heads == 0,
      "\(function): the \(queries.heads) query heads must be a multiple of the \(keys.heads) key heads; got queries \(q), keys \(k) (layout \(options.layout))"
    )
    require(
      queries.width >= 1 && queries.width <= Self.largestWidth,
      "\(function): the width of a row must be in 1...\(Self.largestWidth), got \(queries.width); split wider heads"
    )
    group = keys.heads > 0 ? queries.heads / keys.heads : 1
    scale = options.scale ?? 1 / Float(queries.width).squareRoot()
    require(
      scale.isFinite, "\(function): the scale must be a finite number, got \(scale)")
  }

  var batch: Int { queries.batch }
  var width: Int { queries.width }
  /// The width of a row in packed form.
  var padded: Int { (width + 15) / 16 * 16 }
  /// The shape of the log-sum-exps.
  var rowShape: Shape { [batch, queries.heads, queries.tokens] }
  /// The heads of keys of all sequences.
  var keyHeadCount: Int { batch * keys.heads }

  /// The place of the first log-sum-exp of a head.
  func rowOffset(batch b: Int, head: Int) -> Int {
    (b * queries.heads + head) * queries.tokens
  }
}

/// The rows of all heads of an array, in whichever format they are stored.
struct HeadRows: @unchecked Sendable {
  enum Storage {
    case float(UnsafePointer<Float>)
    case half(UnsafePointer<UInt16>, HalfTensor.Format)
  }
  let extents: HeadExtents
  let storage: Storage

  init(_ extents: HeadExtents, _ elements: UnsafeBufferPointer<Float>) {
    self.extents = extents
    storage = .float(elements.baseAddress!)
  }

  init(_ extents: HeadExtents, _ elements: UnsafeBufferPointer<UInt16>, _ format: HalfTensor.Format)
  {
    self.extents = extents
    storage = .half(elements.baseAddress!, format)
  }

  /// The place of a row.
  @inline(__always)
  func offset(batch b: Int, head: Int, token: Int) -> Int {
    extents.offset(batch: b, head: head) + token * extents.tokenStride
  }
}

extension HeadRows {
  var isBFloat16: Bool {
    if case .half(_, .bfloat16) = storage { true } else { false }
  }
}

/// `ln 2`: what turns logarithms in base 2 into natural ones.
let ln2: Float = 0.693_147_181
