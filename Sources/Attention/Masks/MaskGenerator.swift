import CKernels
import TensorCore

/// The small array from which the tiles of a mask of any length are cut.
///
/// A causal mask depends on `i − j` alone, and only tiles that the diagonal crosses need it. For tiles of at most `M × M`
/// scores, each such tile is a window of one triangle of `2M × 2M` (Lin et al. 2024, "tiling-mask"); a sliding window is two
/// windows of the triangle, one of them negated. As the triangle is constant along its diagonals, one line of `4M − 1`
/// elements says the same; and as it is a comparison, so does no memory at all. ALiBi's distances are made likewise.
/// The three forms give the same bits.
public struct MaskGenerator: Sendable {
  /// What the generator keeps in memory.
  public enum Form: Sendable, Hashable {
    /// Nothing: bounds are computed row by row. The fastest.
    case computed
    /// One line over the distances `−(2M − 1)...2M − 1`, with M = `blockSize`.
    case table(blockSize: Int)
    /// The `2M × 2M` matrix, with M = `blockSize`.
    case matrix(blockSize: Int)
  }

  /// What is kept in memory.
  public let form: Form
  /// M: larger tiles are cut into tiles of this size.
  let blockSize: Int
  /// The distance from one row of the kept array to the next, the place of the distance 0 in it: a table is a matrix whose
  /// rows overlap, each standing one element before its predecessor.
  private let rowStep, columnStep, origin: Int
  /// 1 where the row is not before the column.
  private let triangle: [UInt8]
  /// Row minus column; empty unless a mask of distances needs it.
  private let distances: [Int16]

  /// A generator.
  ///
  /// - Parameters:
  ///   - form: what it keeps; block sizes from 1 to 8192.
  ///   - distances: whether it makes distances (ALiBi) beside the triangle.
  public init(_ form: Form, distances: Bool = false) {
    self.form = form
    let xs: [Int]
    switch form {
    case .computed:
      (blockSize, rowStep, columnStep, origin) = (.max, 0, 0, 0)
      xs = []
    case .table(let m):
      Self.requireSize(m)
      (blockSize, rowStep, columnStep, origin) = (m, 1, -1, 2 * m - 1)
      xs = Array(-(2 * m - 1)...2 * m - 1)
    case .matrix(let m):
      Self.requireSize(m)
      (blockSize, rowStep, columnStep, origin) = (m, 2 * m, 1, 0)
      xs = (0..<2 * m).flatMap { r in (0..<2 * m).map { r - $0 } }
    }
    triangle = xs.map { $0 >= 0 ? 1 : 0 }
    self.distances = distances ? xs.map(Int16.init) : []
  }

  private static func requireSize(_ m: Int) {
    require(
      (1...8192).contains(m),
      "MaskGenerator: the block size must be 1 to 8192, got \(m); take the larger extent of the tiles"
    )
  }

  /// Whether it can make distances.
  var hasDistances: Bool { form == .computed || !distances.isEmpty }

  /// The bytes that the generator keeps, whatever the lengths.
  public var byteCount: Int { triangle.count + distances.count * 2 }

  /// The place of the window's first element for a tile whose first row stands `delta` after its first column.
  private func window(_ delta: Int) -> Int {
    origin + max(delta, 0) * rowStep + max(-delta, 0) * columnStep
  }

  /// Writes −∞ where `low ≤ b − a < high` does not hold; the columns of the tile stand side by side.
  func maskBand(_ tile: ScoreTile, low: Int, high: Int) {
    if case .computed = form {
      for a in 0..<tile.rows {
        let start = min(max(a + low, 0), tile.columns)
        let end = min(max(a + high, start), tile.columns)
        tile.erase(row: a, 0..<start)
        tile.erase(row: a, end..<tile.columns)
      }
      return
    }
    triangle.withUnsafeBufferPointer { triangle in
      let triangle = triangle.baseAddress!
      tile.forEachBlock(of: blockSize) { block, top, left in
        // The triangle keeps b ≤ a + delta, and beyond ±M a tile is uniform.
        let upper = window(min(max(high - 1 + top - left, -blockSize), blockSize - 1))
        let lower = window(min(max(low - 1 + top - left, -blockSize), blockSize - 1))
        for a in 0..<block.rows {
          ck_mask_window(
            block.row(a), triangle + upper + a * rowStep, triangle + lower + a * rowStep,
            columnStep, block.columns)
        }
      }
    }
  }

  /// Adds `slope · |delta + a − b|`; the columns of the tile stand side by side.
  func addDistances(_ tile: ScoreTile, slope: Float, delta: Int) {
    if case .computed = form {
      for a in 0..<tile.rows {
        ck_mask_add_distances(tile.row(a), slope, Int32(delta + a), tile.columns)
      }
      return
    }
    distances.withUnsafeBufferPointer { distances in
      let distances = distances.baseAddress!
      tile.forEachBlock(of: blockSize) { block, top, left in
        let whole = delta + top - left
        let near = min(max(whole, -(blockSize - 1)), blockSize - 1)
        for a in 0..<block.rows {
          ck_mask_add_distances_read(
            block.row(a), slope, distances + window(near) + a * rowStep, columnStep,
            Int32(whole - near), block.columns)
        }
      }
    }
  }
}

extension MaskGenerator: Equatable {
  /// Whether both keep the same.
  public static func == (a: MaskGenerator, b: MaskGenerator) -> Bool {
    a.form == b.form && a.hasDistances == b.hasDistances
  }
}
