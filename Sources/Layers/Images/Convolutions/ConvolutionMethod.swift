import TensorCore

/// How a convolution is worked out; the result is the same within rounding.
public enum ConvolutionMethod: Sendable, Hashable, Codable {
  /// ``implicitProduct`` for `Float`, ``matrixProduct`` for `Double`.
  case automatic
  /// The patches are copied into a matrix, and BLAS multiplies it with the weights: the plain form.
  case matrixProduct
  /// Packed weights are multiplied with the patches where these lie: the fast form.
  case implicitProduct

  func isImplicit<S: TensorScalar>(_ type: S.Type) -> Bool {
    self == .implicitProduct || (self == .automatic && S.self == Float.self)
  }

  /// `activation(x ∗ W + b)`.
  ///
  /// - Parameter isExchanged: whether the weight is `[kernelHeight, kernelWidth, outputs, channels]`.
  func forward<S: TensorScalar>(
    _ x: Tensor<S>, _ weight: Tensor<S>, _ layouts: WeightLayouts<S>, isExchanged: Bool = false,
    _ bias: Tensor<S>?, then activation: Activation, _ g: ConvolutionGeometry
  ) -> Tensor<S> {
    guard isImplicit(S.self) else {
      return MatrixProductConvolution.forward(
        x, isExchanged ? weight.permuted([0, 1, 3, 2]) : weight, bias, then: activation, g)
    }
    let packed = layouts.output {
      ImplicitConvolution.packed(weight, isExchanged: isExchanged)
    }
    return ImplicitConvolution.forward(x, packed: packed, bias, then: activation, g)
  }

  /// `activation(dy ∗ᵀ W + b)`.
  ///
  /// - Parameter isExchanged: whether the weight is `[kernelHeight, kernelWidth, outputs, channels]`.
  func inputGradient<S: TensorScalar>(
    _ dy: Tensor<S>, _ weight: Tensor<S>, _ layouts: WeightLayouts<S>, isExchanged: Bool = false,
    _ bias: Tensor<S>?, then activation: Activation, _ g: ConvolutionGeometry
  ) -> Tensor<S> {
    guard isImplicit(S.self) else {
      var dx = MatrixProductConvolution.inputGradient(
        dy, isExchanged ? weight.permuted([0, 1, 3, 2]) : weight, g)
      if let bias { dx += bias }
      return activation(dx)
    }
    // They depend on the kernel alone, not on the extents of this image.
    let packed = layouts.phases {
      ImplicitConvolution.packedPhases(weight, g, isExchanged: isExchanged)
    }
    return ImplicitConvolution.inputGradient(dy, packed: packed, bias, then: activation, g)
  }

  /// `Σ patchᵀ dy`.
  func weightGradient<S: TensorScalar>(
    _ x: Tensor<S>, _ dy: Tensor<S>, _ g: ConvolutionGeometry
  ) -> Tensor<S> {
    isImplicit(S.self)
      ? ImplicitConvolution.weightGradient(x, dy, g)
      : MatrixProductConvolution.weightGradient(x, dy, g)
  }
}
