import Testing

@testable import Attention

@Suite struct StripProductTests {
  @Test(arguments: [16, 80, 128])
  func bothFormsAgree(width: Int) {
    let product = StripProduct(.float32, width: width)
    product.run()
    let fast = product.lastOutputs
    product.runPlain()
    // Operands of 1/8: scores are width / 64, outputs 512 · width / 512.
    for (fast, plain) in zip(fast, product.lastOutputs) {
      #expect(fast == Float(width) && plain == fast)
    }
    #expect(product.operations == Double(4 * 6 * 512 * width))
  }

  @Test func pairsRunToo() {
    let product = StripProduct(.bfloat16, width: 64)
    product.run(times: 2)
    #expect(product.lastOutputs.allSatisfy { $0.isFinite })
  }
}
