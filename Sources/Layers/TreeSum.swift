import Synchronization
import TensorCore

/// The sum of gradients in the order of a binary tree: neighbours first.
public func treeSum<Model: Parameterized>(_ gradients: [Model.Gradient]) -> Model.Gradient {
  require(!gradients.isEmpty, "treeSum: wants at least one gradient")
  var level = gradients
  while level.count > 1 {
    var next: [Model.Gradient] = []
    for pair in stride(from: 0, to: level.count, by: 2) {
      var sum = level[pair]
      if pair + 1 < level.count { sum += level[pair + 1] }
      next.append(sum)
    }
    level = next
  }
  return level[0]
}

/// The sum of ``treeSum(_:)``, bit for bit, of gradients that arrive one by one in any order and from any thread.
///
/// Two neighbours are added as soon as both are there, so that about the logarithm of their number is alive at once
/// rather than all of them: what a step over shards holds in memory.
public final class GradientTree<Model: Parameterized>: Sendable {
  private struct Place: Hashable {
    let level, index: Int
  }

  private let count: Int
  private let partial = Mutex<(waiting: [Place: Model.Gradient], total: Model.Gradient?)>(
    ([:], nil))

  /// A tree for `count` gradients, at least one.
  public init(count: Int) {
    require(count >= 1, "GradientTree: wants at least one gradient, got \(count)")
    self.count = count
  }

  /// Takes gradient `index` of `0..<count`; each is given once.
  public func insert(_ gradient: consuming Model.Gradient, at index: Int) {
    require(
      (0..<count).contains(index), "GradientTree.insert: index \(index) is outside 0..<\(count)")
    var (sum, place, nodes) = (gradient, Place(level: 0, index: index), count)
    while nodes > 1 {
      let neighbour = Place(level: place.level, index: place.index ^ 1)
      if neighbour.index < nodes {
        let (mine, at) = (sum, place)
        let other = partial.withLock { partial -> Model.Gradient? in
          if let other = partial.waiting.removeValue(forKey: neighbour) { return other }
          partial.waiting[at] = mine
          return nil
        }
        guard let other else { return }
        // The left one is what is added to: the order of treeSum.
        if place.index & 1 == 0 {
          sum += other
        } else {
          var left = other
          left += sum
          sum = left
        }
      }
      place = Place(level: place.level + 1, index: place.index / 2)
      nodes = (nodes + 1) / 2
    }
    let total = sum
    partial.withLock { $0.total = total }
  }

  /// The sum, once all have been given; it is taken out.
  public func take() -> Model.Gradient {
    let total = partial.withLock { partial -> Model.Gradient? in
      defer { partial.total = nil }
      return partial.total
    }
    guard let total else { halt("GradientTree.take: wants all \(count) gradients first") }
    return total
  }
}
