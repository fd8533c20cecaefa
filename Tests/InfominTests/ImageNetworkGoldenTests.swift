import Infomin
import Layers
import TensorCore
import Testing

/// Both networks on images and their steps against PyTorch; parameters and images follow the formula of the script.
@Suite struct ImageNetworkGoldenTests {
  private let golden: Golden

  init() throws { golden = try Golden("image_networks") }

  /// `sin(12.9898 i + 78.233 seed)` for the i-th number.
  private func numbers(_ shape: Shape, _ seed: Int) -> Tensor<Double> {
    Tensor(
      shape: shape,
      scalars: (0..<shape.count).map { Double.sin(12.9898 * Double($0) + 78.233 * Double(seed)) })
  }

  private func images(_ count: Int, _ channels: Int, _ seed: Int) -> Tensor<Double> {
    numbers([count, 32, 32, channels], seed) * 0.5 + 0.5
  }

  /// Sets every parameter by the formula.
  private func fill<Model: Parameterized>(_ model: inout Model) where Model.Scalar == Double {
    var fan = 1.0
    model.updateParameters { index, name, tensor in
      let value = numbers(tensor.shape, index + 1)
      if name.hasSuffix("scale") {
        tensor = value * 0.3 + 1
      } else if name.hasSuffix("shift") {
        tensor = value * 0.2
      } else {
        // A bias follows its weight. Transposed convolutions count their outputs.
        let shape = tensor.shape
        if name.hasSuffix("weight") {
          let isTransposed = name.hasPrefix("decoder") && shape.rank == 4
          fan = Double(
            shape.rank == 2 ? shape[0] : shape[0] * shape[1] * shape[isTransposed ? 3 : 2])
        }
        tensor = value * (1 / fan.squareRoot())
      }
    }
  }

  /// Compares the gradients and the statistics that the file has, and returns how many these are.
  private func compare<Model: Parameterized>(
    _ name: String, _ model: Model, _ gradient: Model.Gradient,
    _ state: [(name: String, value: Tensor<Double>)]
  ) throws -> Int where Model.Scalar == Double {
    var found = 0
    for parameter in model.parameters where golden.arrays["\(name).d/\(parameter.name)"] != nil {
      let expected = try golden["\(name).d/\(parameter.name)"]
      let own = parameter.gradient(in: gradient)
      // What a normalisation follows has a bias gradient of zero, and PyTorch's is rounding.
      let error = abs(own - expected).max() / max(abs(expected).max(), 1e-6)
      #expect(error < 2e-7, "\(name) \(parameter.name): \(error)")
      found += 1
    }
    for (key, value) in state where golden.arrays["\(name).state/\(key)"] != nil {
      let error = relativeError(value, try golden["\(name).state/\(key)"])
      #expect(error < 1e-10, "\(name) \(key): \(error)")
      found += 1
    }
    return found
  }

  @Test(arguments: [false, true])
  func disentanglingAgreesWithPyTorch(doubleSoftmax: Bool) throws {
    var model = DisentanglingModel<Double>(
      channels: 2, classes: 3, outputs: 6, widthDivisor: 64, doubleSoftmax: doubleSoftmax,
      random: Philox(seed: 0))
    fill(&model)
    let x = images(5, 2, 0)
    let (losses, gradient, state) = model.step(
      x, labels: [0, 2, 1, 1, 2], weights: .init(reconstruction: 1.3, label: 0.7, dependence: 0.4),
      dependence: PearsonTerm(), state: model.initialState, using: Philox(seed: 0))
    let name = doubleSoftmax ? "doubleSoftmax" : "disentangling"
    let expected = try golden["\(name).losses"]
    let found = Tensor([losses.reconstruction, losses.label, losses.dependence])
    #expect(relativeError(found, expected) < 1e-11)
    let weighted = 1.3 * losses.reconstruction + 0.7 * losses.label + 0.4 * losses.dependence
    #expect(abs(losses.total - weighted) < 1e-12)
    let count = try compare(name, model, gradient, state.namedTensors)
    #expect(count == (doubleSoftmax ? 2 : model.parameters.count + state.namedTensors.count))
    guard !doubleSoftmax else { return }
    let (z, _, _) = model.content.forward(x, model.initialState.content, mode: .training)
    #expect(relativeError(z, try golden["disentangling.z"]) < 1e-11)
    let code = Tensor.concatenate([z, .oneHot([0, 2, 1, 1, 2], classCount: 3)], along: 1)
    let (image, _, _) = model.decoder.forward(code, model.initialState.decoder, mode: .training)
    #expect(relativeError(image.rows(0..<1), try golden["disentangling.image"]) < 1e-6)
  }

  @Test(arguments: [false, true])
  func adaptingAgreesWithPyTorch(includingTarget: Bool) throws {
    var model = AdaptationModel<Double>(
      classes: 4, outputs: 5, widthDivisor: 64, random: Philox(seed: 0))
    fill(&model)
    let (source, target) = (images(4, 3, 0), images(3, 3, 1))
    let (losses, gradient, state) = model.step(
      source: (source, [3, 0, 1, 2]), target: target,
      weights: .init(content: 0.9, domain: 1.1, dependence: 0.5), dependence: PearsonTerm(),
      includingTarget: includingTarget, state: model.initialState, using: Philox(seed: 0))
    let name = includingTarget ? "adapting" : "contentOnly"
    let expected = try golden["\(name).losses"]
    let found = Tensor([losses.content, losses.domain, losses.dependence])
    #expect(relativeError(found, expected) < 1e-11)
    let count = try compare(name, model, gradient, state.namedTensors)
    #expect(count >= (includingTarget ? 80 : 2), "\(count) tensors compared")
    guard includingTarget else { return }
    let x = Tensor.concatenate([source, target])
    let content = model.content.forward(x, model.initialState.content, mode: .training).z
    let domain = model.domain.forward(x, model.initialState.domain, mode: .training).z
    #expect(relativeError(content, try golden["adapting.content"]) < 1e-11)
    #expect(relativeError(domain, try golden["adapting.domain"]) < 1e-11)
  }
}
