import Settings

/// A number that moves linearly between two steps and stays put before and after: `first` until `from`, `last` from `to` on.
///
/// It is a function of the step alone, so that a resumed run needs no state of it.
public struct LinearSchedule: Sendable, Hashable, Codable {
  /// The last step with the first value.
  @Setting("last step with the first value") public var from = 0
  /// The first step with the last value.
  @Setting("first step with the last value") public var to = 0
  /// The value at the start.
  @Setting("the value at first", .ofGroup) public var first = 0.0
  /// The value at the end.
  @Setting("the value at the end", .ofGroup) public var last = 0.0

  /// A schedule of these parts; `from` is not after `to`.
  public init(from: Int, to: Int, first: Double, last: Double) {
    self.from = from
    self.to = to
    self.first = first
    self.last = last
  }

  /// A value that does not move.
  public init(constant: Double) { self.init(from: 0, to: 0, first: constant, last: constant) }

  /// The value of a step.
  public func value(at step: Int) -> Double {
    if step <= from { return first }
    if step >= to { return last }
    return first + (last - first) * Double(step - from) / Double(to - from)
  }
}
