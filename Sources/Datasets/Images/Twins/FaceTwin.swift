import TensorCore

/// A generated stand-in for the face sets: simple drawn faces, 64 x 64 grey, with person, pose, expression and eyes as in
/// the CMU Face Images.
///
/// A person is twelve numbers (size and shade of head, hair and eyes, …); every combination of the four labels is drawn
/// eight times, with small changes of place, light and strength of the expression.
struct FaceTwin: Sendable {
  static let side = 64
  static let personCount = 20
  static let takes = 8
  static let count = personCount * 4 * 4 * 2 * takes

  private let random: Philox

  init(seed: UInt64) { random = Philox(seed: seed).stream("twin/faces") }

  var pool: ImagePool {
    ImagePool(name: "faceTwin", trainCount: Self.count, testCount: nil, order: "faceTwin") {
      _, rows in
      let faces = rows.map { row in
        Face(
          person: row / (32 * Self.takes), pose: row / (8 * Self.takes) % 4,
          expression: row / (2 * Self.takes) % 4, eyes: row / Self.takes % 2, take: row % Self.takes
        )
      }
      return ImageSet(
        name: "faceTwin", height: Self.side, width: Self.side, channels: 1,
        pixels: parallelMap(over: faces.count) { draw(faces[$0]) }.flatMap { $0 },
        labels: [
          "person": faces.map(\.person), "pose": faces.map(\.pose),
          "expression": faces.map(\.expression), "eyes": faces.map(\.eyes),
        ],
        labelNames: [
          "person": (1...Self.personCount).map { "person \($0)" }, "pose": CMUFaces.poses,
          "expression": CMUFaces.expressions, "eyes": CMUFaces.eyes,
        ],
        provenance: "generated: drawn faces of \(Self.personCount) persons")
    }
  }

  private struct Face: Sendable {
    var person: Int
    var pose: Int
    var expression: Int
    var eyes: Int
    var take: Int
  }

  private func draw(_ face: Face) -> [UInt8] {
    var person = random.stream("person", face.person)
    var take = random.stream(
      "take", ((face.person * 4 + face.pose) * 4 + face.expression) * 2 + face.eyes, face.take)
    func trait(_ low: Float, _ high: Float) -> Float {
      low + (high - low) * person.uniform(as: Float.self)
    }
    func change(_ low: Float, _ high: Float) -> Float {
      low + (high - low) * take.uniform(as: Float.self)
    }
    let (width, height) = (trait(14, 18), trait(19, 23))
    let (skin, hair) = (trait(0.55, 0.9), trait(0.05, 0.45))
    let (fringe, sides) = (trait(0.25, 0.55), trait(0.5, 3.5))
    let (spread, size) = (trait(5.5, 7.5), trait(1.6, 2.4))
    let (brow, nose, lips) = (trait(0.9, 2), trait(4, 7.5), trait(4.5, 7))

    let light = change(0.9, 1.1)
    let x = 32 + change(-1.5, 1.5)
    let y = 34 + change(-1.5, 1.5)
    let strength = change(0.8, 1.2)
    // Left and right move the features over the head, up moves them to the crown and shortens the fringe.
    let turn: Float = [-7, 7, 0, 0][face.pose] + change(-0.6, 0.6)
    let lift: Float = [0, 0, 0, -5][face.pose] + change(-0.5, 0.5)
    let narrow: Float = face.pose < 2 ? 0.8 : 1

    var plane = InkPlane(side: Self.side, shade: change(0.25, 0.35))
    let tone = min(skin * light, 1)
    plane.ellipse(x: x, y: 66, width: 20, height: 12, shade: trait(0.1, 0.7))
    plane.ellipse(x: x, y: 52, width: 6, height: 10, shade: tone * 0.85)
    plane.ellipse(
      x: x - 0.3 * turn, y: y - 3, width: width + sides, height: height + 2, shade: hair)
    plane.ellipse(x: x, y: y, width: width, height: height, shade: tone)
    // The fringe covers the head's top, less of it where the head looks up.
    let edge = y - height * (1 - fringe) + 0.6 * lift - 2
    plane.fill(shade: hair) { px, py in
      let (u, v) = ((px - x) / (width + 1), (py - y) / (height + 1))
      let inside = ((u * u + v * v).squareRoot() - 1) * width
      return max(inside, py - edge - 0.02 * (px - x - turn) * (px - x - turn))
    }
    let (fx, fy) = (x + turn, y + lift)
    features(
      face, on: &plane, x: fx, y: fy, spread: spread * narrow, size: size, hair: hair, brow: brow,
      strength: strength)
    plane.line(
      (fx + 0.25 * turn, fy - 1), (fx + 0.35 * turn, fy - 1 + nose), thickness: 1.6,
      shade: tone * 0.72)
    mouth(face.expression, on: &plane, x: fx, y: fy + 11, width: lips * narrow, strength: strength)
    return plane.bytes
  }

  private func features(
    _ face: Face, on plane: inout InkPlane, x: Float, y: Float, spread: Float, size: Float,
    hair: Float, brow: Float, strength: Float
  ) {
    // How much lower the inner end of a brow is than the outer: angry, happy, neutral, sad.
    let fall: Float = [2.6, -0.6, 0.4, -2.4][face.expression] * strength
    for side: Float in [-1, 1] {
      let centre = x + side * spread
      plane.line(
        (centre - side * 2.6, y - 7 + fall / 2), (centre + side * 2.6, y - 7 - fall / 2),
        thickness: brow, shade: hair * 0.8)
      if face.eyes == 1 {
        plane.ellipse(x: centre, y: y - 3, width: 4.6, height: 3.2, shade: 0.02)
      } else {
        plane.ellipse(x: centre, y: y - 3, width: size + 1, height: size * 0.75, shade: 0.97)
        plane.ellipse(x: centre, y: y - 3, width: 1.2, height: 1.3, shade: 0.08)
      }
    }
    if face.eyes == 1 {
      plane.line((x - spread, y - 4), (x + spread, y - 4), thickness: 1.2, shade: 0.02)
    }
  }

  private func mouth(
    _ expression: Int, on plane: inout InkPlane, x: Float, y: Float, width: Float, strength: Float
  ) {
    // How far the ends are above the middle, and how thick the mouth is.
    let rise: Float = [-0.8, 3.2, 0, -3][expression] * strength
    let thickness: Float = [2.6, 2, 1.6, 1.6][expression]
    let steps = 8
    let points = (0...steps).map { k -> (x: Float, y: Float) in
      let u = 2 * Float(k) / Float(steps) - 1
      return (x + u * width * (expression == 0 ? 0.75 : 1), y - rise * (u * u - 0.5))
    }
    for (a, b) in zip(points, points.dropFirst()) {
      plane.line(a, b, thickness: thickness, shade: 0.18)
    }
  }
}
