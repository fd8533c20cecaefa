import CKernels
import TensorCore

/// The kernels of attention by themselves: what they run on, and their speed without memory, masks or threads, so that a
/// benchmark notices a loop that has lost its vectors.
public enum AttentionKernels {
  /// What the products multiply.
  public enum Operands: String, Sendable, CaseIterable {
    /// Numbers of 32 bits.
    case float32
    /// Pairs of 16 bits, summed in 32.
    case bfloat16
  }

  /// Whether the processor has an instruction for pairs of bfloat16; elsewhere they are multiplied as float32.
  public static var multipliesBFloat16Pairs: Bool { ck_attention_has_bf16() != 0 }

  /// Multiplies pairs as float32 from here on also where there is an instruction for them; for `doctor` and tests.
  package static func emulateBFloat16Pairs(_ emulate: Bool) {
    ck_attention_emulate_bf16(emulate ? 1 : 0)
  }

  /// The rate of both products of a strip, `Q Kᵀ` and `P V`, with operands in the caches, in GFLOP/s on one thread.
  ///
  /// - Parameters:
  ///   - operands: what is multiplied.
  ///   - width: elements of a row, a multiple of 16 up to 256.
  ///   - seconds: the least time to measure.
  public static func productRate(_ operands: Operands, width: Int = 128, seconds: Double = 0.05)
    -> Double
  {
    let product = StripProduct(operands, width: width)
    product.run(times: 10)
    var times = 50
    while true {
      let duration = ContinuousClock().measure { product.run(times: times) }
      let elapsed = duration / .seconds(1)
      if elapsed >= seconds { return product.operations * Double(times) / elapsed / 1e9 }
      times *= 2
    }
  }
}

/// One strip of six rows over a block of 512 keys: its two products, to be run again and again.
public struct StripProduct: @unchecked Sendable {
  /// The floating-point operations of one run: `2 · 2 · 6 · 512 · width`.
  public let operations: Double
  private let operands: AttentionKernels.Operands
  private let width: Int
  private static let keys = 512
  private let left, panels, scores, values, outputs, ones: PoolBuffer<Float>

  /// Fills operands of `width` elements a row, a multiple of 16 up to 256.
  public init(_ operands: AttentionKernels.Operands, width: Int = 128) {
    require(
      width >= 16 && width <= AttentionGeometry.largestWidth && width % 16 == 0,
      "StripProduct: the width must be a multiple of 16 in 16...256, got \(width)")
    self.operands = operands
    self.width = width
    operations = 4 * 6 * Double(Self.keys * width)
    func buffer(_ count: Int, _ value: Float) -> PoolBuffer<Float> {
      let buffer = PoolBuffer<Float>(count: count)
      buffer.elements.update(repeating: value)
      return buffer
    }
    // As pairs of bfloat16 the same bits are small numbers too.
    left = buffer(6 * width, 0.125)
    panels = buffer(Self.keys * width, 0.125)
    scores = buffer(6 * Self.keys, 0.125)
    values = buffer(Self.keys * width, 0.125)
    outputs = buffer(6 * width, 0)
    ones = buffer(6, 0)
  }

  /// Runs both products.
  public func run(times: Int = 1) {
    let keys = Self.keys
    for _ in 0..<times {
      switch operands {
      case .float32:
        ck_attention_scores(left.base, width, panels.base, width, 0, keys, scores.base, keys)
        ck_attention_values(
          scores.base, keys, values.base, width, keys, width, ones.base, outputs.base, width)
      case .bfloat16:
        func bits(_ x: PoolBuffer<Float>) -> UnsafePointer<UInt16> {
          UnsafeRawPointer(x.base).assumingMemoryBound(to: UInt16.self)
        }
        ck_attention_scores_bf16(
          bits(left), width, bits(panels), width, 0, keys, 1, scores.base, keys)
        ck_attention_values_bf16(
          bits(panels), keys, bits(values), width, keys, width, ones.base, outputs.base, width)
      }
    }
  }

  /// The same products by plain loops over float32, whatever the operands: what a loop without vectors takes.
  public func runPlain() {
    for r in 0..<6 {
      for c in 0..<Self.keys {
        var sum: Float = 0
        for d in 0..<width {
          sum += left.base[r * width + d] * panels.base[(c / 64 * width + d) * 64 + c % 64]
        }
        scores.base[r * Self.keys + c] = sum
      }
      for d in 0..<width {
        var sum: Float = 0
        for j in 0..<Self.keys {
          sum += scores.base[r * Self.keys + j] * values.base[j * width + d]
        }
        outputs.base[r * width + d] = sum
      }
    }
  }

  /// The outputs of the last run.
  var lastOutputs: [Float] { Array(outputs.elements) }
}
