import TensorCore

/// How a convolution is worked out; the result is the same within rounding.
public enum ConvolutionMethod: Sendable, Hashable, Codable {
  /// ``implicitProduct`` for `Float`, ``matrixProduct`` for `Double`.
  case automatic
  /// The patches are copied into a matrix, and BLAS multiplies it with the weights: the plain form.
  case matrixProduct
  /// Packed weights are multiplied with the patches where these lie: the fast form.
  case implicitProduct

  private func isImplicit<S: TensorScalar>(_ type: S.Type) -> Bool {
    self == .implicitProduct || (self == .automatic && S.self == Float.self)
  }

  /// `activation(x ∗ W + b)`.
  func forward<S: TensorScalar>(
    _ x: Tensor<S>, _ weight: Tensor<S>, _ bias: Tensor<S>?, then activation: Activation,
    _ g: ConvolutionGeometry
  ) -> Tensor<S> {
    isImplicit(S.self)
      ? ImplicitConvolution.forward(x, weight, bias, then: activation, g)
      : MatrixProductConvolution.forward(x, weight, bias, then: activation, g)
  }

  /// `activation(dy ∗ᵀ W + b)`.
  func inputGradient<S: TensorScalar>(
    _ dy: Tensor<S>, _ weight: Tensor<S>, _ bias: Tensor<S>?, then activation: Activation,
    _ g: ConvolutionGeometry
  ) -> Tensor<S> {
    if isImplicit(S.self) {
      return ImplicitConvolution.inputGradient(dy, weight, bias, then: activation, g)
    }
    var dx = MatrixProductConvolution.inputGradient(dy, weight, g)
    if let bias { dx += bias }
    return activation(dx)
  }

  /// `Σ patchᵀ dy`.
  func weightGradient<S: TensorScalar>(
    _ x: Tensor<S>, _ dy: Tensor<S>, _ g: ConvolutionGeometry
  ) -> Tensor<S> {
    isImplicit(S.self)
      ? ImplicitConvolution.weightGradient(x, dy, g)
      : MatrixProductConvolution.weightGradient(x, dy, g)
  }

  /// ``forward(_:_:_:then:_:)`` for many inputs, whose geometries `geometry` gives: the weight is packed once.
  ///
  /// - Parameter isExchanged: whether the weight is `[kernelHeight, kernelWidth, outputs, channels]`.
  func preparedForward<S: TensorScalar>(
    _ weight: Tensor<S>, _ bias: Tensor<S>?, then activation: Activation, isExchanged: Bool,
    _ geometry: @escaping @Sendable (Tensor<S>, Shape?) -> ConvolutionGeometry
  ) -> @Sendable (Tensor<S>, Shape?) -> Tensor<S> {
    guard isImplicit(S.self) else {
      let weight = isExchanged ? weight.permuted([0, 1, 3, 2]) : weight
      return {
        MatrixProductConvolution.forward($0, weight, bias, then: activation, geometry($0, $1))
      }
    }
    let packed = ImplicitConvolution.packed(weight, isExchanged: isExchanged)
    return {
      ImplicitConvolution.forward($0, packed: packed, bias, then: activation, geometry($0, $1))
    }
  }

  /// ``inputGradient(_:_:_:then:_:)`` for many inputs; `kernel` is the geometry for an image of any size.
  func preparedInputGradient<S: TensorScalar>(
    _ weight: Tensor<S>, _ bias: Tensor<S>?, then activation: Activation, isExchanged: Bool,
    kernel: ConvolutionGeometry,
    _ geometry: @escaping @Sendable (Tensor<S>, Shape?) -> ConvolutionGeometry
  ) -> @Sendable (Tensor<S>, Shape?) -> Tensor<S> {
    guard isImplicit(S.self) else {
      let weight = isExchanged ? weight.permuted([0, 1, 3, 2]) : weight
      return { inputGradient($0, weight, bias, then: activation, geometry($0, $1)) }
    }
    let packed = ImplicitConvolution.packedPhases(weight, kernel, isExchanged: isExchanged)
    return {
      ImplicitConvolution.inputGradient(
        $0, packed: packed, bias, then: activation, geometry($0, $1))
    }
  }
}
