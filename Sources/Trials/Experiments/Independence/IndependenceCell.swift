import Infomin
import TensorCore

/// One cell of the study: many tests of one kind, or one point of a curve of null bias.
enum IndependenceCell: Hashable, Sendable {
  /// Every statistic, tested on replications of a family.
  case power(IndependenceFamily, columns: Int, rows: Int, replications: Int)
  /// Fits of the sliced estimator to independent data.
  case bias(slices: Int, rows: Int)

  /// The names of the numbers that it finds, in order.
  func names(_ configuration: IndependenceConfiguration) -> [String] {
    switch self {
    case .power:
      configuration.statistics.flatMap {
        ["power/\($0.rawValue)", "seconds/\($0.rawValue)", "statistic/\($0.rawValue)"]
      }
    case .bias:
      ["joint", "pair"].flatMap { ["\($0)/in-sample", "\($0)/held-out"] }
    }
  }

  /// The name of the cell in results.
  var label: String {
    switch self {
    case .power(let family, let columns, let rows, _): "\(family.rawValue).d\(columns).n\(rows)"
    case .bias(let slices, let rows): "bias.s\(slices).n\(rows)"
    }
  }

  /// All cells in the order of the run.
  static func all(of configuration: IndependenceConfiguration) -> [IndependenceCell] {
    var cells: [IndependenceCell] = []
    for family in configuration.families {
      for columns in configuration.dimensions {
        for (rows, replications) in zip(configuration.rows, configuration.replications) {
          cells.append(.power(family, columns: columns, rows: rows, replications: replications))
        }
      }
    }
    for slices in configuration.bias.slices {
      for rows in configuration.rows { cells.append(.bias(slices: slices, rows: rows)) }
    }
    return cells
  }

  /// The numbers of ``names(_:)``: of a power cell, for each statistic the share of rejections, processor seconds per test and
  /// the mean statistic; of a bias cell, the mean in-sample and held-out value of both forms.
  func measure(_ configuration: IndependenceConfiguration, using random: Philox) throws -> [Double]
  {
    let random = random.stream(label)
    switch self {
    case .power(let family, let columns, let rows, let replications):
      let tests = configuration.statistics.map { Self.test($0, configuration) }
      return try mean(over: replications) { index in
        let own = random.stream("replication", index)
        let (z, t) = family.sample(rows: rows, columns: columns, using: own.stream("sample"))
        var values: [Double] = []
        for (place, test) in tests.enumerated() {
          let start = ThreadClock.seconds
          let result = try test.run(z, t, using: own.stream("test", place))
          let seconds = ThreadClock.seconds - start
          values += [result.pValue <= configuration.level ? 1 : 0, seconds, result.statistic]
        }
        return values
      }
    case .bias(let slices, let rows):
      return try mean(over: configuration.bias.replications) { index in
        let own = random.stream("replication", index)
        let (z, t) = IndependenceFamily.independent.sample(
          rows: rows, columns: configuration.bias.dimension, using: own.stream("sample"))
        return try [SlicedDependence<Float>.Form.joint, .pair].flatMap { form in
          let fit = try SlicedDependence<Float>(sliceCount: slices, form: form, fitFraction: 0.5)
            .fit(z, t, using: own.stream("fit"))
          return [Double(fit.inSample), Double(fit.heldOut!)]
        }
      }
    }
  }

  private static func test(
    _ statistic: IndependenceStatistic, _ configuration: IndependenceConfiguration
  ) -> IndependenceTest {
    let kind: IndependenceTest.Statistic
    switch statistic {
    case .sliceJoint: kind = .sliced(count: configuration.slices, form: .joint)
    case .slicePair: kind = .sliced(count: configuration.slices, form: .pair)
    case .distance: kind = .distance
    case .pearson: kind = .pearson
    case .renyi: kind = .renyi()
    }
    return IndependenceTest(kind, permutations: configuration.permutations)
  }

  /// The mean of each number over replications, which run side by side and are added in order.
  private func mean(over count: Int, _ body: @Sendable (Int) throws -> [Double]) throws -> [Double]
  {
    let found = try parallelMap(over: count, throwing: body)
    var sums = found[0]
    for values in found.dropFirst() {
      for place in sums.indices { sums[place] += values[place] }
    }
    return sums.map { $0 / Double(count) }
  }
}
