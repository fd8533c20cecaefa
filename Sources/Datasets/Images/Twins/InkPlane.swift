/// A small grey picture in [0, 1] that strokes and shapes are drawn on with smooth edges.
struct InkPlane {
  let side: Int
  private(set) var values: [Float]

  init(side: Int, shade: Float = 0) {
    self.side = side
    values = Array(repeating: shade, count: side * side)
  }

  /// Draws the lines between consecutive points with round ends, full ink.
  mutating func stroke(_ points: [(x: Float, y: Float)], thickness: Float) {
    for (a, b) in zip(points, points.dropFirst()) {
      segment(a, b, thickness, shade: 1, isLighter: true)
    }
  }

  /// Draws one line over what is there.
  mutating func line(
    _ a: (x: Float, y: Float), _ b: (x: Float, y: Float), thickness: Float, shade: Float
  ) {
    segment(a, b, thickness, shade: shade, isLighter: false)
  }

  /// Paints what `distance`, in pixels and negative inside, surrounds.
  mutating func fill(shade: Float, _ distance: (_ x: Float, _ y: Float) -> Float) {
    for row in 0..<side {
      for column in 0..<side {
        let cover = min(max(0.5 - distance(Float(column) + 0.5, Float(row) + 0.5), 0), 1)
        if cover > 0 {
          values[row * side + column] += cover * (shade - values[row * side + column])
        }
      }
    }
  }

  /// Paints an ellipse with axes along the picture's; the distance is exact at its vertices and near enough elsewhere.
  mutating func ellipse(x: Float, y: Float, width: Float, height: Float, shade: Float) {
    fill(shade: shade) { px, py in
      let (u, v) = ((px - x) / width, (py - y) / height)
      let radius = (u * u + v * v).squareRoot()
      let (gu, gv) = (u / width, v / height)
      let slope = (gu * gu + gv * gv).squareRoot()
      return slope > 0 ? radius * (radius - 1) / slope : -min(width, height)
    }
  }

  /// The nearest bytes.
  var bytes: [UInt8] { values.map { UInt8(min(max($0, 0), 1) * 255 + 0.5) } }

  private mutating func segment(
    _ a: (x: Float, y: Float), _ b: (x: Float, y: Float), _ thickness: Float, shade: Float,
    isLighter: Bool
  ) {
    let reach = thickness / 2 + 1
    let columns = max(0, Int(min(a.x, b.x) - reach))..<min(side, Int(max(a.x, b.x) + reach) + 1)
    let rows = max(0, Int(min(a.y, b.y) - reach))..<min(side, Int(max(a.y, b.y) + reach) + 1)
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let square = max(dx * dx + dy * dy, 1e-12)
    guard !columns.isEmpty else { return }
    for row in rows {
      for column in columns {
        let (x, y) = (Float(column) + 0.5 - a.x, Float(row) + 0.5 - a.y)
        let along = min(max((x * dx + y * dy) / square, 0), 1)
        let (u, v) = (x - along * dx, y - along * dy)
        let cover = min(max(thickness / 2 + 0.5 - (u * u + v * v).squareRoot(), 0), 1)
        let place = row * side + column
        values[place] =
          isLighter
          ? max(values[place], cover * shade) : values[place] + cover * (shade - values[place])
      }
    }
  }
}
