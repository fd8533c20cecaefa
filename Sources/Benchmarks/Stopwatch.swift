/// Times calls, short ones in groups.
enum Stopwatch {
  /// A group of calls lasts at least so long, so that the clock's grain does not matter.
  static let floor = 0.02

  /// How many calls of `body` make a group; runs it at least once, which also warms caches and pools.
  static func groupSize(_ body: () throws -> Void) rethrows -> Int {
    var first = try seconds(1, body)
    // The first call also pays for page faults, so a second one sizes the group.
    if first < floor { first = try seconds(1, body) }
    return Int(min(max((floor / max(first, 1e-8)).rounded(), 1), 100_000))
  }

  /// Seconds a call, from `count` calls in a row.
  static func seconds(_ count: Int, _ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    for _ in 0..<count { try body() }
    let (whole, atto) = (clock.now - start).components
    return (Double(whole) + Double(atto) * 1e-18) / Double(count)
  }

  /// The middle one, or the mean of the two middle ones.
  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
