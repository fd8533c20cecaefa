import Storage

/// What becomes of transparent pixels: models see colours alone.
public enum SceneAlpha: String, Sendable, Hashable, Codable, CaseIterable {
  /// Alpha is left out: the colours beneath are seen as they are stored, also where they are fully transparent.
  case drop
  /// Pictures are laid on black.
  case black
  /// Pictures are laid on white.
  case white

  /// The red, green and blue that are seen.
  func applied(to image: Image) -> Image {
    guard self != .drop, image.channels % 2 == 0 else { return image.rgb }
    let ground = self == .white ? 255 : 0
    let colours = image.channels - 1
    var bytes: [UInt8] = []
    bytes.reserveCapacity(image.height * image.width * 3)
    for pixel in stride(from: 0, to: image.bytes.count, by: image.channels) {
      let alpha = Int(image.bytes[pixel + colours])
      for channel in 0..<3 {
        let colour = Int(image.bytes[pixel + (colours == 3 ? channel : 0)])
        bytes.append(UInt8((colour * alpha + ground * (255 - alpha) + 127) / 255))
      }
    }
    return Image(height: image.height, width: image.width, channels: 3, bytes: bytes)
  }
}

/// What a reader of results must know of a picture, which looking at its size does not tell.
struct PictureLook: Sendable {
  /// Whether a pixel is transparent.
  var isTransparent = false
  /// Whether it has 16 bits per sample and is nearly black.
  var isDim = false
  /// Whether all pixels are equal.
  var isPlain = false
  /// Whether it has more than one frame.
  var isAnimated = false
  /// Of what the model sees of it.
  var hash = 0

  init() {}

  /// Looks at a picture: its file, its samples, and what the model sees.
  init(file: [UInt8], image: Image, seen: [UInt8]) {
    if image.channels % 2 == 0 {
      let last = image.channels - 1
      isTransparent = stride(from: last, to: image.bytes.count, by: image.channels)
        .contains { image.bytes[$0] < 255 }
    }
    // The number of bits stands behind the extents.
    if file.count > 24, file[24] == 16 {
      let alpha = image.channels % 2 == 0 ? image.channels : Int.max
      isDim = image.bytes.enumerated().allSatisfy { place, byte in
        byte <= 16 || (place + 1) % alpha == 0
      }
    }
    let pixel = seen.prefix(3)
    isPlain = stride(from: 0, to: seen.count, by: 3).allSatisfy { place in
      seen[place] == pixel[0] && seen[place + 1] == pixel[1] && seen[place + 2] == pixel[2]
    }
    isAnimated = Self.hasAnimation(file)
    var hasher = Hasher()
    seen.withUnsafeBytes { hasher.combine(bytes: $0) }
    hash = hasher.finalize()
  }

  /// Whether a chunk `acTL` stands before the first of the picture's data.
  private static func hasAnimation(_ file: [UInt8]) -> Bool {
    for chunk in PNGChunks(file) {
      if chunk.name == "acTL" { return true }
      if chunk.name == "IDAT" { return false }
    }
    return false
  }
}

/// What was found on all pictures of a set, as notes.
struct PictureFindings {
  /// How many pictures of a split are looked at where they do not fit the memory.
  static let sample = 256

  let alpha: SceneAlpha
  private var looks: [(split: SceneSplit, looks: [PictureLook])] = []
  private var total = 0

  init(alpha: SceneAlpha) { self.alpha = alpha }

  mutating func add(_ looks: [PictureLook], of split: SceneSplit, among count: Int) {
    self.looks.append((split, looks))
    total += count
  }

  /// One sentence a finding; none for pictures that need none.
  var notes: [String] {
    let all = looks.flatMap(\.looks)
    guard !all.isEmpty else { return [] }
    let of = all.count == total ? "\(total)" : "the first \(all.count) of \(total)"
    var notes: [String] = []
    func add(_ test: (PictureLook) -> Bool, _ words: String) {
      let count = all.count(where: test)
      if count > 0 { notes.append("\(count) of \(of) pictures \(words)") }
    }
    add(
      \.isTransparent,
      alpha == .drop
        ? "have transparent pixels: alpha is left out, so that the colours beneath are seen and learned "
          + "(data.alpha=black or white lays pictures on that colour)"
        : "have transparent pixels and were laid on \(alpha.rawValue) (data.alpha=\(alpha.rawValue))"
    )
    add(
      \.isDim,
      "have 16 bits per sample and are nearly black: values of fewer bits were stored without being scaled; "
        + "scale them (values of 0 to 255 by 257) and write the pictures again")
    add(\.isAnimated, "are animated: the first frame is taken")
    let hashes = Set(all.map(\.hash))
    if hashes.count == 1 && all.count > 1 {
      notes.append("all \(of) pictures are equal: there is nothing to learn from them")
    } else {
      add(\.isPlain, "are of one colour each")
      noteShared(&notes)
    }
    return notes
  }

  /// Pictures to test on that were learned from.
  private func noteShared(_ notes: inout [String]) {
    let learned = Set(looks.first { $0.split == .train }?.looks.map(\.hash) ?? [])
    for (split, looks) in looks where split != .train && !learned.isEmpty {
      let shared = looks.count { learned.contains($0.hash) && !$0.isPlain }
      if shared > 0 {
        notes.append(
          "\(shared) of \(looks.count) \(split.rawValue) pictures are among the training pictures too"
        )
      }
    }
  }
}
