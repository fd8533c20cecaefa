import TensorCore
import Testing

@testable import Attention

@Suite struct HalfTensorTests {
  /// Swift's own conversion is the oracle of float16; bfloat16 is the upper half of float32, rounded.
  @Test func float16RoundsAsSwiftDoes() {
    var values: [Float] = [
      0, -0.0, 1, 65504, 65519.99, 65520, 1e6, -1e9, .infinity, -.infinity, 6.1e-5, 5.96e-8,
      2.98e-8, 2.99e-8, 1e-9, 1.0009765625, 1.00048828125, 1.00146484375,
    ]
    var random = Philox(seed: 5).stream("half")
    values += (random.normal(shape: [1000]) as Tensor<Float>).scalars
    values += values.map { $0 * 1e-6 }
    let half = HalfTensor(Tensor(values), format: .float16)
    half.withUnsafeBufferPointer { bits in
      for (x, found) in zip(values, bits) { #expect(found == Float16(x).bitPattern) }
    }
    #expect(half.converted().scalars == values.map { Float(Float16($0)) })
  }

  @Test func everyFloat16ComesBack() {
    let all = HalfTensor(shape: [1 << 16], format: .float16) {
      for i in 0..<1 << 16 { $0[i] = UInt16(i) }
    }
    let values = all.converted()
    for (i, x) in values.scalars.enumerated() {
      let expected = Float(Float16(bitPattern: UInt16(i)))
      #expect(x == expected || x.isNaN && expected.isNaN)
    }
    let again = HalfTensor(values, format: .float16).converted()
    #expect(zip(again.scalars, values.scalars).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
  }

  @Test func bfloat16RoundsToNearestEven() {
    // 1 + k 2⁻⁹ for k = 0…8: neighbours are 2⁻⁷ apart.
    let x = Tensor<Float>((0...8).map { 1 + Float($0) / 512 })
    let rounded: [Float] = [0, 0, 0, 4, 4, 4, 8, 8, 8].map { 1 + $0 / 512 }
    #expect(HalfTensor(x, format: .bfloat16).converted().scalars == rounded)
    let special = Tensor<Float>([
      .infinity, -.infinity, Float(bitPattern: 0x7F80_0001), 3.4e38, -0.0,
    ])
    let found = HalfTensor(special, format: .bfloat16).converted().scalars
    #expect(found[0] == .infinity && found[1] == -.infinity && found[2].isNaN)
    #expect(found[3] == .infinity && found[4] == 0 && found[4].sign == .minus)
  }

  @Test func isAValue() {
    let a = HalfTensor(Tensor<Float>([1, 2, 3]), format: .bfloat16)
    var b = a
    b.withUnsafeMutableBufferPointer { $0[0] = 0 }
    #expect(a.converted().scalars == [1, 2, 3])
    #expect(b.converted().scalars == [0, 2, 3])
    #expect(a != b && a == HalfTensor(Tensor<Float>([1, 2, 3]), format: .bfloat16))
    #expect(a != HalfTensor(Tensor<Float>([1, 2, 3]), format: .float16))
  }
}
