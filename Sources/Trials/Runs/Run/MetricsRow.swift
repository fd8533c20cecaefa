import Storage

/// One line of `metrics.jsonl`: `{"step": 12, "time": 3.21, "values": {"loss/train": 0.5}}`.
public struct MetricsRow: Sendable, Equatable {
  /// The step, counted from 0.
  public let step: Int
  /// Seconds since the run began, without the pauses between its sessions.
  public let time: Double
  /// The logged values in the order in which they were logged; NaN and infinities are kept.
  public let values: [StepValue]

  /// One logged value.
  public struct StepValue: Sendable, Equatable {
    /// Its name, a path with `/`.
    public let name: String
    /// The value.
    public let value: Double
  }

  /// The row of a step.
  public init(_ log: StepLog, time: Double) {
    step = log.step
    self.time = time
    values = log.entries.map { StepValue(name: $0.name, value: $0.value) }
  }

  /// Reads a line; `nil` if it is something else.
  init?(_ json: JSONValue) {
    guard case .integer(let step)? = json["step"], let time = json["time"]?.doubleValue,
      case .object(let members)? = json["values"]
    else { return nil }
    var values: [StepValue] = []
    for member in members {
      guard let value = member.value.doubleValue else { return nil }
      values.append(StepValue(name: member.name, value: value))
    }
    self.step = step
    self.time = time
    self.values = values
  }

  /// The value of a name; `nil` if the step did not log it.
  public subscript(name: String) -> Double? { values.first { $0.name == name }?.value }

  /// The row as a line of JSON.
  var json: JSONValue {
    [
      "step": .integer(step), "time": .number((time * 1000).rounded() / 1000),
      "values": .object(values.map { .init($0.name, .number($0.value)) }),
    ]
  }
}
