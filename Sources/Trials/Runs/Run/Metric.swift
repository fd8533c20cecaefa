/// A number of an experiment's results, as the experiment declares it: what reports, listings and tables know of it.
///
/// An id may hold `*`, which stands for any text: one declaration for a family of numbers, such as one per threshold. Each `*` of
/// the title and of the null is what the `*` at the same place of the id stands for.
///
/// ```swift
/// Metric("dependence.coded", title: "ρ* coded", better: .lower, family: "dependence", nulls: ["dependence.coded.null95"])
/// Metric("AP@*", title: "AP@*", better: .higher, role: .detail, family: "boxes")
/// ```
public struct Metric: Sendable, Hashable {
  /// Which of two values is the better one.
  public enum Direction: String, Sendable {
    /// The higher one.
    case higher
    /// The lower one.
    case lower
    /// Neither, or nobody says.
    case none
  }

  /// Where it is shown.
  public enum Role: Sendable {
    /// Where there is room for one number, such as in `tessera list`.
    case headline
    /// In the table of results.
    case main
    /// Among the numbers behind these.
    case detail
    /// Only beside the metric that it belongs to.
    case hidden
  }

  /// What a representation is to lose: a report draws what it keeps against it.
  public struct Loss: Sendable, Hashable {
    /// What is to be hidden, such as `the protected attribute`.
    public let hidden: String
    /// The two sides of the dependence, such as `Z and protected T`.
    public let sides: String
    /// The ids of what is to be kept; the first that the results have is drawn.
    public let beside: [String]

    /// Says what is lost.
    public init(of hidden: String, sides: String, beside: [String]) {
      self.hidden = hidden
      self.sides = sides
      self.beside = beside
    }
  }

  /// What a representation is to keep, in the words of a report.
  public struct Keep: Sendable, Hashable {
    /// The noun with its article, such as `an accuracy`.
    public let noun: String
    /// The name of the axis.
    public let axis: String
    /// What is true of good runs, up to what they hide: `predictions stay right and the representation hides`.
    public let success: String

    /// Says what is kept.
    public init(_ noun: String, axis: String, success: String) {
      self.noun = noun
      self.axis = axis
      self.success = success
    }
  }

  /// The name under which results hold it.
  public let id: String
  /// The name that people read.
  public let title: String
  /// Which of two values is the better one.
  public let better: Direction
  /// Where it is shown.
  public let role: Role
  /// Metrics of one family stand side by side, under this name; empty for none.
  public let family: String
  /// The ids of its 95 % quantile where there is nothing to find, such as under permutation; the first that results have counts.
  public let nulls: [String]
  /// Set for what a representation is to lose.
  public let loss: Loss?
  /// Set for what a representation is to keep.
  public let keep: Keep?
  /// For a number that was found in another way too: the way, and the id of the number that it is beside.
  public let way, base: String?

  /// Declares a metric.
  public init(
    _ id: String, title: String, better: Direction = .none, role: Role = .main,
    family: String = "", nulls: [String] = [], loss: Loss? = nil, keep: Keep? = nil
  ) {
    self.init(id, title, better, role, family, nulls, loss, keep, way: nil)
  }

  /// Declares that numbers are found in another way too: `pattern`, such as `means/*`, has the id of the other number for its `*`.
  public static func way(_ name: String, _ pattern: String) -> Metric {
    Metric(pattern, "*", .none, .detail, name, [], nil, nil, way: name)
  }

  private init(
    _ id: String, _ title: String, _ better: Direction, _ role: Role, _ family: String,
    _ nulls: [String], _ loss: Loss?, _ keep: Keep?, way: String?, base: String? = nil
  ) {
    self.id = id
    self.title = title
    self.better = better
    self.role = role
    self.family = family
    self.nulls = nulls
    self.loss = loss
    self.keep = keep
    self.way = way
    self.base = base
  }

  /// The metric that this pattern declares for `id`; `nil` where it does not match. `known` finds the number of another way.
  func matched(_ id: String, known: (String) -> Metric) -> Metric? {
    if self.id == id { return self }
    guard
      let texts = Self.texts(
        id, between: self.id.split(separator: "*", omittingEmptySubsequences: false))
    else { return nil }
    if let way {
      let base = known(texts[0])
      return Metric(
        id, base.title, base.better, .detail, family, [], nil, nil, way: way, base: texts[0])
    }
    func filled(_ pattern: String) -> String {
      let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
      return parts.enumerated().map { index, part in
        index == 0 ? String(part) : (index <= texts.count ? texts[index - 1] : "*") + part
      }.joined()
    }
    return Metric(
      id, filled(title), better, role, family, nulls.map(filled), loss, keep, way: nil)
  }

  /// What stands in `id` between the parts of a pattern, each at least one character; `nil` where they are not all there.
  private static func texts(_ id: String, between parts: [Substring]) -> [String]? {
    guard parts.count > 1, id.hasPrefix(parts[0]) else { return nil }
    var rest = id.dropFirst(parts[0].count)
    var texts: [String] = []
    for (index, part) in parts.enumerated().dropFirst() {
      if index == parts.count - 1 {
        guard rest.hasSuffix(part), rest.count > part.count else { return nil }
        texts.append(String(rest.dropLast(part.count)))
      } else {
        guard !part.isEmpty, let place = rest.dropFirst().firstRange(of: part) else { return nil }
        texts.append(String(rest[..<place.lowerBound]))
        rest = rest[place.upperBound...]
      }
    }
    return texts
  }
}

/// The metrics that an experiment declares, in its order.
public struct MetricList: Sendable {
  /// As declared.
  public let declared: [Metric]

  /// Those of an experiment.
  public init(_ declared: [Metric]) { self.declared = declared }

  /// The metric of this id; for one that is not declared its id in words, without a direction.
  public func metric(_ id: String) -> Metric { found(id).metric }

  /// Whether the id is one of those declared, or matches one of their patterns.
  public func isDeclared(_ id: String) -> Bool { found(id).place < declared.count }

  private func found(_ id: String) -> (place: Int, metric: Metric) {
    if let exact = declared.firstIndex(where: { $0.id == id }) { return (exact, declared[exact]) }
    for (index, metric) in declared.enumerated() {
      if let match = metric.matched(id, known: self.metric) { return (index, match) }
    }
    return (declared.count, Metric(id, title: id.spelledOut))
  }

  /// The metrics of these ids in the order of declaration, those of a family together; at the end, by name, what is not declared.
  public func metrics(of ids: some Sequence<String>) -> [Metric] {
    let metrics = ids.map { found($0) }
      .sorted { ($0.place, $0.metric.id) < ($1.place, $1.metric.id) }.map(\.metric)
    return metrics.map(\.family).firstAppearances.flatMap { family in
      metrics.filter { $0.family == family }
    }
  }

  /// The number to show where there is room for one; `nil` for a result without numbers.
  public func headline(of result: RunResult) -> (metric: Metric, value: Double)? {
    let metrics = metrics(of: result.scalars.keys)
    let first =
      metrics.first { $0.role == .headline } ?? metrics.first { $0.role == .main } ?? metrics.first
    return first.flatMap { metric in result.scalars[metric.id].map { (metric, $0) } }
  }
}

extension Metric {
  /// What ``DependenceMeasurement`` writes under `id`: the value, its values on other splits, its p value.
  static func measured(
    _ id: String, _ title: String, form: String, better: Direction, role: Role = .main,
    family: String, nulls: [String] = [], loss: Loss? = nil, keep: Keep? = nil
  ) -> [Metric] {
    [
      Metric(
        id, title: title, better: better, role: role, family: family,
        nulls: ["\(id).null95"] + nulls, loss: loss, keep: keep),
      Metric(
        "\(id).validation", title: "\(form) validation", better: better, role: .detail,
        family: family),
      Metric(
        "\(id).testTail", title: "\(form) test tail", better: better, role: .detail, family: family),
      Metric("\(id).pValue", title: "\(form) p value", role: .detail, family: family),
      Metric("\(id).null95", title: "\(form) null 95 %", role: .hidden, family: family),
    ]
  }

  /// The forms of the dependence of a representation on what it is to hide, and what earlier runs had.
  ///
  /// - Parameter beside: the ids of what is to be kept.
  static func dependences(
    of hidden: String, sides: String, beside: [String]
  ) -> [Metric] {
    let forms = [
      ("coded", "ρ* coded", "coded"), ("twoSided", "ρ* two-sided", "two-sided"),
      ("slice", "ρ* by slices", "slice"),
      ("representations", "ρ* of both codes", "representations"),
    ]
    let measured = forms.flatMap { key, title, form in
      Metric.measured(
        "dependence.\(key)", title, form: form, better: .lower,
        role: key == "coded" ? .headline : .main, family: "dependence",
        nulls: key == "coded" ? ["dependence.null95"] : [],
        loss: Loss(of: hidden, sides: sides, beside: beside))
    }
    return measured + [
      Metric("dependence.null95", title: "null 95 %", role: .hidden, family: "dependence")
    ]
  }
}
