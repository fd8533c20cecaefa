import Foundation
import TensorCore
import Testing

@testable import Datasets

struct ProceduralScenesTests {
  static func scenes(
    seed: UInt64 = 3, _ change: (inout SceneRecipe) -> Void = { _ in }
  ) throws -> ProceduralScenes {
    var recipe = SceneRecipe()
    (recipe.train, recipe.validation, recipe.test) = (100, 50, 50)
    change(&recipe)
    return try ProceduralScenes(recipe, seed: seed)
  }

  @Test func anImageDependsOnItsPlaceAlone() throws {
    for worlds in [0, 4] {
      let scenes = try Self.scenes {
        $0.worlds = worlds
        $0.noise = 0.05
      }
      let size = 64 * 64 * 3
      let all = scenes.bytes(at: Array(0..<12), of: .train)
      let some = scenes.bytes(at: [7, 2], of: .train)
      #expect(Array(some[..<size]) == Array(all[(7 * size)..<(8 * size)]))
      #expect(Array(some[size...]) == Array(all[(2 * size)..<(3 * size)]))
      #expect(scenes.truth(at: [7], of: .train) == [scenes.truth(at: [3, 7], of: .train)[1]])
      #expect(scenes.bytes(at: [2], of: .test) != Array(some[size...]))
      let other = try ProceduralScenes(scenes.recipe, seed: 4)
      #expect(other.bytes(at: [2], of: .train) != Array(some[size...]))
      #expect(Set((0..<12).map { Array(all[($0 * size)..<(($0 + 1) * size)]) }).count == 12)
    }
  }

  /// In a process of its own, since the number of threads is one for all.
  @Test func theNumberOfThreadsChangesNoBit() async {
    await #expect(processExitsWith: .success) {
      let scenes = try Self.scenes { $0.noise = 0.05 }
      let indices = Array(0..<30)
      let (alone, truths) = (
        scenes.batch(indices, of: .test), scenes.truth(at: indices, of: .test)
      )
      Parallelism.threads = 3
      guard scenes.batch(indices, of: .test) == alone,
        scenes.truth(at: indices, of: .test) == truths
      else { exit(1) }
    }
  }

  @Test func batchesAreBytesOver255() throws {
    let scenes = try Self.scenes { $0.side = 40 }
    let (batch, bytes) = (scenes.batch([1, 5]), scenes.bytes(at: [1, 5], of: .train))
    #expect(batch.shape == [2, 40, 40, 3])
    #expect(batch.scalars == bytes.map { Float($0) / 255 })
    #expect(try scenes.images(at: [1, 5], of: .train) == batch)
  }

  @Test func boxesEncloseTheMasks() throws {
    let scenes = try Self.scenes {
      ($0.side, $0.leastSize, $0.mostSize) = (72, 6, 30)
      ($0.leastObjects, $0.mostObjects, $0.overlap) = (3, 9, 1)
    }
    var counts: Set<Int> = []
    for truth in scenes.truth(at: Array(0..<50), of: .validation) {
      let mask = try #require(truth.mask)
      #expect(mask.count == 72 * 72 && Int(mask.max() ?? 0) == truth.boxes.count)
      counts.insert(truth.boxes.count)
      for (index, box) in truth.boxes.enumerated() {
        let pixels = mask.indices.filter { mask[$0] == UInt8(index + 1) }
        let (columns, rows) = (pixels.map { $0 % 72 }, pixels.map { $0 / 72 })
        let left = try #require(columns.min())
        let (right, top, bottom) = (columns.max()!, rows.min()!, rows.max()!)
        #expect((box.centreX - box.width / 2) * 72 - Float(left) < 1e-4)
        #expect(((box.centreX + box.width / 2) * 72 - Float(right + 1)).magnitude < 1e-4)
        #expect(((box.centreY - box.height / 2) * 72 - Float(top)).magnitude < 1e-4)
        #expect(((box.centreY + box.height / 2) * 72 - Float(bottom + 1)).magnitude < 1e-4)
      }
    }
    #expect(counts.count > 3)
  }

  /// On one colour, what differs from it is an object or, like the tips of stars, within three pixels of one.
  @Test func masksLieWhereTheImageIsDrawn() throws {
    let scenes = try Self.scenes {
      $0.backgrounds = [.plain]
      ($0.leastObjects, $0.mostObjects, $0.overlap) = (4, 4, 0)
      ($0.leastSize, $0.mostSize) = (8, 12)
    }
    let images = scenes.bytes(at: Array(0..<20), of: .train)
    for (n, truth) in scenes.truth(at: Array(0..<20), of: .train).enumerated() {
      #expect(truth.boxes.count == 4)
      let mask = try #require(truth.mask)
      func pixel(_ row: Int, _ column: Int) -> [UInt8] {
        let start = ((n * 64 + row) * 64 + column) * 3
        return Array(images[start..<(start + 3)])
      }
      let ground = pixel(0, 0)
      for row in 3..<61 {
        for column in 3..<61 {
          let around = (-3...3).flatMap { i in
            (-3...3).map { mask[(row + i) * 64 + column + $0] }
          }
          if mask[row * 64 + column] > 0 {
            #expect(pixel(row, column) != ground)
          } else if around.allSatisfy({ $0 == 0 }) {
            #expect(pixel(row, column) == ground, "image \(n), row \(row), column \(column)")
          }
        }
      }
    }
  }

  /// A disc's edge mixes its colour with the ground by what is covered; the mask has what is covered by half or more.
  @Test func theMaskEndsWhereHalfAPixelIsCovered() throws {
    let scenes = try Self.scenes {
      ($0.backgrounds, $0.shapes) = ([.plain], [.disc])
      ($0.leastObjects, $0.mostObjects, $0.leastSize) = (1, 1, 14)
    }
    let images = scenes.batch(Array(0..<20))
    for (n, truth) in scenes.truth(at: Array(0..<20), of: .train).enumerated() {
      let (mask, box) = (try #require(truth.mask), try #require(truth.boxes.first))
      func pixel(_ row: Int, _ column: Int) -> [Float] {
        (0..<3).map { images[n, row, column, $0] }
      }
      let ground = pixel(0, 0)
      let disc = pixel(Int(box.centreY * 64), Int(box.centreX * 64))
      let whole = zip(disc, ground).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
      var edges = 0
      for place in 0..<(64 * 64) {
        let here = pixel(place / 64, place % 64)
        let part = zip(zip(here, ground), zip(disc, ground)).map { pair, full in
          (pair.0 - pair.1) * (full.0 - full.1)
        }
        let covered = part.reduce(0, +) / whole
        if covered > 0.02 && covered < 0.98 { edges += 1 }
        // Bytes round: what is nearly half covered is left out.
        if (covered - 0.5).magnitude < 0.02 { continue }
        #expect((mask[place] == 1) == (covered > 0.5), "image \(n), pixel \(place): \(covered)")
      }
      #expect(edges > 20)
    }
  }

  @Test func whatIsMostlyHiddenHasNoBox() throws {
    func boxes(_ leastVisible: Double) throws -> [Int] {
      try Self.scenes {
        ($0.leastObjects, $0.mostObjects, $0.overlap) = (12, 12, 1)
        ($0.leastSize, $0.mostSize, $0.leastVisible) = (20, 24, leastVisible)
        $0.shapes = [.disc]
      }.truth(at: Array(0..<40), of: .test).map { $0.boxes.count }
    }
    let (all, half, whole) = try (boxes(0), boxes(0.5), boxes(1))
    #expect(zip(all, half).allSatisfy { $0 >= $1 } && zip(half, whole).allSatisfy { $0 >= $1 })
    #expect(all.reduce(0, +) > half.reduce(0, +) && half.reduce(0, +) > whole.reduce(0, +))
    #expect(whole.allSatisfy { (1...12).contains($0) })
  }

  /// The area of each shape in closed form, by counting points.
  @Test func shapesHaveTheirAreas() {
    let areas: [SpriteShape: Float] = [
      .disc: .pi, .square: 4 * 0.88 * 0.88, .ring: 0.75 * .pi, .cross: 2 * 2 * 0.72 - 0.72 * 0.72,
      .triangle: 3 * Float(3).squareRoot() * 0.36, .star: 5 * 1.2 * 0.55 * 0.587_785,
    ]
    #expect(areas.count == SpriteShape.allCases.count)
    let points = stride(from: Float(-1.3), to: 1.3, by: 0.005)
    for (shape, area) in areas {
      var count = 0
      for y in points {
        for x in points where shape.distance(x, y) < 0 {
          count += 1
          #expect((x * x + y * y).squareRoot() <= SpriteShape.reach)
        }
      }
      let found = Float(count) * 0.005 * 0.005
      #expect((found - area).magnitude < 0.01, "\(shape): \(found), not \(area)")
    }
  }

  @Test func worldsAreSharedAndEachIsOfAKind() throws {
    let scenes = try Self.scenes {
      ($0.leastObjects, $0.mostObjects) = (0, 0)
      ($0.backgrounds, $0.worlds) = ([.plain], 3)
    }
    let images = scenes.bytes(at: Array(0..<60), of: .train)
    let colours = Set((0..<60).map { Array(images[($0 * 64 * 64 * 3)...].prefix(3)) })
    #expect(colours.count == 3)
    #expect(
      scenes.truth(at: [0], of: .train) == [
        SceneTruth(boxes: [], mask: [UInt8](repeating: 0, count: 64 * 64))
      ])
  }

  @Test func aWrongRecipeIsNamed() {
    func error(_ change: (inout SceneRecipe) -> Void) -> String {
      message { _ = try Self.scenes(change) }
    }
    #expect(error { $0.mostObjects = 1 }.contains("mostObjects: expected 2, the fewest, to 255"))
    #expect(error { $0.mostSize = 60 }.contains("three quarters of the side, found 60"))
    #expect(error { $0.shapes = [] }.contains("at least one of disc, square"))
    #expect(error { $0.noise = .nan }.contains("noise"))
    #expect(
      error { $0.side = 4 }.contains("scenes: side: expected a number from 8 to 1024, found 4"))
  }
}
