import TensorCore
import Testing

@testable import Attention

@Suite struct MaskGeneratorTests {
  /// The matrix, the line and the computed form write the same bits, in tiles larger than M too.
  @Test func formsAreBitEqual() {
    let (queries, keys) = (23, 29)
    let masks: [AttentionMask] = [
      .causal(alignment: .topLeft), .causal(alignment: .bottomRight),
      .window(left: 9, right: 2, alignment: .bottomRight),
      .window(left: nil, right: 3, alignment: .topLeft),
      .causal(alignment: .topLeft).intersection(
        .alibi(slopes: [0.3, -0.7], alignment: .bottomRight)),
    ]
    for mask in masks {
      for (rows, columns) in [
        (0..<23, 0..<29), (3..<9, 4..<12), (20..<23, 0..<5), (0..<4, 20..<29), (9..<10, 11..<12),
      ] {
        let forms: [MaskGenerator.Form] = [
          .computed, .table(blockSize: 8), .matrix(blockSize: 8), .table(blockSize: 64),
          .matrix(blockSize: 5),
        ]
        let tiles = forms.flatMap { form -> [[UInt32]] in
          let bound = mask.generated(by: form)
            .bound(batch: 1, heads: 2, queries: queries, keys: keys)
          var strip = (0..<rows.count * columns.count).map { Float($0) * 0.37 - 3 }
          var turned = (0..<columns.count * rows.count).map {
            Float($0 % rows.count * columns.count + $0 / rows.count) * 0.37 - 3
          }
          bound.apply(
            to: &strip, stride: columns.count, rows: rows, columns: columns, batch: 0, head: 1)
          bound.applyTransposed(
            to: &turned, stride: rows.count, rows: rows, columns: columns, batch: 0, head: 1)
          let back = strip.indices.map {
            turned[$0 % columns.count * rows.count + $0 / columns.count]
          }
          return [strip.map(\.bitPattern), back.map(\.bitPattern)]
        }
        #expect(tiles.allSatisfy { $0 == tiles[0] })
      }
    }
  }

  /// The literal triangle for 1024 × 1024 tiles takes 4 MiB at any length, the line 4 KiB; a dense mask of 64K takes 4 GiB.
  @Test func bytesDoNotGrowWithTheLength() {
    let length = 65536
    let causal = AttentionMask.causal(alignment: .topLeft)
    func bytes(_ form: MaskGenerator.Form) -> Int {
      causal.generated(by: form).bound(batch: 1, heads: 32, queries: length, keys: length).byteCount
    }
    #expect(bytes(.matrix(blockSize: 1024)) == 4 << 20)
    #expect(bytes(.matrix(blockSize: 512)) == 1 << 20)
    #expect(bytes(.table(blockSize: 1024)) == 4095)
    #expect(bytes(.computed) == 0)
    let alibi = AttentionMask.alibi(heads: 32, alignment: .topLeft)
      .generated(by: .table(blockSize: 512))
    #expect(
      alibi.bound(batch: 1, heads: 32, queries: length, keys: length).byteCount < 16 << 10)
  }
}
