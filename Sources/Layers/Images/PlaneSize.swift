/// Two extents of a plane of pixels: of a kernel, a stride, a padding. `3` stands for 3 × 3.
public struct PlaneSize: Hashable, Sendable, Codable, ExpressibleByIntegerLiteral,
  CustomStringConvertible
{
  /// The extent along the rows' axis.
  public var height: Int
  /// The extent along the columns' axis.
  public var width: Int

  /// The given extents.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// A square.
  public init(_ side: Int) { self.init(height: side, width: side) }

  /// A square.
  public init(integerLiteral side: Int) { self.init(side) }

  /// The product of the extents.
  public var area: Int { height * width }

  /// `height × width`.
  public var description: String { "\(height) × \(width)" }

  /// Whether both extents are at least `least`.
  func isAtLeast(_ least: Int) -> Bool { height >= least && width >= least }
}
