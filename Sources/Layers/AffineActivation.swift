import TensorCore

/// The rows that one task works out: a constant, so that the split does not depend on the thread count.
private let tileRows = 256

/// `activation(x W + b)`, the activation applied to each tile of rows while the cache still holds it.
///
/// `x` is `[batch, inputs]`, `weight` `[inputs, outputs]`, `bias` `[outputs]`. The bias is laid into the output first and the
/// product added to it, so that it costs no pass of its own.
func affine<S: TensorScalar>(
  _ x: Tensor<S>, _ weight: Tensor<S>, _ bias: Tensor<S>?, then activation: Activation
) -> Tensor<S> {
  let (inputs, outputs) = (weight.shape[0], weight.shape[1])
  require(
    x.rank == 2 && x.shape[1] == inputs,
    "Dense.forward: x must be [batch, \(inputs)], got \(x.shape)")
  let batch = x.shape[0]
  return Tensor(shape: [batch, outputs]) { y in
    guard y.count > 0 else { return }
    x.withUnsafeBufferPointer { x in
      weight.withUnsafeBufferPointer { weight in
        let x = SharedAddress(x.baseAddress!)
        let weight = SharedAddress(weight.baseAddress!)
        let y = SharedAddress(y.baseAddress!)
        let tiles = (batch + tileRows - 1) / tileRows
        parallel(over: tiles) { tile in
          let start = tile * tileRows
          affine(
            UnsafePointer(x.address + start * inputs), rows: min(tileRows, batch - start),
            UnsafePointer(weight.address), inputs: inputs, outputs: outputs, bias,
            then: activation, into: y.address + start * outputs)
        }
      }
    }
  }
}

/// The same for rows at an address.
func affine<S: TensorScalar>(
  _ x: UnsafePointer<S>, rows: Int, _ weight: UnsafePointer<S>, inputs: Int, outputs: Int,
  _ bias: Tensor<S>?, then activation: Activation, into y: UnsafeMutablePointer<S>
) {
  if let bias {
    bias.withUnsafeBufferPointer { bias in
      for row in 0..<rows { (y + row * outputs).update(from: bias.baseAddress!, count: outputs) }
    }
  } else if inputs == 0 {
    y.update(repeating: 0, count: rows * outputs)
  }
  if inputs > 0 {
    S.gemm(
      transposeA: false, transposeB: false, m: rows, n: outputs, k: inputs, alpha: 1, x,
      lda: inputs, weight, ldb: outputs, beta: bias == nil ? 0 : 1, y, ldc: outputs)
  }
  activation.apply(UnsafePointer(y), y, rows * outputs)
}
