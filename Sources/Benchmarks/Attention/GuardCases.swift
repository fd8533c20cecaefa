import Attention
import CKernels
import TensorCore

extension AttentionSuite {
  /// The kernels alone, in the caches, beside plain Swift loops: a kernel that has lost its vectors falls to their speed.
  static var guardCases: [BenchmarkCase] {
    blockGuards + stripGuards
  }

  /// Both products of a strip of six queries over 512 packed keys of width 128; pairs of bfloat16 where the processor has
  /// an instruction for them.
  private static var stripGuards: [BenchmarkCase] {
    AttentionKernels.Operands.allCases
      .filter { $0 == .float32 || AttentionKernels.multipliesBFloat16Pairs }
      .map { operands in
        let product = StripProduct(operands)
        return BenchmarkCase(
          "guard-strip-\(operands.rawValue)", operations: product.operations,
          peer: .twin(name: "Swift scalar", call: { product.runPlain() })
        ) { { product.run() } }
      }
  }

  /// Six queries over a stored block of 256 tokens of width 128.
  private static var blockGuards: [BenchmarkCase] {
    [(CK_FLOAT32, "float32"), (CK_BFLOAT16, "bfloat16")].map { format, text in
      let (rows, width, tokens) = (6, 128, Int(CK_BLOCK))
      let block = StoredBlock(format: Int32(format), rows: rows, width: width, tokens: tokens)
      return BenchmarkCase(
        "guard-block-\(text)", operations: 4 * Double(rows * width * tokens),
        peer: .twin(name: "Swift scalar", call: { block.plain() })
      ) { { block.attend() } }
    }
  }
}

/// A block of keys and values, some queries, and what they sum up to.
private final class StoredBlock {
  private let format: Int32
  private let rows, width, tokens: Int
  private let queries: [Float]
  private let plainKeys, plainValues: [Float]
  private let memory: UnsafeMutableRawPointer
  private let values: UnsafeMutableRawPointer
  private var m, l, o: [Float]

  init(format: Int32, rows: Int, width: Int, tokens: Int) {
    (self.format, self.rows, self.width, self.tokens) = (format, rows, width, tokens)
    queries = AttentionProblem.normal([rows, width], "queries").scalars
    plainKeys = AttentionProblem.normal([tokens, width], "keys").scalars
    plainValues = AttentionProblem.normal([tokens, width], "values").scalars
    let bytes = tokens * width * 4
    memory = .allocate(byteCount: 2 * bytes, alignment: 64)
    values = memory + bytes
    ck_store_keys(format, plainKeys, width, tokens, width, 0, memory)
    ck_store_values(format, plainValues, width, tokens, width, 0, values)
    m = Array(repeating: -.infinity, count: rows)
    l = Array(repeating: 0, count: rows)
    o = Array(repeating: 0, count: rows * width)
  }

  func attend() {
    ck_attend_block(format, queries, rows, memory, values, width, tokens, nil, &m, &l, &o)
  }

  func plain() {
    plainProducts(
      rows: rows, tokens: tokens, width: width, queries, plainKeys, plainValues, into: &o)
  }

  deinit { memory.deallocate() }
}

/// The two products alone, without a softmax between them: less than a kernel does.
private func plainProducts(
  rows: Int, tokens: Int, width: Int, _ queries: [Float], _ keys: [Float], _ values: [Float],
  into o: inout [Float]
) {
  var scores = [Float](repeating: 0, count: tokens)
  keys.withUnsafeBufferPointer { keys in
    values.withUnsafeBufferPointer { values in
      for r in 0..<rows {
        for token in 0..<tokens {
          var sum: Float = 0
          for d in 0..<width { sum += queries[r * width + d] * keys[token * width + d] }
          scores[token] = sum
        }
        for d in 0..<width {
          var sum: Float = 0
          for token in 0..<tokens { sum += scores[token] * values[token * width + d] }
          o[r * width + d] = sum * 1e-6
        }
      }
    }
  }
}
