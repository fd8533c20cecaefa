/// The patches that a convolution reads, and the outputs that it writes, as distances in memory.
///
/// Output pixel (image, row, column) reads one patch: `segments` runs of `length` neighbouring numbers each. With channels
/// innermost, a kernel of `kh × kw` over `c` channels is `kh` runs of `kw · c`. All distances are in numbers, from the
/// addresses handed over with the grid; none may lead outside the memory there.
public struct PatchGrid: Sendable, Equatable {
  /// The number of images, of rows in each, and of pixels in a row.
  public var images, rows, columns: Int
  /// The number of runs of a patch, and the numbers in each.
  public var segments, length: Int
  /// From a patch to that of the next image, row and column, and from a run to the next.
  public var patchImage, patchRow, patchColumn, patchSegment: Int
  /// From an output to that of the next image, row and column.
  public var outputImage, outputRow, outputColumn: Int
  /// The channels of an output pixel, neighbours in memory.
  public var outputs: Int

  /// A grid of these extents and distances.
  public init(
    images: Int = 1, rows: Int = 1, columns: Int, segments: Int = 1, length: Int,
    patchImage: Int = 0, patchRow: Int = 0, patchColumn: Int, patchSegment: Int = 0,
    outputImage: Int = 0, outputRow: Int = 0, outputColumn: Int, outputs: Int
  ) {
    self.images = images
    self.rows = rows
    self.columns = columns
    self.segments = segments
    self.length = length
    self.patchImage = patchImage
    self.patchRow = patchRow
    self.patchColumn = patchColumn
    self.patchSegment = patchSegment
    self.outputImage = outputImage
    self.outputRow = outputRow
    self.outputColumn = outputColumn
    self.outputs = outputs
  }

  /// The numbers of one patch.
  public var depth: Int { segments * length }

  /// The width of a panel of packed weights: the columns that a kernel works out together.
  public static var panel: Int { 16 }

  /// The numbers that packed weights of `depth` rows and `outputs` columns take.
  public static func packedCount(depth: Int, outputs: Int) -> Int {
    (outputs + panel - 1) / panel * panel * depth
  }
}
