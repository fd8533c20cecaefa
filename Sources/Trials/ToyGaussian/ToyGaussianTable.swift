/// The true mutual information of the toy along the optimisation, by method (spec §8.4).
public struct ToyGaussianTable: Table {
  /// The name on the command line.
  public static let name = "toy-gaussian"
  /// For listings.
  public static let summary =
    "true mutual information of two Gaussian pairs at steps 0, 100, … of minimising each term"
  /// Wall time.
  public static let expectedTime =
    "8 minutes on one core (x86-64, AVX-512); --quick 1 minute"

  /// The stored output of the authors' notebook, by method and step.
  static let stored: [ToyGaussianMethod: [Int: Double]] = [
    .slice: [
      0: 1.573, 100: 0.929, 200: 0.480, 300: 0.195, 400: 0.053, 500: 0.011, 1400: 0.0015,
    ],
    .club: [0: 1.581, 100: 1.715, 400: 1.457, 1000: 1.378, 1400: 1.320],
  ]

  /// What the acceptance is about: from step 700 on the sliced term is below 0.02 nats, and CLUB is not.
  static func expected(_ method: ToyGaussianMethod, step: Int) -> (low: Double, high: Double)? {
    guard step >= 700 else { return nil }
    switch method {
    case .slice: return (0, 0.02)
    case .club: return (0.02, 3)
    default: return nil
    }
  }

  /// Three seeds per method; one in the quick form.
  public static func run(_ context: TableContext) throws -> TableResult {
    let seeds = context.quick ? [0] : [0, 1, 2]
    let methods = ToyGaussianMethod.allCases
    let results = try context.run(
      experiment: ToyGaussianExperiment.name,
      [
        "method=\(methods.map(\.rawValue).joined(separator: ","))",
        "seed=\(seeds.map(String.init).joined(separator: ","))",
      ])
    var rows: [TableRow] = []
    for method in methods {
      let own = results.filter { $0.method == method.label }
      var step = 0
      while own.allSatisfy({ $0.scalars["mutual information.\(step)"] != nil }) {
        rows.append(
          TableRow(
            row: method.label, column: "true MI at step \(step), nats",
            values: own.map { $0.scalars["mutual information.\(step)"]! },
            paper: stored[method]?[step], expected: expected(method, step: step),
            note: stored[method]?[step] == nil
              ? "" : "paper: stored output of the authors' notebook, one run"))
        step += ToyGaussianExperiment.stride.trace
      }
    }
    return TableResult(table: name, quick: context.quick, rows: rows)
  }
}
