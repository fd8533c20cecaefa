import TensorCore

/// What a scene model's cells decode: the surest first, each over a chequered ground that shows through where it is empty.
public enum GlimpseSheet {
  /// Draws the glimpses.
  ///
  /// - Parameters:
  ///   - colours: `[cells, side, side, 3]`.
  ///   - alphas: `[cells, side, side, 1]`.
  ///   - presence: of each cell; stands below its glimpse.
  ///   - limit: how many are drawn at most.
  ///   - columnCount: how many in a row.
  ///   - factor: how many pixels a pixel becomes; by default so many that a glimpse has at least 32.
  public static func canvas(
    colours: Tensor<Float>, alphas: Tensor<Float>, presence: [Double], limit: Int = 64,
    columnCount: Int = 16, enlargedBy factor: Int? = nil
  ) -> Canvas {
    require(
      colours.rank == 4 && colours.shape[3] == 3 && alphas.rank == 4 && alphas.shape[3] == 1
        && Array(colours.shape.dimensions.prefix(3)) == Array(alphas.shape.dimensions.prefix(3))
        && presence.count == colours.shape[0] && !presence.isEmpty && limit >= 1,
      "GlimpseSheet: wants colours [cells, side, side, 3], alphas [cells, side, side, 1] and a "
        + "presence a cell, got \(colours.shape), \(alphas.shape) and \(presence.count)")
    let order = presence.indices.sorted {
      presence[$0] != presence[$1] ? presence[$0] > presence[$1] : $0 < $1
    }.prefix(limit)
    let factor = factor ?? max(1, 32 / colours.shape[1])
    let panels = order.map { cell in
      ground(colours.image(cell), alphas.image(cell)).enlarged(by: factor)
    }
    return PanelSheet(
      panels, inRowsOf: columnCount, notes: order.map { twoDecimals(presence[$0]) }
    ).canvas
  }

  /// A picture with its alpha over squares of two greys.
  static func ground(_ colour: Tensor<Float>, _ alpha: Tensor<Float>) -> Canvas {
    let (height, width) = (colour.shape[0], colour.shape[1])
    let square = max(2, width / 8)
    let greys = Tensor<Float>(
      shape: [height, width, 1],
      scalars: (0..<height * width).map { pixel in
        (pixel / width / square + pixel % width / square) % 2 == 0 ? 0.42 : 0.55
      })
    return Canvas(alpha * colour + (1 - alpha) * greys)
  }
}

/// A number as `0.97` or `-1.50`, without a locale.
func twoDecimals(_ value: Double) -> String { fixedText(value, decimals: 2) }
