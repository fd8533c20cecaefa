import TensorCore
import Testing

@testable import Attention

@Suite struct HeadLayoutTests {
  @Test func rowsStandWhereTheShapeSays() {
    let x = Tensor<Float>(
      shape: [2, 3, 5, 7], initializingWith: { for i in $0.indices { $0[i] = Float(i) } })
    for layout in HeadLayout.allCases {
      let extents = layout.extents(of: x.shape)
      #expect(extents.shape == x.shape)
      for b in 0..<extents.batch {
        for h in 0..<extents.heads {
          for s in 0..<extents.tokens {
            let place = extents.offset(batch: b, head: h) + s * extents.tokenStride
            let expected = layout == .headsFirst ? x[b, h, s, 0] : x[b, s, h, 0]
            #expect(Float(place) == expected)
          }
        }
      }
    }
  }
}
