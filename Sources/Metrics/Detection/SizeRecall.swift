import TensorCore

/// Bounds between small, medium and large objects, as fractions of the image's side.
public struct SizeClasses: Sendable, Hashable {
  /// Objects whose ``DetectionBox/side`` is below it are small.
  public let medium: Double
  /// Objects from here on are large.
  public let large: Double

  /// Classes by two bounds; by default a tenth and a fifth of the image.
  ///
  /// - Requires: `0 < medium < large`.
  public init(medium: Double = 0.1, large: Double = 0.2) {
    require(
      0 < medium && medium < large,
      "SizeClasses: bounds must hold 0 < medium < large, got \(medium) and \(large)")
    self.medium = medium
    self.large = large
  }

  /// The class of a box: 0 small, 1 medium, 2 large.
  func index(of box: DetectionBox) -> Int {
    box.side < medium ? 0 : box.side < large ? 1 : 2
  }
}

/// The share of objects found, for small, medium and large ones apart.
public struct SizeRecall: Sendable, Equatable {
  /// One class.
  public struct Share: Sendable, Equatable {
    /// The objects of the class.
    public let objectCount: Int
    /// Those that were found.
    public let foundCount: Int
    /// Found ones among all; `nil` if there is none.
    public var recall: Double? {
      objectCount > 0 ? Double(foundCount) / Double(objectCount) : nil
    }
  }

  /// The objects below the first bound.
  public let small: Share
  /// The objects between the bounds.
  public let medium: Share
  /// The objects from the second bound on.
  public let large: Share

  /// Counts objects and the found ones among them by class.
  init(_ objects: [DetectionBox], found: [Bool], _ classes: SizeClasses) {
    var counts = [(all: Int, found: Int)](repeating: (0, 0), count: 3)
    for (box, isFound) in zip(objects, found) {
      let index = classes.index(of: box)
      counts[index].all += 1
      if isFound { counts[index].found += 1 }
    }
    let shares = counts.map { Share(objectCount: $0.all, foundCount: $0.found) }
    (small, medium, large) = (shares[0], shares[1], shares[2])
  }
}
