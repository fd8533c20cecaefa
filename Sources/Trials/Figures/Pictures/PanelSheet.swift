import Storage
import TensorCore

/// Pictures in rows and columns with captions: the form of every picture that is shown.
///
/// ```swift
/// let sheet = PanelSheet(columns: ["input", "output"], rows: [.init([input, output], caption: "image 1")])
/// try sheet.png.write(…)
/// ```
/// A column is as wide as its widest panel, a row as high as its highest.
public struct PanelSheet: Sendable {
  /// One row of panels.
  public struct Row: Sendable {
    /// What stands left of the row; empty for nothing.
    public var caption: String
    /// The panels; `nil` leaves a place empty.
    public var panels: [Canvas?]
    /// What stands below each panel; empty for nothing.
    public var notes: [String]

    /// A row; see the properties.
    public init(_ panels: [Canvas?], caption: String = "", notes: [String] = []) {
      self.panels = panels
      self.caption = caption
      self.notes = notes
    }
  }

  /// What stands above each column; empty for nothing.
  public var columns: [String]
  /// The rows from above.
  public var rows: [Row]
  /// Pixels between panels and around all of them.
  public var gap = 6

  /// A sheet of rows.
  ///
  /// - Requires: at least one row with at least one panel.
  public init(columns: [String] = [], rows: [Row]) {
    require(
      rows.contains { $0.panels.contains { $0 != nil } }, "PanelSheet: wants at least one panel")
    self.columns = columns
    self.rows = rows
  }

  /// The images of a batch `[count, height, width, channels]` in reading order, so many in a row.
  public init(
    images: Tensor<Float>, inRowsOf columnCount: Int, enlargedBy factor: Int = 1,
    notes: [String] = []
  ) {
    self.init(
      Canvas.batch(images).map { $0.enlarged(by: factor) }, inRowsOf: columnCount, notes: notes)
  }

  /// Panels in reading order, so many in a row.
  public init(_ panels: [Canvas], inRowsOf columnCount: Int, notes: [String] = []) {
    require(columnCount >= 1, "PanelSheet: wants at least one column, got \(columnCount)")
    self.init(
      rows: stride(from: 0, to: panels.count, by: columnCount).map { start in
        let end = min(start + columnCount, panels.count)
        return Row(
          panels[start..<end].map { $0 },
          notes: notes.isEmpty ? [] : Array(notes[start..<min(end, notes.count)]))
      })
  }

  /// The sheet as a picture.
  public var canvas: Canvas {
    let columnCount = max(columns.count, rows.map(\.panels.count).max() ?? 0)
    let lines = PixelLetters.height + 3
    let margin = rows.map { PixelLetters.width(of: $0.caption) }.max() ?? 0
    let widths = (0..<columnCount).map { column in
      let panel = rows.compactMap { $0.panels.element(column)??.width }.max() ?? 0
      let notes = rows.map { PixelLetters.width(of: $0.notes.element(column) ?? "") }.max() ?? 0
      return max(panel, notes, PixelLetters.width(of: columns.element(column) ?? ""))
    }
    let heights = rows.map { row in row.panels.compactMap { $0?.height }.max() ?? 0 }
    let head = columns.contains { !$0.isEmpty } ? lines : 0
    let noted = rows.map { row in row.notes.contains { !$0.isEmpty } ? lines : 0 }
    let left = gap + (margin > 0 ? margin + gap : 0)
    var sheet = Canvas(
      width: left + widths.reduce(0) { $0 + $1 + gap },
      height: gap + head + zip(heights, noted).reduce(0) { $0 + $1.0 + $1.1 + gap })
    var x = left
    for (caption, width) in zip(columns, widths) {
      sheet.write(caption, x: x, y: gap)
      x += width + gap
    }
    var y = gap + head
    for (index, row) in rows.enumerated() {
      sheet.write(row.caption, x: gap, y: y + (heights[index] - PixelLetters.height) / 2)
      var x = left
      for (column, width) in widths.enumerated() {
        if case .some(.some(let panel)) = row.panels.element(column) {
          sheet.place(panel, x: x, y: y)
        }
        sheet.write(row.notes.element(column) ?? "", x: x, y: y + heights[index] + 3)
        x += width + gap
      }
      y += heights[index] + noted[index] + gap
    }
    return sheet
  }
}

extension Array {
  /// The element at `place`; `nil` beyond the end.
  func element(_ place: Int) -> Element? { place < count ? self[place] : nil }
}
