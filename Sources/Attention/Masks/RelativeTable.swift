import CKernels
import TensorCore

/// A bias that depends on the distance alone, `t[clamp(i + shift − j)]`, one line per head or one for all.
struct RelativeTable: Sendable {
  /// The distances that the table tells apart: `−radius...radius`.
  let radius: Int
  let shift: Int
  private let lines: Int
  /// Biases times log₂e.
  private let values: [Float]
  /// Before each place of a line, how many places are −∞, and how many 0.
  private let blocked, neutral: [Int32]

  init(_ table: Tensor<Float>, shift: Int) {
    radius = table.shape[1] / 2
    lines = table.shape[0]
    self.shift = shift
    values = table.scalars.map { BaseTwo.bias($0) }
    blocked = Self.counts(table) { $0 == -.infinity }
    neutral = Self.counts(table) { $0 == 0 }
  }

  /// For each line, how many places before each place fulfil `holds`.
  private static func counts(_ table: Tensor<Float>, _ holds: (Float) -> Bool) -> [Int32] {
    let width = table.shape[1]
    let scalars = table.scalars
    return (0..<table.shape[0]).flatMap { line in
      scalars[line * width..<(line + 1) * width].reduce(into: [Int32(0)]) {
        $0.append($0.last! + (holds($1) ? 1 : 0))
      }
    }
  }

  /// The bytes of the table and its counts.
  var byteCount: Int { (values.count + blocked.count + neutral.count) * 4 }

  private func line(_ head: Int) -> Int { lines == 1 ? 0 : head }
  private func place(_ x: Int) -> Int { min(max(x, -radius), radius) + radius }

  /// The band `low ≤ j − i < high` outside of which no head sees anything.
  var hull: (low: Int, high: Int) {
    let width = 2 * radius + 1
    let seen = (0..<width).filter { x in
      (0..<lines).contains { values[$0 * width + x] > -.infinity }
    }
    guard let first = seen.first, let last = seen.last else { return (0, 0) }
    return (
      last == width - 1 ? -RowIntervals.unbounded : shift - (last - radius),
      first == 0 ? RowIntervals.unbounded : shift - (first - radius) + 1
    )
  }

  /// The class of a tile, exact.
  func tileClass(rows: Range<Int>, columns: Range<Int>, head: Int) -> TileClass {
    let first = place(rows.lowerBound + shift - (columns.upperBound - 1))
    let last = place(rows.upperBound - 1 + shift - columns.lowerBound)
    let line = line(head) * (2 * radius + 2)
    let count = Int32(last + 1 - first)
    if blocked[line + last + 1] - blocked[line + first] == count { return .empty }
    return neutral[line + last + 1] - neutral[line + first] == count ? .full : .partial
  }

  /// Adds the biases, in base 2, and writes −∞ where there is one.
  func apply(to tile: ScoreTile, firstRow: Int, firstColumn: Int, head: Int) {
    let delta = firstRow + shift - firstColumn
    values.withUnsafeBufferPointer { values in
      let line = values.baseAddress! + line(head) * (2 * radius + 1)
      if tile.isTransposed {
        let turned = tile.transposed
        for b in 0..<turned.rows {
          ck_mask_add_table(turned.row(b), line, radius, delta - b, 1, turned.columns)
        }
      } else {
        for a in 0..<tile.rows {
          ck_mask_add_table(tile.row(a), line, radius, delta + a, -1, tile.columns)
        }
      }
    }
  }
}
