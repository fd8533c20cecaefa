import TensorCore

/// How the rows of a table are divided and whose moments standardise them.
public enum SplitProtocol: Sendable, Hashable {
  /// As the authors' notebooks do: rows in file order, the training block (fit and validation rows together) and the
  /// test block each standardised by its own mean and deviation.
  ///
  /// - Note: Neighbours in the file are alike (the census is ordered by state), and test rows know their own moments;
  ///   use it for parity alone.
  case official
  /// Rows in an order drawn from the seed; the moments of the fit rows standardise everything.
  case shuffled(seed: UInt64)
}

/// The numbers of rows to fit, to validate and to test on.
public struct SplitSizes: Sendable, Hashable {
  /// Rows to fit on.
  public var train: Int
  /// Rows that choose a model or a step size.
  public var validation: Int
  /// Rows that nothing but the final figures sees.
  public var test: Int

  /// Sizes as given.
  public init(train: Int, validation: Int, test: Int) {
    self.train = train
    self.validation = validation
    self.test = test
  }

  /// The sizes of the published experiments: 16,000, 4,000 and 2,500 rows.
  public static let published = SplitSizes(train: 16_000, validation: 4_000, test: 2_500)

  /// The published sizes where the table has that many rows, else those of ``proportional(rowCount:)``.
  public static func usual(rowCount: Int) -> SplitSizes {
    rowCount >= published.total ? published : proportional(rowCount: rowCount)
  }

  /// 64 % to fit, 16 % to validate, both rounded down, and the rest to test.
  public static func proportional(rowCount: Int) -> SplitSizes {
    let (train, validation) = (rowCount * 64 / 100, rowCount * 16 / 100)
    return SplitSizes(
      train: train, validation: validation, test: rowCount - train - validation)
  }

  /// All rows of the three parts.
  public var total: Int { train + validation + test }
}

/// Which rows of a table are for what.
public struct FairnessSplit: Sendable, Hashable {
  /// The rows to fit on.
  public var train: [Int]
  /// The rows that choose a model or a step size.
  public var validation: [Int]
  /// The rows for the final figures.
  public var test: [Int]

  /// Divides the rows of a table.
  ///
  /// - Parameters:
  ///   - rowCount: the rows of the table; the parts take the first `sizes.total` of them in the protocol's order.
  ///   - splitting: the order of the rows.
  ///   - sizes: by default ``SplitSizes/usual(rowCount:)``.
  ///   - source: the file, for the error.
  /// - Throws: ``DatasetError/tooFewRows(path:expected:found:)`` if a part would have fewer than 2 rows or the table has
  ///   fewer rows than the sizes ask for.
  public init(
    rowCount: Int, _ splitting: SplitProtocol, sizes: SplitSizes? = nil, source: String = "table"
  ) throws(DatasetError) {
    let sizes = sizes ?? .usual(rowCount: rowCount)
    guard sizes.train >= 2, sizes.validation >= 2, sizes.test >= 2 else {
      throw .tooFewRows(
        path: source, expected: "at least 2 rows each to fit, validate and test", found: rowCount)
    }
    guard rowCount >= sizes.total else {
      throw .tooFewRows(
        path: source, expected: "at least \(sizes.total) rows for the split", found: rowCount)
    }
    let order: [Int]
    switch splitting {
    case .official: order = Array(0..<rowCount)
    case .shuffled(let seed):
      var random = Philox(seed: seed).stream("split")
      order = random.permutation(rowCount)
    }
    let endOfFit = sizes.train
    let endOfTraining = endOfFit + sizes.validation
    train = Array(order[0..<endOfFit])
    validation = Array(order[endOfFit..<endOfTraining])
    test = Array(order[endOfTraining..<sizes.total])
  }
}
