import Layers
import RealModule
import TensorCore

/// Two independent pairs of correlated normal numbers whose correlation is trainable (spec §8.4).
///
/// `x_k = e_k1 sin a_k + e_k2 cos a_k`, `y_k = e_k1 cos a_k + e_k2 sin a_k` for `k` = 1, 2 and independent standard normal `e`: both
/// are standard normal with correlation `ρ_k = sin 2a_k`. The input is `e` `[n, 4]`, columns `e_11, e_12, e_21, e_22`; the output
/// `[n, 4]` holds `Z = (x_1, x_2)` and then `T`: `(y_1, y_2)`, or with the warp `(exp q_1, tanh q_2)`, `q = y W`,
/// `W = ((1, 1.5), (1.5, 1))`. The warp is invertible, so that it changes no mutual information.
struct GaussianPairs<Scalar: TensorScalar>: Layer {
  /// `a`, `[2]`.
  var angles: Tensor<Scalar>
  /// Whether `T` is warped.
  let isWarped: Bool

  /// The noise, the angles' sines and cosines, and `T`.
  struct Tape: Sendable {
    let noise, target: Tensor<Scalar>
  }

  static var parts: [Part<Self>] {
    [.tensor("angles", \.angles)]
  }

  /// Both pairs at the same angle.
  init(angle: Scalar, isWarped: Bool) {
    angles = Tensor([angle, angle])
    self.isWarped = isWarped
  }

  /// `−½ Σ ln(1 − sin² 2a_k)` in nats.
  var mutualInformation: Double {
    angles.scalars.reduce(0) {
      let cosine = Double.cos(2 * Double($1))
      return $0 - Double.log(cosine * cosine) / 2
    }
  }

  /// `sin a_k` and `cos a_k`.
  private var waves: [(sin: Scalar, cos: Scalar)] {
    angles.scalars.map { (Scalar.sin($0), Scalar.cos($0)) }
  }

  func forward(_ e: Tensor<Scalar>) -> (y: Tensor<Scalar>, tape: Tape) {
    require(
      e.rank == 2 && e.shape[1] == 4, "GaussianPairs.forward: e must be [n, 4], got \(e.shape)")
    let waves = waves
    var y = Tensor<Scalar>.zeros(e.shape)
    y.withUnsafeMutableBufferPointer { out in
      e.withUnsafeBufferPointer { e in
        for i in stride(from: 0, to: e.count, by: 4) {
          for k in 0..<2 {
            let (first, second) = (e[i + 2 * k], e[i + 2 * k + 1])
            out[i + k] = first * waves[k].sin + second * waves[k].cos
            out[i + 2 + k] = first * waves[k].cos + second * waves[k].sin
          }
          if isWarped {
            let (y1, y2) = (out[i + 2], out[i + 3])
            out[i + 2] = Scalar.exp(y1 + 1.5 * y2)
            out[i + 3] = Scalar.tanh(1.5 * y1 + y2)
          }
        }
      }
    }
    return (y, Tape(noise: e, target: y))
  }

  /// With the warp `dq = (dT_1 exp q_1, dT_2 (1 − tanh² q_2))`, `dy = dq Wᵀ`, else `dy = dT`; then
  /// `de_k1 = dx_k sin a_k + dy_k cos a_k`, `de_k2 = dx_k cos a_k + dy_k sin a_k`, and
  /// `da_k = Σ dx_k (e_k1 cos a_k − e_k2 sin a_k) + dy_k (e_k2 cos a_k − e_k1 sin a_k)`.
  func backward(_ dy: Tensor<Scalar>, through tape: Tape)
    -> (dx: Tensor<Scalar>, gradient: Gradient)
  {
    require(
      dy.shape == tape.noise.shape,
      "GaussianPairs.backward: dy must be \(tape.noise.shape), got \(dy.shape)")
    let waves = waves
    var sums: [Scalar] = [0, 0]
    var dNoise = Tensor<Scalar>.zeros(dy.shape)
    dNoise.withUnsafeMutableBufferPointer { out in
      dy.withUnsafeBufferPointer { d in
        tape.noise.withUnsafeBufferPointer { e in
          tape.target.withUnsafeBufferPointer { t in
            for i in stride(from: 0, to: d.count, by: 4) {
              var dT = (d[i + 2], d[i + 3])
              if isWarped {
                let dq = (dT.0 * t[i + 2], dT.1 * (1 - t[i + 3] * t[i + 3]))
                dT = (dq.0 + 1.5 * dq.1, 1.5 * dq.0 + dq.1)
              }
              for k in 0..<2 {
                let (dx, dTarget) = (d[i + k], k == 0 ? dT.0 : dT.1)
                let (first, second) = (e[i + 2 * k], e[i + 2 * k + 1])
                let (sin, cos) = waves[k]
                out[i + 2 * k] = dx * sin + dTarget * cos
                out[i + 2 * k + 1] = dx * cos + dTarget * sin
                sums[k] +=
                  dx * (first * cos - second * sin) + dTarget * (second * cos - first * sin)
              }
            }
          }
        }
      }
    }
    return (dNoise, Gradient(of: self) { $0.angles = Tensor(sums) })
  }
}
