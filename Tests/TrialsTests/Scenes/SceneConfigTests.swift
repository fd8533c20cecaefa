import Foundation
import Testing

@testable import Trials

/// The configs in Experiments/scenes are valid, and the published ones hold the published values.
@Suite struct SceneConfigTests {
  private static let folder = URL(filePath: #filePath)
    .appending(path: "../../../../Experiments/scenes").standardizedFileURL

  private func load(_ name: String) throws -> SceneConfiguration {
    let path = Self.folder.appending(path: "\(name).yaml").path
    return try ExperimentRegistry.standard.load(path: path, overrides: [], quick: false)[0]
      .configuration(as: SceneConfiguration.self)
  }

  @Test func allAreValid() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(files.count >= 5)
    for file in files { _ = try load(String(file.dropLast(".yaml".count))) }
  }

  /// Spec §8, column by column.
  @Test(arguments: [
    ("rooms-large", 16, 5, 0.15, 0.15, 8848, 160_000),
    ("rooms-small", 8, 5, 0.15, 0.15, 1, 160_000),
    ("atari-joint", 16, 3, 0.2, 0.1, 1, 160_000), ("space-invaders", 16, 3, 0.2, 0.1, 1, 100_000),
    ("river-raid", 16, 4, 0.2, 0.1, 3, 100_000),
  ]) func publishedSettings(
    name: String, grid: Int, components: Int, front: Double, back: Double, seed: Int, steps: Int
  ) throws {
    let config = try load(name)
    #expect(config.model.grid == grid && config.model.components == components, "\(name)")
    #expect(
      config.model.side == 128 && config.model.glimpse == 32 && config.model.widthDivisor == 1)
    #expect(config.objective.foregroundDeviation == front)
    #expect(config.objective.backgroundDeviation == back)
    #expect(config.seed == seed && config.steps == steps && config.batchSize == 12)
    #expect(config.foregroundRate == 1e-5 && config.backgroundRate == 1e-3)
  }

  @Test func publishedSchedules() throws {
    let joint = try load("atari-joint").settings
    #expect(joint.stage(at: 15_000).presence == 1e-10)
    #expect(joint.stage(at: 3_999).fixedAlpha == 0.1 && joint.stage(at: 4_000).fixedAlpha == nil)
    #expect(joint.stage(at: 20_000).temperature == 2.5 && !joint.stage(at: 0).hasBoundaryLoss)
    let invaders = try load("space-invaders").settings
    #expect(invaders.stage(at: 20_000).scaleMean == -2.5 && invaders.scaleDeviation == 0.2)
    #expect(invaders.stage(at: 20_000).temperature == 0.1)
    #expect(invaders.stage(at: 1_999).fixedAlpha == 0.2)
    let rooms = try load("rooms-large").settings
    #expect(rooms.stage(at: 100_000).hasBoundaryLoss && !rooms.stage(at: 100_001).hasBoundaryLoss)
    #expect(rooms.stage(at: 10_000).scaleMean == -1 && rooms.stage(at: 20_000).scaleMean == -2)
    let raid = try load("river-raid").settings
    #expect(raid.stage(at: 1).fixedAlpha == 0.05 && raid.stage(at: 10_000).presence == 0.01)
  }
}
