import TensorCore

/// What a model that was told to forget an attribute draws when it is told another one: a row per image, a column per value.
///
/// The first column holds the images, the second their reconstructions with their own attribute, the others the decoded code of
/// the row's image with each value of T in its place. Where it is known which value an image has, the panel of that value has a
/// line around it: it shows the same as the reconstruction.
public struct SwapSheet: Sendable {
  /// One image and what was drawn from its code.
  public struct Row: Sendable {
    /// What stands left of the row; empty for nothing.
    public var caption: String
    /// The place of the image's own value among the names; `nil` where it is not known.
    public var value: Int?

    /// A row; see the properties.
    public init(caption: String = "", value: Int? = nil) {
      self.caption = caption
      self.value = value
    }
  }

  /// The images, `[rows, height, width, 1 or 3]`.
  public var images: Tensor<Float>
  /// Their reconstructions, of the same shape.
  public var reconstructions: Tensor<Float>
  /// The images' codes decoded with each value of T: one tensor a value, each of the same shape.
  public var swapped: [Tensor<Float>]
  /// The names of the values, above their columns.
  public var names: [String]
  /// What is known of each row; empty for nothing.
  public var rows: [Row]

  /// A sheet.
  ///
  /// - Requires: at least one image, one shape for all, as many names as values, and a row per image if there are any rows.
  public init(
    images: Tensor<Float>, reconstructions: Tensor<Float>, swapped: [Tensor<Float>],
    names: [String], rows: [Row] = []
  ) {
    require(
      images.rank == 4 && images.shape[0] > 0 && [1, 3].contains(images.shape[3])
        && ([reconstructions] + swapped).allSatisfy { $0.shape == images.shape },
      "SwapSheet: wants images, reconstructions and swapped ones all of one shape "
        + "[rows, height, width, 1 or 3], got \(images.shape), \(reconstructions.shape) and "
        + "\(swapped.map { "\($0.shape)" })")
    require(
      names.count == swapped.count && (rows.isEmpty || rows.count == images.shape[0]),
      "SwapSheet: wants a name for each of \(swapped.count) values and a row for each of "
        + "\(images.shape[0]) images, got \(names.count) and \(rows.count)")
    self.images = images
    self.reconstructions = reconstructions
    self.swapped = swapped
    self.names = names
    self.rows = rows
  }

  /// The sheet as a picture.
  ///
  /// - Parameter factor: how many pixels a pixel becomes; by default so many that an image has at least 64.
  public func canvas(enlargedBy factor: Int? = nil) -> Canvas {
    let factor = factor ?? max(1, (63 + images.shape[1]) / images.shape[1])
    let columns = ([images, reconstructions] + swapped).map { batch in
      Canvas.batch(batch).map { $0.enlarged(by: factor) }
    }
    return PanelSheet(
      columns: ["input", "output"] + names,
      rows: columns[0].indices.map { row in
        let known = rows.element(row)
        let panels = columns.enumerated().map { place, column in
          known?.value.map { $0 + 2 } == place ? Self.marked(column[row]) : column[row]
        }
        return PanelSheet.Row(panels, caption: known?.caption ?? "")
      }
    ).canvas
  }

  /// The panel with a line around it: the value that the image has.
  private static func marked(_ panel: Canvas) -> Canvas {
    var panel = panel
    let thickness = 2
    for (x, y, width, height) in [
      (0, 0, panel.width, thickness), (0, panel.height - thickness, panel.width, thickness),
      (0, 0, thickness, panel.height), (panel.width - thickness, 0, thickness, panel.height),
    ] { panel.fill(x: x, y: y, width: width, height: height, .detection) }
    return panel
  }
}
