import TensorCore

/// How the learning curves of one run share pictures.
///
/// Curves are grouped by the path of their names: `loss/total` goes to `loss`, `loss/divergence/what` to `loss/divergence`,
/// unless it were alone there. At most six share a picture, and where a group needs several pictures, or has values
/// below 0 that keep it from a logarithmic axis, curves of like sizes are together, so that the large ones do not press the
/// small ones flat.
struct CurveGroup {
  /// The path that the names have in common.
  var title: String
  /// The curves with what follows the path.
  var curves: [(label: String, curve: ReportRun.Curve)]

  private static let largestCount = 6
  /// Curves on one linear axis whose typical sizes differ by more are drawn apart.
  private static let widestRatio = 30.0

  /// The groups of curves, by the first part of the path.
  static func groups(of curves: [ReportRun.Curve]) -> [(family: String, groups: [CurveGroup])] {
    let paths = curves.map { $0.name.split(separator: "/").map(String.init) }
    var counts: [String: Int] = [:]
    for path in paths where path.count > 2 {
      counts[path.prefix(2).joined(separator: "/"), default: 0] += 1
    }
    var titles: [String] = []
    var groups: [String: CurveGroup] = [:]
    for (curve, path) in zip(curves, paths) {
      let deep = path.prefix(2).joined(separator: "/")
      let depth = path.count > 2 && counts[deep, default: 0] > 1 ? 2 : 1
      let title = path.prefix(depth).joined(separator: "/")
      let label = path.dropFirst(depth).joined(separator: "/")
      if groups[title] == nil { titles.append(title) }
      groups[title, default: CurveGroup(title: title, curves: [])].curves
        .append((label.isEmpty ? curve.name : label, curve))
    }
    let families = titles.map { $0.split(separator: "/").first.map(String.init) ?? $0 }
    return families.firstAppearances.map { family in
      (family, zip(titles, families).filter { $0.1 == family }.flatMap { groups[$0.0]!.parts })
    }
  }

  /// The group as one picture or several.
  private var parts: [CurveGroup] {
    let canBeLogarithmic = curves.allSatisfy { $0.curve.values.allSatisfy { !($0 <= 0) } }
    let sized = curves.map { (entry: $0, size: Self.size($0.curve)) }
      .sorted { $0.size != $1.size ? $0.size > $1.size : $0.entry.label < $1.entry.label }
    var levels: [[(entry: (label: String, curve: ReportRun.Curve), size: Double)]] = []
    for item in sized {
      if let last = levels.last?.last,
        canBeLogarithmic || item.size == 0 || last.size / item.size <= Self.widestRatio
      {
        levels[levels.count - 1].append(item)
      } else {
        levels.append([item])
      }
    }
    let parts = levels.flatMap { level in
      // As even as they go: seven are four and three, not six and one.
      Partition(of: level.count, atMost: Self.largestCount).map { level[$0].map(\.entry) }
    }
    return parts.map { part in
      CurveGroup(title: title, curves: part.sorted { $0.label < $1.label })
    }
  }

  /// The median of the magnitudes over the later half of the steps; 0 for a curve without a finite value.
  private static func size(_ curve: ReportRun.Curve) -> Double {
    let late = curve.values.suffix((curve.values.count + 1) / 2).filter(\.isFinite).map(abs)
      .sorted()
    return late.isEmpty ? 0 : late[late.count / 2]
  }
}
