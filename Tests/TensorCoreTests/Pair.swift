import TensorCore
import TestSupport
import Testing

/// The numbers of a kernel over `Float` and of its twin over `Double`: the same ones.
struct Pair {
  var single: [Float]
  var double: [Double]

  init(_ count: Int, _ name: String) {
    single = (normal([count], name) as Tensor<Float>).scalars
    double = single.map(Double.init)
  }

  func expectEqual(_ bound: Double, _ name: String) {
    for i in single.indices {
      #expect(
        abs(Double(single[i]) - double[i]) <= bound * max(1, abs(double[i])),
        "\(name), element \(i) of \(single.count): \(single[i]), \(double[i])")
    }
  }
}
