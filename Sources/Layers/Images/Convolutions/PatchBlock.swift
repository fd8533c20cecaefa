import TensorCore

/// Where outputs lie: the first, and the distances from image to image, row to row and column to column.
struct OutputPlace: Sendable, Equatable {
  var first = 0
  var image, row, column, outputs: Int

  init(first: Int, image: Int, row: Int, column: Int, outputs: Int) {
    self.first = first
    self.image = image
    self.row = row
    self.column = column
    self.outputs = outputs
  }

  /// Whether the outputs lie one pixel after the other, without gaps.
  func isDense(_ source: PatchSource) -> Bool {
    let dense = OutputPlace(source, outputs: outputs)
    return image == dense.image && row == dense.row && column == dense.column
  }

  /// One pixel after the other, without gaps.
  init(_ source: PatchSource, outputs: Int) {
    self.init(
      first: 0, image: source.pixels * outputs, row: source.columns * outputs, column: outputs,
      outputs: outputs)
  }
}

/// The outputs of some rows of some images, and how their patches are brought before a kernel.
struct PatchBlock: Sendable {
  let source: PatchSource
  let images: Range<Int>
  let rows: Range<Int>
  /// The patches of whole planes lie one after the other as they are.
  let isLine: Bool
  /// The patches are copied one after the other.
  let isGathered: Bool

  var pixels: Int { images.count * rows.count * source.columns }

  /// The numbers of a patch that are neighbours in memory.
  var runLength: Int {
    isLine || isGathered ? source.depth : source.taps.width * source.channels
  }

  /// Calls `body` with the patches and the grid that finds them, given the place of the outputs.
  ///
  /// Patches lie in the input itself, in a copy of it with zeros around, or gathered one after the other.
  func withPatches<S: TensorScalar>(
    of x: Tensor<S>,
    _ body: (UnsafePointer<S>, _ grid: (OutputPlace) -> PatchGrid) -> Void
  ) {
    x.withUnsafeBufferPointer { x in
      let first = x.baseAddress! + images.lowerBound * source.plane
      if isLine {
        body(first + rows.lowerBound * source.columns * source.depth) { line($0) }
      } else if isGathered {
        let perImage = rows.count * source.columns * source.depth
        withScratch(images.count * perImage, of: S.self) { copy in
          for image in 0..<images.count {
            source.gather(first + image * source.plane, rows: rows, into: copy + image * perImage)
          }
          body(copy) { line($0) }
        }
      } else if source.isInside {
        let skipped =
          (source.top + rows.lowerBound * source.strides.height) * source.width + source.left
        body(first + skipped * source.channels) {
          plane(PlaneSize(height: source.height, width: source.width), $0)
        }
      } else {
        let size = source.window(rows: rows)
        let perImage = size.area * source.channels
        withScratch(images.count * perImage, of: S.self) { copy in
          for image in 0..<images.count {
            source.copyWindow(
              first + image * source.plane, rows: rows, into: copy + image * perImage)
          }
          body(copy) { plane(size, $0) }
        }
      }
    }
  }

  /// The grid over planes of this size.
  private func plane(_ size: PlaneSize, _ place: OutputPlace) -> PatchGrid {
    PatchGrid(
      images: images.count, rows: rows.count, columns: source.columns,
      segments: source.taps.height, length: source.taps.width * source.channels,
      patchImage: size.area * source.channels,
      patchRow: source.strides.height * size.width * source.channels,
      patchColumn: source.strides.width * source.channels,
      patchSegment: size.width * source.channels, outputImage: place.image, outputRow: place.row,
      outputColumn: place.column, outputs: place.outputs)
  }

  /// The grid over patches that lie one after the other.
  private func line(_ place: OutputPlace) -> PatchGrid {
    PatchGrid(
      columns: pixels, length: source.depth, patchColumn: source.depth,
      outputColumn: place.column, outputs: place.outputs)
  }

  /// Calls `body` with the memory that the block's outputs are to be written to.
  ///
  /// A line of patches wants a line of outputs: where there is none, they are written aside and then copied.
  func withOutputs<S: TensorScalar>(
    _ y: UnsafeMutablePointer<S>, _ place: OutputPlace,
    _ body: (UnsafeMutablePointer<S>, OutputPlace) -> Void
  ) {
    let first = y + images.lowerBound * place.image + rows.lowerBound * place.row
    if place.isDense(source) || !(isLine || isGathered) { return body(first, place) }
    // Neighbouring pixels go together where they are neighbours in memory.
    let run = place.column == place.outputs ? source.columns : 1
    withScratch(pixels * place.outputs, of: S.self) { copy in
      body(copy, OutputPlace(source, outputs: place.outputs))
      var from = copy
      for image in 0..<images.count {
        for row in 0..<rows.count {
          for column in stride(from: 0, to: source.columns, by: run) {
            let target = first + image * place.image + row * place.row + column * place.column
            target.update(from: from, count: run * place.outputs)
            from += run * place.outputs
          }
        }
      }
    }
  }

  /// Whether patches leave the plane, and a tap has channels enough to be a product of its own.
  var isClipped: Bool {
    !isLine && !isGathered && !source.isInside && source.channels >= 2 * PatchGrid.panel
  }

  /// Calls `body` for each tap that reaches outputs of the block: with the grid of these, and the places of their first
  /// pixel in the input, of the tap's first row in the weights, and of the first output.
  func forEachTap(
    _ place: OutputPlace, _ body: (PatchGrid, _ patch: Int, _ row: Int, _ output: Int) -> Void
  ) {
    for tapRow in 0..<source.taps.height {
      let rows = reached(
        rows, from: source.top + tapRow, stride: source.strides.height, extent: source.height)
      for tapColumn in 0..<source.taps.width {
        let columns = reached(
          0..<source.columns, from: source.left + tapColumn, stride: source.strides.width,
          extent: source.width)
        if rows.isEmpty || columns.isEmpty { continue }
        var grid = PatchGrid(
          images: images.count, rows: rows.count, columns: columns.count,
          length: source.channels, patchImage: source.plane,
          patchRow: source.strides.height * source.width * source.channels,
          patchColumn: source.strides.width * source.channels, outputImage: place.image,
          outputRow: place.row, outputColumn: place.column, outputs: place.outputs)
        // A tap of one pixel: those of all images make a line.
        if rows.count == 1 && columns.count == 1 { grid.exchangeImagesAndColumns() }
        let y = rows.lowerBound * source.strides.height + source.top + tapRow
        let x = columns.lowerBound * source.strides.width + source.left + tapColumn
        body(
          grid,
          images.lowerBound * source.plane + (y * source.width + x) * source.channels,
          (tapRow * source.taps.width + tapColumn) * source.channels,
          images.lowerBound * place.image + rows.lowerBound * place.row
            + columns.lowerBound * place.column)
      }
    }
  }

  /// Of some outputs along an axis, those whose place `first + stride · index` lies in `0..<extent`.
  private func reached(_ outputs: Range<Int>, from first: Int, stride: Int, extent: Int) -> Range<
    Int
  > {
    let lower = first >= 0 ? 0 : (stride - 1 - first) / stride
    let upper = extent > first ? (extent - first + stride - 1) / stride : 0
    return outputs.clamped(to: lower..<max(lower, upper))
  }

  /// Sets the block's outputs to the bias, or to zero.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func fillOutputs<S: TensorScalar>(
    _ y: UnsafeMutablePointer<S>, _ place: OutputPlace, with bias: Tensor<S>?
  ) {
    forEachRun(place) { offset, count in
      guard let bias else { return (y + offset).update(repeating: 0, count: count) }
      bias.withUnsafeBufferPointer { bias in
        for start in stride(from: offset, to: offset + count, by: place.outputs) {
          (y + start).update(from: bias.baseAddress!, count: place.outputs)
        }
      }
    }
  }

  /// Calls `body` for each run of neighbouring outputs of the block: its place and its length.
  func forEachRun(_ place: OutputPlace, _ body: (Int, Int) -> Void) {
    let first = images.lowerBound * place.image + rows.lowerBound * place.row
    let grid = PatchGrid(
      images: images.count, rows: rows.count, columns: source.columns, length: 0, patchColumn: 0,
      outputImage: place.image, outputRow: place.row, outputColumn: place.column,
      outputs: place.outputs)
    grid.forEachOutputRun { body(first + $0, $1) }
  }

  /// Calls `body` with the block's `dy`, each pixel's outputs filled up with zeros to `padded` of them.
  func withPanels<S: TensorScalar>(
    of dy: Tensor<S>, outputs: Int, padded: Int, _ body: (UnsafePointer<S>) -> Void
  ) {
    dy.withUnsafeBufferPointer { dy in
      let first =
        dy.baseAddress! + (images.lowerBound * source.pixels + rows.lowerBound * source.columns)
        * outputs
      if padded == outputs { return body(first) }
      // Several images lie one after the other only if they are whole; a block of rows is of one image.
      withScratch(pixels * padded, of: S.self) { copy in
        copy.update(repeating: 0, count: pixels * padded)
        for pixel in 0..<pixels {
          (copy + pixel * padded).update(from: first + pixel * outputs, count: outputs)
        }
        body(copy)
      }
    }
  }
}

extension PatchGrid {
  /// The same pixels in another order: what was an image is a column.
  mutating func exchangeImagesAndColumns() {
    swap(&images, &columns)
    swap(&patchImage, &patchColumn)
    swap(&outputImage, &outputColumn)
  }

  /// Calls `body` for each run of neighbouring outputs: its place and its length.
  func forEachOutputRun(_ body: (Int, Int) -> Void) {
    for image in 0..<images {
      for row in 0..<rows {
        let start = image * outputImage + row * outputRow
        if outputColumn == outputs {
          body(start, columns * outputs)
        } else {
          for column in 0..<columns { body(start + column * outputColumn, outputs) }
        }
      }
    }
  }
}
