import TensorCore

// The interpolation is separable: a row of the rectangle blends two rows of the glimpse into one line, with a zero pixel at
// each end for what lies outside, and its pixels blend neighbours of that line.
extension SpatialWrite {
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func drawSparse(
    _ glimpse: UnsafePointer<Scalar>, _ size: PlaneSize, _ channels: Int,
    _ box: UnsafePointer<Scalar>, _ rectangle: Footprints<Scalar>.Rectangle,
    into values: UnsafeMutablePointer<Scalar>
  ) {
    guard rectangle.area > 0 else { return }
    let rows = axis(canvas.height, size.height, box[1], box[3])
    let lineCount = (size.width + 2) * channels
    withColumnTaps(box, size, rectangle) { lower, fraction in
      withScratch(lineCount, of: Scalar.self) { line in
        line.update(repeating: 0, count: lineCount)
        var out = values
        for row in rectangle.rows {
          let (y, fy) = AxisMap.split(rows.pixel(row), count: size.height)
          let inner = line + channels
          let upper = y >= 0 ? glimpse + y * size.width * channels : nil
          let under = y + 1 < size.height ? glimpse + (y + 1) * size.width * channels : nil
          blend(upper, 1 - fy, under, fy, inner, size.width * channels)
          for column in 0..<rectangle.columns.count {
            let (w1, first) = (fraction[column], line + (lower[column] + 1) * channels)
            let w0 = 1 - w1
            for c in 0..<channels { out[c] = w0 * first[c] + w1 * first[c + channels] }
            out += channels
          }
        }
      }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func drawSparseBackward(
    _ glimpse: UnsafePointer<Scalar>, _ size: PlaneSize, _ channels: Int,
    _ box: UnsafePointer<Scalar>, _ rectangle: Footprints<Scalar>.Rectangle,
    _ dy: UnsafePointer<Scalar>, _ dGlimpse: UnsafeMutablePointer<Scalar>,
    _ dBox: UnsafeMutablePointer<Scalar>
  ) {
    guard rectangle.area > 0 else { return }
    let columns = axis(canvas.width, size.width, box[0], box[2])
    let rows = axis(canvas.height, size.height, box[1], box[3])
    let lineCount = (size.width + 2) * channels
    let inside = size.width * channels
    var sums = BoxGradientSums<Scalar>()
    withColumnTaps(box, size, rectangle) { lower, fraction in
      withScratch(3 * lineCount, of: Scalar.self) { lines in
        lines.update(repeating: 0, count: 3 * lineCount)
        // The blended line, its derivative along the rows' axis, and the gradient of the line.
        let (line, slope, dLine) = (lines, lines + lineCount, lines + 2 * lineCount)
        var g = dy
        for row in rectangle.rows {
          let (y, fy) = AxisMap.split(rows.pixel(row), count: size.height)
          let upper = y >= 0 ? glimpse + y * inside : nil
          let under = y + 1 < size.height ? glimpse + (y + 1) * inside : nil
          blend(upper, 1 - fy, under, fy, line + channels, inside)
          blend(upper, -1, under, 1, slope + channels, inside)
          dLine.update(repeating: 0, count: lineCount)
          let q = rows.target.coordinate(row)
          for column in 0..<rectangle.columns.count {
            let w1 = fraction[column]
            let w0 = 1 - w1
            let place = (lower[column] + 1) * channels
            var (dpx, dpy): (Scalar, Scalar) = (0, 0)
            for c in place..<place + channels {
              let next = c + channels
              let d = g[c - place]
              dpx += d * (line[next] - line[c])
              dpy += d * (w0 * slope[c] + w1 * slope[next])
              dLine[c] += w0 * d
              dLine[next] += w1 * d
            }
            let p = columns.target.coordinate(rectangle.columns.lowerBound + column)
            sums.add(dpx, at: p, dpy, at: q)
            g += channels
          }
          if y >= 0 {
            let target = dGlimpse + y * inside
            for i in 0..<inside { target[i] += (1 - fy) * dLine[channels + i] }
          }
          if y + 1 < size.height {
            let target = dGlimpse + (y + 1) * inside
            for i in 0..<inside { target[i] += fy * dLine[channels + i] }
          }
        }
      }
    }
    sums.store(columns, rows, box, dBox)
  }

  /// `a x + b y`, where a missing row counts as zeros.
  @inline(__always)
  private func blend(
    _ x: UnsafePointer<Scalar>?, _ a: Scalar, _ y: UnsafePointer<Scalar>?, _ b: Scalar,
    _ z: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    switch (x, y) {
    case (let x?, let y?): for i in 0..<count { z[i] = a * x[i] + b * y[i] }
    case (let x?, nil): for i in 0..<count { z[i] = a * x[i] }
    case (nil, let y?): for i in 0..<count { z[i] = b * y[i] }
    case (nil, nil): for i in 0..<count { z[i] = 0 }
    }
  }

  /// Calls `body` with the place in the glimpse of each column of the rectangle: the sample before it, from −1 on, and the
  /// fraction beyond.
  @inline(__always)
  private func withColumnTaps(
    _ box: UnsafePointer<Scalar>, _ size: PlaneSize, _ rectangle: Footprints<Scalar>.Rectangle,
    _ body: (UnsafeMutablePointer<Int>, UnsafeMutablePointer<Scalar>) -> Void
  ) {
    let columns = axis(canvas.width, size.width, box[0], box[2])
    let count = rectangle.columns.count
    withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { lower in
      withUnsafeTemporaryAllocation(of: Scalar.self, capacity: count) { fraction in
        for i in 0..<count {
          let place = columns.pixel(rectangle.columns.lowerBound + i)
          (lower[i], fraction[i]) = AxisMap.split(place, count: size.width)
        }
        body(lower.baseAddress!, fraction.baseAddress!)
      }
    }
  }
}
