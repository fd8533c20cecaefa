import Metrics
import TensorCore
import Testing

@testable import Trials

struct CanvasTests {
  let red = Colour(255, 0, 0)
  let blue = Colour(0, 0, 255)
  let black = Colour(0, 0, 0)

  /// Rows of letters: `.` black, `r` red, `b` blue, `?` another colour.
  private func drawing(_ canvas: Canvas) -> [String] {
    (0..<canvas.height).map { y in
      String(
        (0..<canvas.width).map { x -> Character in
          let colour = canvas[x, y]
          return colour == black ? "." : colour == red ? "r" : colour == blue ? "b" : "?"
        })
    }
  }

  @Test func imagesBecomeBytes() {
    let colours = Tensor<Float>(
      shape: [1, 2, 3], scalars: [0, 0.5, 1, -3, 7, .nan])
    let canvas = Canvas(colours)
    #expect((canvas.width, canvas.height) == (2, 1))
    #expect(canvas[0, 0] == Colour(0, 128, 255) && canvas[1, 0] == Colour(0, 255, 0))
    let grey = Canvas(Tensor<Float>(shape: [2, 1, 1], scalars: [0.2, 1]))
    #expect(grey[0, 0] == Colour(51, 51, 51) && grey[0, 1] == Colour(255, 255, 255))
    let batch = Canvas.batch(Tensor<Float>(shape: [2, 1, 1, 1], scalars: [0, 1]))
    #expect(batch.map { $0[0, 0] } == [black, Colour(255, 255, 255)])
  }

  @Test func enlargingRepeatsPixels() {
    var canvas = Canvas(width: 2, height: 2, filledWith: black)
    canvas[1, 0] = red
    canvas[0, 1] = blue
    #expect(
      drawing(canvas.enlarged(by: 3)) == [
        "...rrr", "...rrr", "...rrr", "bbb...", "bbb...", "bbb...",
      ])
    #expect(canvas.enlarged(by: 1) == canvas)
  }

  @Test func whatLiesOutsideIsCutOff() {
    var canvas = Canvas(width: 4, height: 3, filledWith: black)
    let patch = Canvas(width: 2, height: 2, filledWith: red)
    canvas.place(patch, x: -1, y: 2)
    canvas.place(patch, x: 3, y: -1)
    canvas.place(patch, x: 9, y: 0)
    canvas.place(patch, x: 0, y: -5)
    #expect(drawing(canvas) == ["...r", "....", "r..."])
    canvas.fill(x: 1, y: 1, width: 90, height: 1, blue)
    canvas[17, 0] = red
    #expect(drawing(canvas) == ["...r", ".bbb", "r..."])
  }

  /// A box over the middle half of eight pixels, one whose edges are outside, one without area, one that is nowhere.
  @Test func outlinesOfBoxes() {
    func outlined(_ box: DetectionBox, thickness: Int = 1) -> [String] {
      var canvas = Canvas(width: 8, height: 8, filledWith: black)
      canvas.outline(box, red, thickness: thickness)
      return drawing(canvas)
    }
    let middle = DetectionBox(x: 0.5, y: 0.5, width: 0.5, height: 0.5)
    let empty = "........"
    let (full, sides) = ("..rrrr..", "..r..r..")
    #expect(outlined(middle) == [empty, empty, full, sides, sides, full, empty, empty])
    #expect(outlined(middle, thickness: 5) == [empty, empty, full, full, full, full, empty, empty])
    let corner = DetectionBox(x: 0, y: 0, width: 0.5, height: 0.75)
    #expect(
      outlined(corner) == [".r......", ".r......", "rr......"] + Array(repeating: empty, count: 5))
    let point = DetectionBox(x: 0.5, y: 0.5, width: 0, height: 0)
    #expect(outlined(point).joined().filter { $0 == "r" }.count == 1)
    for nowhere in [
      DetectionBox(x: 5, y: 5, width: 0.1, height: 0.1),
      DetectionBox(x: 1e300, y: 0, width: 1, height: 1),
      DetectionBox(x: .nan, y: 0.5, width: 0.5, height: 0.5),
    ] {
      #expect(outlined(nowhere) == Array(repeating: empty, count: 8))
    }
    // No pixel of a line that is seen through is drawn twice, however thick it is.
    for thickness in 1...4 {
      for (width, height) in [(0.375, 0.625), (0.25, 0.125), (0.125, 0.5), (0.5, 0.5)] {
        var canvas = Canvas(width: 8, height: 8, filledWith: black)
        let box = DetectionBox(x: width / 2, y: height / 2, width: width, height: height)
        canvas.outline(box, red, thickness: thickness, opacity: 0.2)
        #expect(canvas[0, 0] == Colour(51, 0, 0))
        let seen = Set((0..<64).map { canvas[$0 % 8, $0 / 8] })
        #expect(seen == [black, Colour(51, 0, 0)])
      }
    }
    var edged = Canvas(width: 8, height: 8, filledWith: red)
    edged.outline(middle, blue, edge: 1)
    #expect(edged[1, 1] == Colour(128, 0, 0) && edged[2, 2] == blue && edged[3, 3] == red)
  }

  @Test func lettersAreDrawnAndUnknownOnesAreBoxes() {
    var canvas = Canvas(width: 12, height: 9, filledWith: black)
    canvas.write("L→", x: 0, y: 0, red)
    #expect(
      drawing(canvas) == [
        "r.....rrrrr.", "r.....r...r.", "r.....r...r.", "r.....r...r.", "r.....r...r.",
        "r.....r...r.", "rrrrr.rrrrr.", "............", "............",
      ])
    // Every letter differs from every other, and none is empty but the blank.
    let letters = Array(
      " 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,:;-+=/%()<>_·×°")
    var seen: [[UInt8]: Character] = [:]
    for letter in letters {
      let rows = PixelLetters.rows(of: letter)
      #expect(rows.count == 9 && (letter == " ") == rows.allSatisfy { $0 == 0 })
      #expect(rows != PixelLetters.rows(of: "→"), "no letter \(letter)")
      if let other = seen[rows] { Issue.record("\(letter) is drawn as \(other)") }
      seen[rows] = letter
    }
    #expect(PixelLetters.width(of: "abc") == 17 && PixelLetters.width(of: "") == 0)
  }

  @Test func segmentColoursDiffer() {
    let colours = (0..<24).map(Colour.segment)
    for (index, colour) in colours.enumerated() {
      for other in colours[..<index] {
        let distance = [
          Int(colour.red) - Int(other.red), Int(colour.green) - Int(other.green),
          Int(colour.blue) - Int(other.blue),
        ].map { $0 * $0 }.reduce(0, +)
        #expect(distance > 300, "\(colour) and \(other)")
      }
    }
    #expect(Colour.segment(-1) == black)
  }
}
