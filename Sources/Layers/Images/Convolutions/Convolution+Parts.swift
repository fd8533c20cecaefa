import TensorCore

/// The two halves of the backward pass, for models that recompute the input of a convolution instead of keeping a tape.
extension Convolution {
  /// `dW = Σ patchᵀ du`, shaped like the weight; `du` is the gradient before the activation.
  public func weightGradient(_ du: Tensor<Scalar>, x: Tensor<Scalar>) -> Tensor<Scalar> {
    method.weightGradient(x, du, checkedGeometry(x.shape, du))
  }

  /// `dx = du ∗ᵀ W` for an input of shape `input`; `du` is the gradient before the activation.
  public func inputGradient(_ du: Tensor<Scalar>, input: Shape) -> Tensor<Scalar> {
    method.inputGradient(
      du, weight, layouts, nil, then: .identity, checkedGeometry(input, du))
  }

  func checkedGeometry(_ input: Shape, _ du: Tensor<Scalar>) -> ConvolutionGeometry {
    let geometry = ConvolutionGeometry(
      input: input, weight: weight.shape, strides: strides, padding: padding,
      layer: "Convolution.backward")
    require(
      du.shape == geometry.outputShape,
      "Convolution.backward: du must be \(geometry.outputShape), got \(du.shape)")
    return geometry
  }
}
