import Scenes
import Testing

@Suite struct LinearScheduleTests {
  @Test func valuesOfTheAuthorsRoomSettings() {
    // Presence 0.1 until 4,000, then to 0.01 at 10,000; at 5,000 a sixth of the way.
    let settings = SPACESettings()
    let stage = settings.stage(at: 5_000)
    #expect(abs(stage.presence - 0.085) < 1e-15)
    #expect(stage.scaleMean == -1)
    #expect(abs(stage.temperature - 2) < 1e-15)
    #expect(stage.hasBoundaryLoss && stage.fixedAlpha == nil)
    #expect(settings.stage(at: 4_000).presence == 0.1)
    #expect(settings.stage(at: 10_000).presence == 0.01)
    #expect(settings.finalStage.scaleMean == -2 && !settings.finalStage.hasBoundaryLoss)
  }

  @Test func alphaIsFixedAfterStepZeroOnly() {
    var settings = SPACESettings()
    settings.fixedAlpha = 0.2
    settings.fixedAlphaSteps = 3
    #expect((0..<4).map { settings.stage(at: $0).fixedAlpha } == [nil, 0.2, 0.2, nil])
  }

  /// A head start moves every schedule by its length.
  @Test func schedulesCountFromTheEndOfAHeadStart() {
    var settings = SPACESettings()
    settings.temperature = LinearSchedule(from: 1, to: 9, first: 2, last: 1)
    settings.presence = LinearSchedule(from: 2, to: 6, first: 0.1, last: 0.02)
    settings.scaleMean = LinearSchedule(from: 0, to: 4, first: -1, last: -2)
    settings.fixedAlpha = 0.2
    settings.fixedAlphaSteps = 3
    settings.boundarySteps = 5
    var late = settings
    late.headStartSteps = 7
    for step in 1..<12 { #expect(late.stage(at: step + 7) == settings.stage(at: step)) }
    // The first step of the whole is not the first of the run: alpha is held in it.
    #expect(late.stage(at: 7).fixedAlpha == 0.2)
    #expect(late.stage(at: 3).temperature == 2 && late.stage(at: 3).presence == 0.1)
  }

  @Test func aConstantDoesNotMove() {
    let schedule = LinearSchedule(constant: 0.3)
    #expect([0, 1, 1_000_000].map { schedule.value(at: $0) } == [0.3, 0.3, 0.3])
  }
}
