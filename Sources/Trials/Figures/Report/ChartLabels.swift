import Foundation

/// A rectangle in pixels, `top` above `bottom` (smaller).
struct ChartBox {
  var left, top, right, bottom: Double

  init(left: Double, top: Double, right: Double, bottom: Double) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }

  init(around x: Double, _ y: Double, half: Double) {
    self.init(left: x - half, top: y - half, right: x + half, bottom: y + half)
  }

  var width: Double { right - left }
  var height: Double { bottom - top }

  /// The area that `self` and `other` share, in square pixels.
  func overlap(_ other: ChartBox) -> Double {
    let wide = min(right, other.right) - max(left, other.left)
    let high = min(bottom, other.bottom) - max(top, other.top)
    return wide > 0 && high > 0 ? wide * high : 0
  }
}

/// Finds a place for each label near its point, on none of the other labels and, if it can, on no mark.
///
/// Each label has some hundred candidate places on rings around its point; the cheapest is taken in turn, and the turns
/// are repeated until nothing moves. The order is fixed: the same chart always looks the same.
struct LabelPlacement {
  struct Label {
    var text: String
    var x, y: Double
  }

  struct Place {
    var box: ChartBox
    /// From the point to the label, where the label stands too far off to be taken for the point's own.
    var leader: (fromX: Double, fromY: Double, toX: Double, toY: Double)?
  }

  let labels: [Label]
  let obstacles: [ChartBox]
  let inside: ChartBox

  private static let rings = [13.0, 17, 23, 32, 44, 58, 74]

  func places() -> [Place] {
    let candidates = labels.map(candidatePlaces)
    var chosen = candidates.map { $0[0].box }
    for _ in 0..<8 {
      var moved = false
      for index in labels.indices {
        var best = (cost: Double.infinity, box: chosen[index])
        for candidate in candidates[index] {
          var cost = candidate.cost
          for other in labels.indices where other != index {
            cost += 40 * candidate.box.overlap(chosen[other])
          }
          if cost < best.cost { best = (cost, candidate.box) }
        }
        if best.box.left != chosen[index].left || best.box.top != chosen[index].top {
          moved = true
          chosen[index] = best.box
        }
      }
      if !moved { break }
    }
    return zip(labels, chosen).map { label, box in Place(box: box, leader: leader(label, box)) }
  }

  private func candidatePlaces(_ label: Label) -> [(box: ChartBox, cost: Double)] {
    let (width, height) = (textWidth(label.text, size: 12) + 4, 16.0)
    var found: [(box: ChartBox, cost: Double)] = []
    for ring in Self.rings {
      for step in 0..<16 {
        let angle = Double(step) * .pi / 8
        // The text's nearest point lies on the ring: to the right of the point it begins there, to the left it ends there.
        let (cx, cy) = (label.x + ring * cos(angle), label.y - ring * sin(angle))
        let left = cx - width * (1 - cos(angle)) / 2
        let top = cy - height * (1 + sin(angle)) / 2
        let box = ChartBox(left: left, top: top, right: left + width, bottom: top + height)
        var cost = ring * 1.5 + (1 - cos(angle)) * 2
        let reach = ChartBox(
          left: box.left - 3, top: box.top, right: box.right + 3, bottom: box.bottom)
        for obstacle in obstacles { cost += 6 * reach.overlap(obstacle) }
        cost += 20 * (box.width * box.height - box.overlap(inside))
        found.append((box, cost))
      }
    }
    return found
  }

  private func leader(_ label: Label, _ box: ChartBox)
    -> (fromX: Double, fromY: Double, toX: Double, toY: Double)?
  {
    let toX = min(max(label.x, box.left), box.right)
    let toY = min(max(label.y, box.top + 3), box.bottom - 3)
    let distance = hypot(toX - label.x, toY - label.y)
    guard distance > 18 else { return nil }
    let share = 7 / distance
    return (
      label.x + (toX - label.x) * share, label.y + (toY - label.y) * share, toX, toY
    )
  }
}
