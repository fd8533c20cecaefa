import Foundation
import Layers
import TensorCore
import Testing

@Suite struct ScheduleTests {
  @Test(arguments: [
    "plateau", "plateauFlat", "plateauRising", "plateauCooldown", "plateauMinimum",
    "plateauThreshold", "plateauAbsolute", "plateauZero", "plateauNegative", "plateauEps",
    "plateauNaN",
  ])
  func plateauAgreesWithPyTorch(name: String) throws {
    let golden = LayerGolden.schedules
    func number(_ key: String) -> Double { golden.number("\(name).\(key)") }
    var schedule = ReduceLROnPlateau(
      mode: number("isMaximum") == 1 ? .max : .min, factor: number("factor"),
      patience: Int(number("patience")), threshold: number("threshold"),
      thresholdMode: number("isAbsolute") == 1 ? .absolute : .relative,
      cooldown: Int(number("cooldown")), minimumRate: number("minimumRate"),
      minimumChange: number("minimumChange"))
    let losses = golden.tensor("\(name).losses", as: Double.self).scalars
    let rates = golden.tensor("\(name).rates", as: Double.self).scalars
    var rate = number("initialRate")
    for (epoch, loss) in losses.enumerated() {
      let before = rate
      let changed = schedule.step(loss, &rate)
      #expect(rate == rates[epoch], "\(name) epoch \(epoch)")
      #expect(changed == (rate != before))
      // The state survives being saved at any moment.
      schedule = try JSONDecoder().decode(
        ReduceLROnPlateau.self, from: JSONEncoder().encode(schedule))
    }
  }

  @Test(arguments: ["step", "stepShort", "stepOne"])
  func stepsAgreeWithPyTorch(name: String) {
    let golden = LayerGolden.schedules
    let schedule = StepSchedule(
      initialRate: golden.number("\(name).initialRate"), every: Int(golden.number("\(name).size")),
      factor: golden.number("\(name).factor"))
    let rates = golden.tensor("\(name).rates", as: Double.self).scalars
    #expect((0..<100).map { schedule.learningRate(epoch: $0) } == rates)
  }

  @Test func milestonesCutOnce() {
    let schedule = StepSchedule(initialRate: 1, at: [5, 2], factor: 0.5)
    #expect((0..<7).map { schedule.learningRate(epoch: $0) } == [1, 1, 0.5, 0.5, 0.5, 0.25, 0.25])
  }
}
