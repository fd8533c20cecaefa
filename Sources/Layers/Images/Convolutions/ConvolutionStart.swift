import TensorCore

/// The parameters that a convolution starts with, as PyTorch has it: all uniform in `±1/√fanIn`.
///
/// The weight comes from the child stream `weight` of `random`, the bias from `bias`.
func startConvolution<S: TensorScalar>(
  _ layer: StaticString, inputs: Int, outputs: Int, kernel: PlaneSize, fanIn: Int, bias: Bool,
  random: Philox
) -> (weight: Tensor<S>, bias: Tensor<S>?) {
  require(
    inputs > 0 && outputs > 0 && kernel.isAtLeast(1),
    "\(layer): inputs, outputs and kernel must be positive, got \(inputs), \(outputs) and \(kernel)"
  )
  let bound = 1 / S(fanIn).squareRoot()
  var weightStream = random.stream("weight")
  var biasStream = random.stream("bias")
  return (
    weightStream.uniform(
      shape: [kernel.height, kernel.width, inputs, outputs], in: -bound..<bound),
    bias ? biasStream.uniform(shape: [outputs], in: -bound..<bound) : nil
  )
}

/// Ends the program unless these parts make a convolution.
func checkConvolution<S: TensorScalar>(
  _ layer: StaticString, weight: Tensor<S>, bias: Tensor<S>?, strides: PlaneSize,
  padding: PlaneSize
) {
  require(
    weight.rank == 4 && weight.count > 0,
    "\(layer): weight must be [kernelHeight, kernelWidth, inputs, outputs], got \(weight.shape)")
  require(
    bias.map { $0.shape == [weight.shape[3]] } ?? true,
    "\(layer): bias must be [\(weight.shape[3])], got \(bias.map { "\($0.shape)" } ?? "none")")
  require(
    strides.isAtLeast(1) && padding.isAtLeast(0),
    "\(layer): strides must be positive and padding not negative, got \(strides) and \(padding)")
}
