import Foundation
import Storage

/// A picture of a run folder, for the page.
struct ReportPicture {
  let entry: FigureFolder.Entry
  let png: [UInt8]
  let header: PNGHeader

  /// The pixels of the page's column at its widest.
  private static let columnWidth = 1056

  /// The pictures in the `figures` of a run folder.
  ///
  /// - Throws: ``RunError/unreadable(path:expected:found:advice:)`` for damaged captions, `StorageError` for a file that cannot be
  ///   read or is no PNG file.
  static func all(inRun folder: String) throws -> [ReportPicture] {
    let figures = FigureFolder(of: RunFolder(folder))
    return try figures.entries().map { entry in
      let path = figures.path + "/" + entry.file
      let png = try FileBytes.read(path)
      return ReportPicture(entry: entry, png: png, header: try PNGHeader(png, path: path))
    }
  }

  /// The caption, or the name without one, and the step.
  var told: String {
    let text = entry.caption.isEmpty ? entry.name.capitalizedFirst : entry.caption
    guard let step = entry.step else { return text }
    let separator = text.hasSuffix(".") ? " " : ", "
    return text + separator + (text.hasSuffix(".") ? "Step \(step)." : "step \(step)")
  }

  /// Writes the picture into a page. The file is in the page itself; a small picture is enlarged by a whole number, so that
  /// its pixels stay squares, and one that is wider than the page shrinks to two thirds at most before it scrolls.
  func write(into markup: inout MarkupWriter) {
    let factor = max(1, min(4, 640 / max(1, header.width)))
    let source = "data:image/png;base64," + Data(png).base64EncodedString()
    let (width, height) = ("\(header.width * factor)", "\(header.height * factor)")
    markup.open("figure", ["class": "picture"])
    markup.open("div", ["class": "scroll"])
    if header.width > Self.columnWidth {
      markup.element(
        "img",
        [
          "class": "wide", "style": "min-width:\(header.width * 2 / 3)px", "src": source,
          "alt": told, "width": width, "height": height,
        ])
    } else {
      markup.element("img", ["src": source, "alt": told, "width": width, "height": height])
    }
    markup.close()
    markup.element("figcaption", content: told)
    markup.close()
  }
}
