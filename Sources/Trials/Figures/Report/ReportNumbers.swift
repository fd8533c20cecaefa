import Foundation

/// `value` with the digits that a table can use: three decimals for what is near 1, fewer above, a power of ten far below.
func numberText(_ value: Double) -> String {
  guard value.isFinite else { return value.isNaN ? "n/a" : value > 0 ? "∞" : "−∞" }
  let size = abs(value)
  if size > 0, size < 0.0005 || size >= 1e6 { return tickText(value) }
  return fixedText(value, decimals: size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3)
}

/// A mean and its standard error with the same number of decimals.
///
/// - Parameter scale: the error that sets the decimals, the largest of a column, so that a column lines up; nil for this
///   mean's own.
func numberTexts(_ seeds: MeanOfSeeds, scale: Double? = nil) -> (mean: String, error: String) {
  let (mean, error) = (seeds.mean, seeds.standardError)
  let scale = scale ?? error
  guard mean.isFinite, abs(mean) < 1000, abs(mean) >= 0.0005 || scale >= 0.0005 else {
    return (numberText(mean), numberText(error))
  }
  var decimals = abs(mean) >= 100 ? 1 : abs(mean) >= 10 ? 2 : 3
  while decimals < 5, scale > 1e-6, scale * pow(10, Double(decimals)) < 2 { decimals += 1 }
  return (fixedText(mean, decimals: decimals), fixedText(error, decimals: decimals))
}

/// The mean of an estimate over the seeds: values and ends of the intervals are averaged each for themselves.
struct MeanEstimate {
  /// The mean, or nil where no seed has the number.
  let estimate: Estimate?

  init(_ estimates: [Estimate?]) {
    let present = estimates.compactMap { $0 }
    estimate =
      present.isEmpty
      ? nil
      : Estimate(
        value: MeanOfSeeds(present.map(\.value)).mean, low: MeanOfSeeds(present.map(\.low)).mean,
        high: MeanOfSeeds(present.map(\.high)).mean)
  }

  var bar: BarChart.Bar? {
    estimate.map { BarChart.Bar(value: $0.value, low: $0.low, high: $0.high) }
  }

  /// `0.120 [0.090, 0.150]`.
  var told: String {
    guard let estimate else { return "—" }
    return
      "\(numberText(estimate.value)) [\(numberText(estimate.low)), \(numberText(estimate.high))]"
  }
}

/// One metric over the seeds of a variant, thinned to what a picture can show.
struct CurveSummary {
  private var x: [Double] = []
  private var mean: [Double] = []
  private var low: [Double] = []
  private var high: [Double] = []

  /// The mean, smallest and largest value of `curves` at each step; of more than `limit` steps, neighbours are drawn together:
  /// the mean of the means, the smallest and the largest of all, so that no peak of the range is lost.
  init(_ curves: [ReportRun.Curve], limit: Int = 200) {
    var values: [Int: [Double]] = [:]
    for curve in curves {
      for (step, value) in zip(curve.steps, curve.values) {
        values[step, default: []].append(value)
      }
    }
    let steps = values.keys.sorted()
    let width = max(1, (steps.count + limit - 1) / limit)
    for start in stride(from: 0, to: steps.count, by: width) {
      let bucket = steps[start..<min(start + width, steps.count)]
      let logged = bucket.flatMap { values[$0]! }
      x.append(MeanOfSeeds(bucket.map(Double.init)).mean)
      mean.append(logged.allSatisfy(\.isFinite) ? MeanOfSeeds(logged).mean : .nan)
      low.append(logged.filter(\.isFinite).min() ?? .nan)
      high.append(logged.filter(\.isFinite).max() ?? .nan)
    }
  }

  /// The summary as a curve of a chart, with the range of the seeds behind it if wanted.
  func line(_ name: String, style: ChartStyle, withRange: Bool) -> Chart.Line {
    Chart.Line(
      name, style: style, x: x, y: mean, low: withRange ? low : [], high: withRange ? high : [])
  }
}
