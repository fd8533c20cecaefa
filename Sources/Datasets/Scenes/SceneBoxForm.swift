/// Another form that boxes are in, where `cx,cy,w,h` in pixels of 128 is wanted.
enum SceneBoxForm: Equatable {
  /// Fractions of the image, as YOLO has them.
  case fractions
  /// Two corners, as VOC has them.
  case corners
  /// The upper left corner, then width and height, as COCO has them.
  case topLeft
  /// Pixels of pictures of this size.
  case pixels(height: Int, width: Int)

  /// How far a box may reach over the edge of an image of 128 before it counts as outside.
  private static let margin: Float = 4

  /// The form that boxes look like; `nil` for the expected one, or where it cannot be told.
  ///
  /// - Parameters:
  ///   - boxes: four finite numbers each, the last two positive.
  ///   - size: of the pictures, as far as it is known.
  init?(_ boxes: [[Float]], pictures size: (height: Int, width: Int)?) {
    guard !boxes.isEmpty else { return nil }
    let unit = SceneBoxText.unit
    if boxes.allSatisfy({ $0.allSatisfy { (0...1).contains($0) } }) {
      self = .fractions
      return
    }
    func fit(_ test: ([Float]) -> Bool) -> Bool { boxes.allSatisfy(test) }
    func areInside(_ side: (x: Float, y: Float), _ margin: Float) -> Int {
      boxes.count { box in
        box[0] - box[2] / 2 >= -margin && box[0] + box[2] / 2 <= side.x + margin
          && box[1] - box[3] / 2 >= -margin && box[1] + box[3] / 2 <= side.y + margin
      }
    }
    if let size, size.height != Int(unit) || size.width != Int(unit) {
      let own = (x: Float(size.width), y: Float(size.height))
      let isBeyond = boxes.contains { $0[0] > unit || $0[1] > unit }
      // In a small picture's pixels, all boxes lie in a corner of 128.
      let isCorner =
        boxes.count >= 8 && max(own.x, own.y) <= unit * 0.75
        && areInside(own, 1) == boxes.count
      if isBeyond && areInside(own, own.x / 32) == boxes.count || isCorner {
        self = .pixels(height: size.height, width: size.width)
        return
      }
    }
    let outside = boxes.count - areInside((unit, unit), Self.margin)
    let areCorners = fit { box in
      box[0] >= 0 && box[1] >= 0 && box[2] > box[0] && box[3] > box[1]
        && box[2] <= unit + 1 && box[3] <= unit + 1
    }
    if areCorners && (outside * 10 > boxes.count || boxes.count >= 4 && outside > 0) {
      self = .corners
      return
    }
    let areTopLeft = fit { box in
      box[0] >= 0 && box[1] >= 0 && box[0] + box[2] <= unit + 1 && box[1] + box[3] <= unit + 1
    }
    if areTopLeft && outside * 10 > boxes.count {
      self = .topLeft
      return
    }
    return nil
  }

  /// The form in words.
  var words: String {
    switch self {
    case .fractions: "numbers up to 1, which look like fractions of the image as YOLO has them"
    case .corners:
      "what looks like two corners x0,y0,x1,y1 as VOC has them: as centres and sizes, boxes would lie outside"
    case .topLeft:
      "what looks like x,y,w,h from the upper left corner as COCO has them: as centres and sizes, boxes would lie outside"
    case .pixels(let height, let width):
      "what looks like pixels of the pictures, which are \(width) x \(height)"
    }
  }

  /// What to do about it.
  var advice: String {
    let side = Int(SceneBoxText.unit)
    return switch self {
    case .fractions: "multiply all numbers by \(side)"
    case .corners: "write (x0+x1)/2,(y0+y1)/2,x1-x0,y1-y0 in pixels of \(side)"
    case .topLeft:
      "write x+w/2,y+h/2,w,h in pixels of \(side); if they are centres, cut the boxes at the edges of the image"
    case .pixels(let height, let width):
      "multiply x and w by \(side)/\(width), y and h by \(side)/\(height)"
    }
  }
}
