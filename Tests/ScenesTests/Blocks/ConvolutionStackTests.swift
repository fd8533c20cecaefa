import GradientChecking
import TestSupport
import Testing

@testable import Scenes

@Suite struct ConvolutionStackTests {
  @Test(arguments: [1, 3])
  func gradients(batch: Int) throws {
    var random = Philox(seed: 3).stream("stack", batch)
    let stack = ConvolutionStack<Double>(
      inputs: 3,
      stages: [
        StageSize(4, kernel: 4, stride: 2, padding: 1, groups: 2), .same(6, groups: 3),
        .up(2, channels: 4, groups: 2),
      ], random: random.stream("parameters"))
    try checkGradients(of: stack, at: random.normal(shape: [batch, 6, 8, 3]), using: &random)
  }

  @Test func aStageIsConvolutionShuffleActivationNorm() {
    var random = Philox(seed: 5)
    let stack = ConvolutionStack<Double>(
      inputs: 5, stages: [.up(3, channels: 4, groups: 2)], random: random.stream("parameters"))
    let x: Tensor<Double> = random.normal(shape: [2, 3, 2, 5])
    let stage = stack.stages[0]
    let linear = Convolution(weight: stage.convolution.weight, bias: stage.convolution.bias)
    let plain = stage.norm(Activation.celu(1)(PixelShuffle<Double>(factor: 3)(linear(x))))
    expectClose(stack(x), plain, within: 1e-14)
    #expect(
      stack.namedParameters.map(\.name) == [
        "0.convolution.weight", "0.convolution.bias", "0.norm.scale", "0.norm.shift",
      ])
  }

  /// 11 samples of 32 × 32 × 16 make several groups; those of the stages at 8 × 8 are larger, and so a run of their own.
  @Test(arguments: [
    (
      1,
      [
        .same(16, groups: 4), StageSize(8, kernel: 2, stride: 2, groups: 2),
        .up(2, channels: 16, groups: 4),
      ]
    ),
    (
      2,
      [
        .same(16, groups: 4), StageSize(8, kernel: 4, stride: 4, groups: 2), .same(6, groups: 3),
      ]
    ),
  ])
  func groupsOfSamplesChangeNothing(runs: Int, stages: [StageSize]) {
    var random = Philox(seed: 6)
    let stack = ConvolutionStack<Float>(
      inputs: 2, stages: stages, random: random.stream("parameters"))
    let x: Tensor<Float> = random.normal(shape: [11, 32, 32, 2])
    let (y, tape) = stack.forward(x)
    #expect(tape.runs.count == runs && tape.runs[0].plan.groups.count > 1)
    let dy: Tensor<Float> = random.normal(shape: y.shape)
    let whole = stack.backward(dy, through: tape)
    let withoutInput = stack.backward(dy, through: tape, needsInputGradient: false)
    #expect(withoutInput.dx == nil)
    for parameter in stack.parameters {
      #expect(
        parameter.gradient(in: withoutInput.gradient) == parameter.gradient(in: whole.gradient))
    }
    var sum: ConvolutionStack<Float>.Gradient?
    for sample in 0..<11 {
      let (one, tape) = stack.forward(x.rows(sample..<sample + 1))
      #expect(one == y.rows(sample..<sample + 1))
      let part = stack.backward(dy.rows(sample..<sample + 1), through: tape)
      #expect(part.dx == whole.dx.rows(sample..<sample + 1))
      if sum == nil { sum = part.gradient } else { sum! += part.gradient }
    }
    for parameter in stack.parameters {
      let expected = parameter.gradient(in: sum!).converted(to: Double.self)
      expectClose(
        parameter.gradient(in: whole.gradient) * (1 / Float(max(1, abs(expected).max()))),
        expected * (1 / max(1, abs(expected).max())), within: 1e-5, parameter.name)
    }
  }
}
