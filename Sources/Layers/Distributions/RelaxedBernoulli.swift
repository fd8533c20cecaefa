import RealModule
import TensorCore

/// A sample of a Bernoulli variable made continuous (Maddison, Mnih, Teh 2017; Jang, Gu, Poole 2017):
/// `z = 1/(1 + e⁻ʸ)` with `y = (log u − log(1 − u) + l)/temperature`, for logits `l` and uniform numbers `u`.
///
/// All tensors have one shape. The uniform numbers are arguments, so that a pass can be repeated.
public enum RelaxedBernoulli<Scalar: TensorScalar> {
  /// The sample; uniform numbers are first moved into `[ε, 1 − ε]`, with ε the type's rounding unit, as PyTorch does.
  public static func sample(
    logits: Tensor<Scalar>, uniform: Tensor<Scalar>, temperature: Scalar
  ) -> Tensor<Scalar> {
    require(
      logits.shape == uniform.shape && temperature > 0,
      "RelaxedBernoulli.sample: wants logits and uniform of one shape and a positive temperature, "
        + "got \(logits.shape), \(uniform.shape) and \(temperature)")
    let epsilon = Scalar.ulpOfOne
    let u = uniform.map { min(max($0, epsilon), 1 - epsilon) }
    return sigmoid((log(u) - log(1 - u) + logits) * (1 / temperature))
  }

  /// `dl = dz z (1 − z)/temperature`.
  public static func backward(
    _ dz: Tensor<Scalar>, sample z: Tensor<Scalar>, temperature: Scalar
  ) -> Tensor<Scalar> {
    require(
      dz.shape == z.shape,
      "RelaxedBernoulli.backward: dz must be \(z.shape), got \(dz.shape)")
    return dz * z * (1 - z) * (1 / temperature)
  }
}
