import RealModule
import Storage
import TensorCore

/// Power, size and cost of permutation tests of independence, and the bias of the sliced estimator on independent data
/// (spec §8.5; the protocol is our own).
///
/// One step of the run is one cell of the grid, so that a stopped study goes on where it was. Seconds are processor time, and
/// the only numbers that differ from one run to the next.
public struct IndependenceExperiment: Experiment {
  /// The name in configs.
  public static let name = "independence"
  /// For listings.
  public static let summary =
    "power, size and cost of permutation tests of independence, and bias on independent data"

  let configuration: IndependenceConfiguration
  let cells: [IndependenceCell]
  private let random: Philox
  /// The numbers of each finished cell, by its label.
  private(set) var found: [String: [Double]] = [:]

  /// Lays out the grid.
  public init(configuration: IndependenceConfiguration, environment: RunEnvironment) throws {
    self.configuration = configuration
    cells = IndependenceCell.all(of: configuration)
    random = Philox(seed: UInt64(configuration.seed)).stream("independence")
  }

  /// The cells.
  public var stepCount: Int { cells.count }

  /// One cell.
  public mutating func advance(step: Int, log: inout StepLog) throws {
    let cell = cells[step]
    let values = try cell.measure(configuration, using: random)
    found[cell.label] = values
    for (name, value) in zip(cell.names(configuration), values) { log[name] = value }
  }

  /// The numbers of the finished cells.
  public func checkpoint() throws -> Checkpoint {
    var checkpoint = Checkpoint()
    for (label, values) in found { checkpoint.set(label, StoredArray(values)) }
    return checkpoint
  }

  /// Continues from a saved state.
  public mutating func restore(_ checkpoint: Checkpoint) throws {
    found = checkpoint.tensors.mapValues { $0.values() }
  }

  /// Every number under its cell, `linear.d1.n200.power/distance`, and what pools cells: the size of each statistic over all
  /// independent cells with its 95 % interval, `size.distance`, and seconds per test by rows, `seconds.distance.n200`.
  public mutating func finish(_ monitor: RunMonitor) throws -> RunResult {
    var result = RunResult(
      experiment: Self.name, method: "permutation tests", protocolName: "own",
      dataset: "generated", seed: configuration.seed,
      notes: [
        "held-out statistics learn on a random half of the rows; T is permuted in the other half, functions fixed",
        "seconds are processor time of one thread, with \(configuration.permutations) permutations",
      ])
    for cell in cells {
      for (name, value) in zip(cell.names(configuration), found[cell.label]!) {
        result.scalars["\(cell.label).\(name)"] = value
      }
    }
    for statistic in configuration.statistics {
      let tests = powerCells { $0 == .independent }
      let rejected = tests.reduce(0) {
        $0 + $1.replications * result.scalars["\($1.label).power/\(statistic.rawValue)"]!
      }
      let count = tests.reduce(0) { $0 + $1.replications }
      if count > 0 {
        result.scalars["size.\(statistic.rawValue)"] = rejected / count
        result.intervals["size.\(statistic.rawValue)"] = Self.wilson(rejected / count, of: count)
      }
      for rows in configuration.rows {
        let cells = powerCells { _ in true }.filter { $0.rows == rows }
        let total = cells.reduce(0) {
          $0 + result.scalars["\($1.label).seconds/\(statistic.rawValue)"]!
        }
        result.scalars["seconds.\(statistic.rawValue).n\(rows)"] = total / Double(cells.count)
      }
    }
    return result
  }

  private func powerCells(_ wanted: (IndependenceFamily) -> Bool)
    -> [(label: String, rows: Int, replications: Double)]
  {
    cells.compactMap { cell in
      guard case .power(let family, _, let rows, let replications) = cell, wanted(family) else {
        return nil
      }
      return (cell.label, rows, Double(replications))
    }
  }

  /// Wilson's 95 % interval of a share of `count`.
  static func wilson(_ share: Double, of count: Double) -> Interval {
    let square = 1.96 * 1.96
    let centre = (share + square / (2 * count)) / (1 + square / count)
    let half =
      1.96 * (share * (1 - share) / count + square / (4 * count * count)).squareRoot()
      / (1 + square / count)
    return Interval(low: max(0, centre - half), high: min(1, centre + half))
  }
}
