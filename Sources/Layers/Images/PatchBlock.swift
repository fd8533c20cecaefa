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
    let dense = OutputPlace(source, outputs: place.outputs)
    let first = y + images.lowerBound * place.image + rows.lowerBound * place.row
    let isDense =
      place.image == dense.image && place.row == dense.row && place.column == dense.column
    if isDense || !(isLine || isGathered) { return body(first, place) }
    withScratch(pixels * place.outputs, of: S.self) { copy in
      body(copy, dense)
      var from = copy
      for image in 0..<images.count {
        for row in 0..<rows.count {
          for column in 0..<source.columns {
            let target = first + image * place.image + row * place.row + column * place.column
            target.update(from: from, count: place.outputs)
            from += place.outputs
          }
        }
      }
    }
  }

  /// Calls `body` for each run of neighbouring outputs of a grid: its place and its length.
  func forEachRun(of grid: PatchGrid, _ body: (Int, Int) -> Void) {
    for image in 0..<grid.images {
      for row in 0..<grid.rows {
        let start = image * grid.outputImage + row * grid.outputRow
        if grid.outputColumn == grid.outputs {
          body(start, grid.columns * grid.outputs)
        } else {
          for column in 0..<grid.columns { body(start + column * grid.outputColumn, grid.outputs) }
        }
      }
    }
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
