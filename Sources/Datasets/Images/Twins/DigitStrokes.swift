import Foundation

/// The strokes of ten digit-like signs: points in a box from −0.6 to 0.6 and from −1 (top) to 1.
enum DigitStrokes {
  typealias Point = (x: Float, y: Float)

  /// The polylines of each digit.
  static let all: [[[Point]]] = [
    [arc(0, 0, 0.55, 0.95, from: -90, to: 270)],
    [[(-0.25, -0.6), (0.05, -0.95), (0.05, 0.95)]],
    [arc(0, -0.45, 0.5, 0.5, from: 190, to: 400) + [(-0.5, 0.95), (0.55, 0.95)]],
    [
      arc(-0.05, -0.48, 0.5, 0.47, from: 200, to: 450)
        + arc(-0.05, 0.47, 0.55, 0.48, from: 270, to: 520)
    ],
    [[(0.15, -0.95), (-0.55, 0.25), (0.6, 0.25)], [(0.25, -0.3), (0.2, 0.95)]],
    [
      [(0.5, -0.95), (-0.35, -0.95), (-0.42, 0.0)]
        + arc(-0.02, 0.38, 0.52, 0.57, from: 225, to: 510)
    ],
    [
      [(0.4, -0.95), (0.05, -0.75), (-0.3, -0.3), (-0.46, 0.15)]
        + arc(0, 0.45, 0.5, 0.5, from: 180, to: 540)
    ],
    [[(-0.55, -0.9), (0.5, -0.9), (0.1, 0.05), (-0.1, 0.95)]],
    [
      arc(0, -0.48, 0.42, 0.46, from: 90, to: 450) + arc(0, 0.46, 0.52, 0.49, from: 270, to: 630)
    ],
    [arc(0, -0.42, 0.48, 0.5, from: 0, to: 360) + [(0.42, 0.2), (0.3, 0.95)]],
  ]

  /// Points on an ellipse; angles in degrees, clockwise from the right.
  private static func arc(
    _ x: Float, _ y: Float, _ width: Float, _ height: Float, from: Float, to: Float
  ) -> [Point] {
    let count = Int((to - from) / 18)
    return (0...count).map { k in
      let angle = (from + (to - from) * Float(k) / Float(count)) * .pi / 180
      return (x + width * Float(cos(Double(angle))), y + height * Float(sin(Double(angle))))
    }
  }
}
