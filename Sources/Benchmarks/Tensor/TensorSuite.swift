import TensorCore
import Trials

/// The primitives: products, factorisations, elementwise kernels, sums.
enum TensorSuite: BenchmarkSuite {
  static let name = "tensor"
  static let summary = "matrix products, factorisations, vector kernels; beside NumPy"

  static func run(_ context: BenchmarkContext) throws -> [BenchmarkRow] {
    let rows = try BenchmarkSession(suite: name, context).rows(cases)
    for row in rows where row.caseName.hasPrefix("guard-") {
      if let ratio = row.ratio, ratio < leastGuardRatio {
        context.report(
          "\(row.caseName): expected the kernel at least \(leastGuardRatio) times faster than the scalar loop, "
            + "found \(NumberFormat.short(ratio, digits: 2)); its loop has lost its vectors: see what the compiler says of "
            + "CKernels with -Rpass-missed=loop-vectorize")
      }
    }
    return rows
  }

  /// All that is timed.
  static var cases: [BenchmarkCase] { products + arrays + kernels + guards }

  /// Below this a vector kernel is no faster than its lanes would make it.
  static let leastGuardRatio = 3.0

  private static var peer: BenchmarkCase.Peer { .script("tensor_numpy.py") }

  private static func normal(_ shape: Shape) -> Tensor<Float> {
    var random = Philox(seed: 0).stream("tensor")
    return random.normal(shape: shape)
  }

  private static func positiveDefinite(_ order: Int) -> Tensor<Float> {
    gram(normal([2 * order, order]), scaledBy: 1 / Float(2 * order)) + Tensor.identity(order) * 0.1
  }

  private static var products: [BenchmarkCase] {
    let cubes = [512, 1024, 2048].map { order in
      BenchmarkCase(
        "matmul-\(order)", operations: 2 * Double(order * order * order), peer: peer
      ) {
        let (a, b) = (normal([order, order]), normal([2 * order, order]).rows(order..<2 * order))
        return { _ = matmul(a, b) }
      }
    }
    return cubes + [
      BenchmarkCase("cholesky-512", operations: 512 * 512 * 512 / 3, peer: peer) {
        let matrix = positiveDefinite(512)
        return { _ = try cholesky(matrix) }
      },
      BenchmarkCase("eigh-256", peer: peer) {
        let matrix = positiveDefinite(256)
        return { _ = try eigh(matrix) }
      },
    ]
  }

  /// On 10⁶ numbers, so that milliseconds a call are nanoseconds an element.
  private static var arrays: [BenchmarkCase] {
    let count = 1_000_000
    func elementwise(_ name: String, _ f: @escaping (Tensor<Float>) -> Tensor<Float>)
      -> BenchmarkCase
    {
      BenchmarkCase("\(name)-1e6", peer: peer) {
        let x = normal([count])
        return { _ = f(x) }
      }
    }
    return [
      elementwise("exp") { exp($0) }, elementwise("tanh") { tanh($0) },
      BenchmarkCase("sum-1e6", peer: peer) {
        let x = normal([count])
        return { _ = x.sum() }
      },
      BenchmarkCase("softmax-1000x1000", peer: peer) {
        let x = normal([1000, 1000])
        return { _ = softmax(x) }
      },
      BenchmarkCase("column-sums-20000x80") {
        let x = normal([20_000, 80])
        return { _ = x.sum(along: 0) }
      },
      BenchmarkCase("transpose-1000x1000") {
        let x = normal([1000, 1000])
        return { _ = x.transposed }
      },
    ]
  }

  /// 10⁶ numbers as 250 times 4,000 in the first-level cache: milliseconds a call are nanoseconds an element, without
  /// the memory.
  private static var kernels: [BenchmarkCase] {
    func kernel(
      _ name: String,
      _ body: @escaping (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
    ) -> BenchmarkCase {
      BenchmarkCase("kernel-\(name)-1e6") {
        let cells = CachedCells()
        return { cells.repeated(body) }
      }
    }
    return ElementwiseFunction.allCases.map { function in
      kernel("\(function)") { Float.apply(function, $0, $1, $2) }
    }
      + ArithmeticOperation.allCases.map { operation in
        kernel("\(operation)") { Float.combine(operation, $0, $0, $1, $2) }
      } + [
        kernel("sum") { $1[0] = Float.sum($0, $2) },
        kernel("axpy") { Float.axpy(1e-9, $0, $1, $2) },
      ]
  }

  /// The kernels beside their scalar twins.
  private static var guards: [BenchmarkCase] {
    [ElementwiseFunction.exp, .log, .tanh, .sigmoid, .softplus, .sin, .sqrt].map { function in
      let twin = CachedCells()
      return BenchmarkCase(
        "guard-\(function)-1e6",
        peer: .twin(name: "Swift scalar") {
          twin.repeated { ReferenceKernels.apply(function, $0, $1, $2) }
        }
      ) {
        let cells = CachedCells()
        return { cells.repeated { Float.apply(function, $0, $1, $2) } }
      }
    }
  }
}

/// 4,000 positive numbers and room for as many, which kernels read and write in place.
private final class CachedCells {
  private let x, y: UnsafeMutablePointer<Float>
  private static let count = 4000

  init() {
    x = .allocate(capacity: Self.count)
    y = .allocate(capacity: Self.count)
    for i in 0..<Self.count { (x + i).initialize(to: 0.001 + Float(i) / 1000) }
    y.initialize(repeating: 0, count: Self.count)
  }

  /// Calls `body` on both arrays so often that it passes over 10⁶ numbers.
  func repeated(
    _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  ) {
    for _ in 0..<250 { body(x, y, Self.count) }
    // The addresses alone would not keep the memory.
    withExtendedLifetime(self) {}
  }

  deinit {
    x.deallocate()
    y.deallocate()
  }
}
