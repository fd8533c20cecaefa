import CKernels

/// How the products of levels are formed; all give the same whole numbers.
package enum LevelInstructions: Int32, Sendable, CaseIterable {
  /// Plain loops, much slower than products in floating point.
  case plain = 0
  /// Products of bytes in vectors (AVX-512 VNNI).
  case vectors = 1
  /// Products of bytes in tiles (AMX).
  case tiles = 2

  /// The fastest that this processor has.
  package static let best = LevelInstructions(rawValue: ck_level_instructions()) ?? .plain

  /// Those that this processor can run.
  package static var available: [LevelInstructions] {
    allCases.filter { $0.rawValue <= best.rawValue }
  }

  /// What a task uses in place of ``best``, for tests and measurements.
  @TaskLocal package static var chosen: LevelInstructions = best
}

/// The features of slices as whole numbers of eight bits, and from them a covariance that is near the features' own.
///
/// A feature is at most one in magnitude, so that rounding it to one of 255 levels leaves an error below 0.004 whatever the data.
/// Products of bytes run at four times the rate of float32 in vectors and at more in tiles, and their sums are exact: neither
/// the order nor the instructions change a bit. What is rounded suits a preconditioner, not a result.
package struct SliceLevels: @unchecked Sendable {
  /// The most rows whose products are sure to fit in 32 bits.
  package static let mostRows = Int(CK_LEVEL_MOST_ROWS)

  /// How many rows and slices there are.
  package let rows, slices: Int
  /// What features are less in the second power, and the levels of a unit for each power.
  private let shift: Double
  private let factors: [Double]
  /// Levels as ``TensorScalar/sliceLevels(_:shift:factors:_:stride:sums:rows:slices:)`` lays them out; each caller of `write` has
  /// rows of its own.
  private let storage: TensorStorage<Float>
  private let quads: Int
  /// The columns of a power, filled up to whole panels.
  package var width: Int { (slices + 15) / 16 * 16 }
  private var panels: Int { 3 * width / Int(CK_LEVEL_PANEL) }
  private var levels: UnsafeMutablePointer<UInt8> {
    UnsafeMutableRawPointer(storage.elements.baseAddress!).assumingMemoryBound(to: UInt8.self)
  }

  /// Room for the levels of `(a, a² − shift, a³)`, `a` in −1…1 and `shift` in 0…½.
  package init(rows: Int, slices: Int, shift: Double) {
    require(
      rows >= 2 && rows <= Self.mostRows && slices >= 1 && shift >= 0 && shift <= 0.5,
      "SliceLevels: wants 2 to \(Self.mostRows) rows, a slice and a shift in 0…½, got \(rows), \(slices), \(shift)"
    )
    (self.rows, self.slices, self.shift) = (rows, slices, shift)
    factors = [127, 127 / (1 - shift), 127]
    let multiple = Int(CK_LEVEL_ROWS)
    quads = (rows + multiple - 1) / multiple * multiple / 4
    // A quad of a column is four bytes: the memory of one float.
    storage = TensorStorage(uninitializedCount: quads * 3 * ((slices + 15) / 16 * 16))
  }

  /// Writes the levels of the rows from `first` on, a multiple of 64, and returns their sums, `[3, width]`.
  ///
  /// All rows are written in one call, or in calls of multiples of 64 rows and a last one, in any order and on any threads.
  package func write<Scalar: TensorScalar>(
    _ a: UnsafePointer<Scalar>, first: Int, rows count: Int
  ) -> [Int32] {
    require(
      first % Int(CK_LEVEL_ROWS) == 0 && first >= 0 && first + count <= rows,
      "SliceLevels.write: \(count) rows from \(first) on do not fit \(rows)")
    let factors = factors.map { Scalar($0) }
    return [Int32](unsafeUninitializedCapacity: 3 * width) { sums, filled in
      Scalar.sliceLevels(
        a, shift: Scalar(shift), factors: factors, levels + first / 4 * Int(CK_LEVEL_PANEL) * 4,
        stride: quads, sums: sums.baseAddress!, rows: count, slices: slices)
      filled = 3 * width
    }
  }

  /// The covariance of the levels in units of the features, `[3 slices, 3 slices]` with 1/(n−1); only its upper triangle is
  /// defined. `sums` are those of all rows.
  package func covariance(
    sums: [Int], instructions: LevelInstructions = .chosen
  ) -> Tensor<Float> {
    require(sums.count == 3 * width, "SliceLevels: wants \(3 * width) sums, got \(sums.count)")
    let order = 3 * slices
    let levels = self
    return Tensor(shape: [order, order]) { out in
      let out = SharedAddress(out.baseAddress!)
      // Strips are as long as the rest of the triangle: the longest are started first.
      let strip = Int(CK_LEVEL_STRIP / CK_LEVEL_PANEL)
      parallel(over: (panels + strip - 1) / strip) { place in
        levels.writeStrip(strip * place, sums: sums, instructions, into: out.address)
      }
    }
  }

  private func writeStrip(
    _ first: Int, sums: [Int], _ instructions: LevelInstructions,
    into out: UnsafeMutablePointer<Float>
  ) {
    let (width, columns, order) = (width, 3 * width, 3 * slices)
    let memory = TensorStorage<Float>(
      uninitializedCount: Int(CK_LEVEL_STRIP) * columns + Int(CK_LEVEL_WORK) / 4)
    let raw = UnsafeMutableRawPointer(memory.elements.baseAddress!)
    let products = raw.assumingMemoryBound(to: Int32.self)
    if instructions == .plain {
      ReferenceKernels.levelProducts(
        levels, quads: quads, stride: quads, panels: panels, first: first, products)
    } else {
      ck_level_products(
        instructions.rawValue, levels, quads, quads, panels, first, products,
        raw + Int(CK_LEVEL_STRIP) * columns * 4)
    }
    for place in 0..<min(Int(CK_LEVEL_STRIP), columns - 16 * first) {
      let column = 16 * first + place
      let (power, slice) = (column / width, column % width)
      guard slice < slices else { continue }
      let (row, sum) = (products + place * columns, sums[column])
      let target = out + (power * slices + slice) * order
      // The other factor of each product is 128 more than its level.
      let offset = Double(128 * sum)
      let mean = Double(sum) / Double(rows)
      for other in power..<3 {
        let scale = 1 / (Double(rows - 1) * factors[power] * factors[other])
        let (source, to) = (row + other * width, target + other * slices)
        let from = other == power ? slice : 0
        sums.withUnsafeBufferPointer { sums in
          let sums = sums.baseAddress! + other * width
          for k in from..<slices {
            to[k] = Float((Double(source[k]) - offset - mean * Double(sums[k])) * scale)
          }
        }
      }
    }
    withExtendedLifetime(memory) {}
  }
}
