import Layers
import TensorCore

/// The neural maximal correlation with a network on each side: `|1/n Σ ĥ(Ẑ_i) ĝ(T̂_i)|`.
///
/// Unlike ``RenyiObjective`` it sees dependence with constant E[T|Z] (for instance T = ±√Z).
public struct TwoSidedCorrelation<Scalar: TensorScalar>: Parameterized {
  /// `h`, from the columns of `Z` to one number.
  public var z: MLP<Scalar>
  /// `g`, from the columns of `T` to one number.
  public var t: MLP<Scalar>

  /// `z.…` and `t.…`.
  public static var parts: [Part<Self>] {
    [.part("z", \.z), .part("t", \.t)]
  }

  /// Networks with `hidden` units each.
  public init(inputs: Int, targets: Int, hidden: Int = 200, random: Philox) {
    z = RenyiObjective.network(
      inputs: inputs, hidden: [hidden], outputs: 1, random: random.stream("z"))
    t = RenyiObjective.network(
      inputs: targets, hidden: [hidden], outputs: 1, random: random.stream("t"))
  }

  /// The measure of given networks.
  public init(z: MLP<Scalar>, t: MLP<Scalar>) {
    self.z = z
    self.t = t
  }

  /// Standardised values of both functions on rows, `[n, 1]` each.
  public func functions(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>)
    -> (h: Tensor<Scalar>, g: Tensor<Scalar>)
  {
    (
      Standardized(self.z.prepared().sharded(Standardized(z).y)).y,
      Standardized(self.t.prepared().sharded(Standardized(t).y)).y
    )
  }

  /// The magnitude of the correlation of both functions.
  public func value(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>) -> Scalar {
    let (h, g) = functions(z, t)
    return min((h * g).mean().magnitude, 1)
  }

  /// The value, and its gradients with respect to the networks and both arrays.
  public func evaluate(_ z: Tensor<Scalar>, _ t: Tensor<Scalar>, includingArrays: Bool) -> (
    value: Scalar, gradient: Gradient, dZ: Tensor<Scalar>?, dT: Tensor<Scalar>?
  ) {
    let (zs, ts) = (Standardized(z), Standardized(t))
    let zPass = ShardedPass(self.z.prepared(), zs.y)
    let tPass = ShardedPass(self.t.prepared(), ts.y)
    let (h, g) = (Standardized(zPass.y), Standardized(tPass.y))
    let r = (h.y * g.y).mean()
    let factor: Scalar = (r > 0 ? 1 : r < 0 ? -1 : 0) / Scalar(z.shape[0])
    let (dZ, zGradient) = zPass.backward(
      h.backward(g.y * factor), needsInputGradient: includingArrays)
    let (dT, tGradient) = tPass.backward(
      g.backward(h.y * factor), needsInputGradient: includingArrays)
    let gradient = Gradient(of: self) {
      $0.z = zGradient
      $0.t = tGradient
    }
    return (min(r.magnitude, 1), gradient, dZ.map(zs.backward), dT.map(ts.backward))
  }
}
