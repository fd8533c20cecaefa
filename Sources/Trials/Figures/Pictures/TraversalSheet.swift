import TensorCore

/// What changes in a picture when one number of its code does: a row per number, a column per value.
///
/// The caller decodes: for each row it sets one latent number to each of ``values(from:to:count:)``, leaves the others, and
/// hands over the images.
public struct TraversalSheet: Sendable {
  /// One number of the code.
  public struct Row: Sendable {
    /// Its name, such as `what 7` or `scale x`.
    public var caption: String
    /// The image at each value, `[values, height, width, channels]`.
    public var images: Tensor<Float>

    /// A row; see the properties.
    public init(_ caption: String, _ images: Tensor<Float>) {
      self.caption = caption
      self.images = images
    }
  }

  /// The values of the columns.
  public var values: [Double]
  /// The rows from above.
  public var rows: [Row]

  /// A sheet of rows.
  ///
  /// - Requires: at least one row, and as many images in each as values.
  public init(values: [Double], rows: [Row]) {
    require(
      !rows.isEmpty
        && rows.allSatisfy { $0.images.rank == 4 && $0.images.shape[0] == values.count },
      "TraversalSheet: wants rows of \(values.count) images [values, height, width, channels], got "
        + "\(rows.map { "\($0.images.shape)" })")
    self.values = values
    self.rows = rows
  }

  /// Evenly spaced values from `low` to `high`.
  public static func values(from low: Double, to high: Double, count: Int) -> [Double] {
    require(count >= 2, "TraversalSheet.values: wants at least 2 values, got \(count)")
    return (0..<count).map { low + (high - low) * Double($0) / Double(count - 1) }
  }

  /// The sheet as a picture.
  ///
  /// - Parameter factor: how many pixels a pixel becomes; by default so many that an image has at least 64.
  public func canvas(enlargedBy factor: Int? = nil) -> Canvas {
    let factor = factor ?? max(1, 64 / rows[0].images.shape[1])
    return PanelSheet(
      columns: values.map(twoDecimals),
      rows: rows.map { row in
        PanelSheet.Row(
          Canvas.batch(row.images).map { $0.enlarged(by: factor) }, caption: row.caption)
      }
    ).canvas
  }
}
