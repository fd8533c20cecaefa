import Storage
import TensorCore
import Testing

@testable import Datasets

struct MorphologyTests {
  /// An image of lines of `#` and other characters.
  static func image(_ lines: [String]) -> BinaryImage {
    BinaryImage(
      height: lines.count, width: lines[0].count, pixels: lines.joined().map { $0 == "#" })
  }

  static func random(_ height: Int, _ width: Int, share: Double, seed: UInt64) -> BinaryImage {
    var random = Philox(seed: seed)
    return BinaryImage(
      height: height, width: width,
      pixels: (0..<height * width).map { _ in random.uniform(as: Double.self) < share })
  }

  /// The number of connected parts of the ink; `corners` says whether pixels touch over a corner.
  static func parts(of image: BinaryImage, corners: Bool) -> Int {
    var left = image
    var count = 0
    while let first = left.pixels.firstIndex(of: true) {
      count += 1
      var open = [first]
      left.pixels[first] = false
      while let pixel = open.popLast() {
        for (dy, dx) in BinaryImage.ring where corners || dy == 0 || dx == 0 {
          let (row, column) = (pixel / image.width + dy, pixel % image.width + dx)
          guard (0..<image.height).contains(row), (0..<image.width).contains(column),
            left[row, column]
          else { continue }
          left[row, column] = false
          open.append(row * image.width + column)
        }
      }
    }
    return count
  }

  @Test(arguments: [0.3, 0.8, 0.97])
  func distancesAreThoseOfASearch(_ share: Double) {
    let image = Self.random(17, 23, share: share, seed: 5)
    let found = DistanceTransform.squared(image)
    for pixel in image.pixels.indices {
      var least = Int.max
      for other in image.pixels.indices where !image.pixels[other] {
        let (dy, dx) = (pixel / 23 - other / 23, pixel % 23 - other % 23)
        least = min(least, dy * dy + dx * dx)
      }
      #expect(found[pixel] == least)
    }
    let full = BinaryImage(height: 3, width: 4, pixels: Array(repeating: true, count: 12))
    #expect(DistanceTransform.squared(full).allSatisfy { $0 >= DistanceTransform.far })
  }

  @Test(arguments: 0...3)
  func erosionAndDilationAreThoseWithADisc(_ radius: Int) {
    let image = Self.random(15, 19, share: 0.7, seed: 8)
    let (eroded, dilated) = (image.eroded(radius: radius), image.dilated(radius: radius))
    for row in 0..<15 {
      for column in 0..<19 {
        var (all, any) = (true, false)
        for y in max(0, row - radius)...min(14, row + radius) {
          for x in max(0, column - radius)...min(18, column + radius)
          where (y - row) * (y - row) + (x - column) * (x - column) <= radius * radius {
            all = all && image[y, x]
            any = any || image[y, x]
          }
        }
        #expect(eroded[row, column] == all && dilated[row, column] == any)
      }
    }
  }

  @Test func theAxisOfABarIsItsMiddleLine() {
    var bar = BinaryImage(height: 11, width: 30)
    for row in 3..<8 { for column in 4..<26 { bar[row, column] = true } }
    let medial = MedialAxis(of: bar)
    for column in 7..<23 {
      #expect((0..<11).filter { medial.axis[$0, column] } == [5])
      #expect(medial.distance(5 * 30 + column) == 3)
    }
  }

  @Test func theAxisKeepsPartsAndLoops() {
    let ring = Self.image([
      "..........", ".#######..", ".#######..", ".##...##..", ".##...##..", ".##...##..",
      ".#######..", ".#######..", ".........#", "..........",
    ])
    let axis = MedialAxis(of: ring).axis
    #expect(axis[8, 9])
    // The ring and the single pixel; the hole and what is around.
    #expect(Self.parts(of: axis, corners: true) == 2)
    #expect(Self.parts(of: axis.inverted, corners: false) == 2)
    #expect((3...5).allSatisfy { row in (3...5).allSatisfy { !axis[row, $0] } })
    #expect(axis.area < ring.area / 2 + 3)
    #expect(MedialAxis(of: BinaryImage(height: 3, width: 3)).axis.area == 0)
  }

  @Test func ringsOfNeighboursFallIntoParts() {
    #expect(MedialAxis.parts(0) == 0 && MedialAxis.parts(0xff) == 1)
    // Opposite sides; two sides that touch over a corner; two opposite corners.
    #expect(MedialAxis.parts(0b1000_1000) == 2)
    #expect(MedialAxis.parts(0b0000_1010) == 1)
    #expect(MedialAxis.parts(0b0001_0001) == 2)
  }

  @Test func resizingKeepsConstantsAndPassesThroughValues() {
    let flat = [Double](repeating: 0.7, count: 49)
    for map in [Resampling(resizing: 7, to: 28), Resampling(smoothing: 7, deviation: 1.3)] {
      #expect(map.applied(to: flat).allSatisfy { abs($0 - 0.7) < 1e-12 })
    }
    var random = Philox(seed: 2)
    let image = (0..<49).map { _ in random.uniform(as: Double.self) }
    // Three times finer, every third place lies on an old one.
    let fine = Resampling(resizing: 7, to: 21).applied(to: image)
    for row in 0..<7 {
      for column in 0..<7 {
        #expect(abs(fine[(3 * row + 1) * 21 + 3 * column + 1] - image[row * 7 + column]) < 1e-12)
      }
    }
    // Not symmetric: the axes are not exchanged.
    #expect(abs(fine[1 * 21 + 4] - image[1]) < 1e-12)
  }

  @Test func anEmptyImageHasNoMeasuresAndNoPerturbationFails() {
    let empty = [UInt8](repeating: 0, count: 784)
    #expect(Morphometrics(ofDigit: empty).area == 0)
    var random = Philox(seed: 1)
    for change in Perturbation.allCases {
      #expect(change.applied(to: empty, using: &random) == empty)
    }
    let full = [UInt8](repeating: 255, count: 784)
    #expect(Morphometrics(ofDigit: full).thickness == 0)
  }
}
