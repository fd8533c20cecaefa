import CKernels
import Foundation
import TensorCore
import Testing

@testable import Attention

/// The kernels over blocks beside their plain twins.
@Suite struct BlockKernelTests {
  /// A block of one head with `count` tokens, in memory whose other bytes are NaN.
  private func block(
    _ layout: KeyValueBlockLayout, _ keys: Tensor<Float>, _ values: Tensor<Float>,
    _ body: (UnsafeMutableRawPointer) -> Void
  ) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: layout.bytes, alignment: 64)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0xFF, count: layout.bytes)
    let count = keys.shape[0]
    keys.withUnsafeBufferPointer {
      ck_store_keys(
        layout.format.code, $0.baseAddress!, layout.width, count, layout.width, 0,
        layout.keys(memory, head: 0))
    }
    values.withUnsafeBufferPointer {
      ck_store_values(
        layout.format.code, $0.baseAddress!, layout.width, count, layout.width, 0,
        layout.values(memory, head: 0))
    }
    body(memory)
  }

  /// All numbers of a block, by the conversions of `HalfTensor`.
  private func numbers(_ start: UnsafeMutableRawPointer, _ count: Int, _ format: KeyValueFormat)
    -> [Float]
  {
    if format == .float32 {
      return Array(
        UnsafeBufferPointer(start: start.assumingMemoryBound(to: Float.self), count: count))
    }
    let bits = UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt16.self), count: count)
    return HalfTensor(
      shape: [count], format: format == .bfloat16 ? .bfloat16 : .float16,
      initializingWith: { _ = $0.initialize(from: bits) }
    ).converted().scalars
  }

  @Test(arguments: KeyValueFormat.allCases, [1, 17, 33, 48, 64, 80, 112, 128])
  func matchesItsTwin(_ format: KeyValueFormat, _ width: Int) {
    let layout = KeyValueBlockLayout(heads: 1, width: width, format: format)
    for (rows, count) in [
      (1, 1), (1, 256), (2, 65), (3, 64), (4, 255), (5, 63), (6, 200), (8, 17), (13, 129),
    ] {
      let name = "\(width).\(rows).\(count)"
      let (k, v) = (normal([count, width], "k" + name), normal([count, width], "v" + name))
      let q = (normal([rows, width], "q" + name) * 0.3).scalars
      // Every row sees another number of keys, some none.
      let visible = (0..<rows).map { ($0 * 37) % (count + 1) }
      for seen in [nil, visible] {
        block(layout, k, v) { memory in
          var (m, l) = (
            [Float](repeating: -.infinity, count: rows), [Float](repeating: 0, count: rows)
          )
          var o = [Float](repeating: 0, count: rows * layout.paddedWidth)
          var (m1, l1, o1) = (m, l, o)
          let keys = numbers(layout.keys(memory, head: 0), 256 * width, format)
          let values = numbers(layout.values(memory, head: 0), 256 * layout.paddedWidth, format)
          // Twice, so that the second step rescales what the first one summed.
          for step in [Float(1), 2] {
            let scaled = q.map { $0 * step }
            ck_attend_block(
              format.code, scaled, rows, layout.keys(memory, head: 0),
              layout.values(memory, head: 0),
              width, count, seen, &m, &l, &o)
            ReferenceBlockKernels.attendBlock(
              queries: scaled, rows: rows, keys: keys, values: values, width: width, count: count,
              visible: seen, m: &m1, l: &l1, o: &o1)
          }
          for r in 0..<rows {
            #expect(m[r] == m1[r] || abs(m[r] - m1[r]) < 2e-5)
            #expect(abs(l[r] - l1[r]) <= 2e-5 * max(1, l1[r]), "row \(r) of \(name)")
            for d in 0..<width {
              let place = r * layout.paddedWidth + d
              #expect(abs(o[place] - o1[place]) <= 3e-5 * max(1, l1[r]), "\(name), row \(r), \(d)")
            }
          }
        }
      }
    }
  }

  @Test(arguments: KeyValueFormat.allCases, [1, 31, 64, 80, 128])
  func storesAndLoads(_ format: KeyValueFormat, _ width: Int) {
    let layout = KeyValueBlockLayout(heads: 1, width: width, format: format)
    let x = normal([100, width], "stored")
    let memory = UnsafeMutableRawPointer.allocate(byteCount: layout.bytes, alignment: 64)
    defer { memory.deallocate() }
    for (store, load) in [(ck_store_keys, ck_load_keys), (ck_store_values, ck_load_values)] {
      var y = [Float](repeating: 0, count: 100 * width)
      x.withUnsafeBufferPointer {
        store(format.code, $0.baseAddress!, width, 100, width, 30, memory)
      }
      load(format.code, memory, 30, 100, width, &y, width)
      let expected =
        switch format {
        case .float32: x.scalars
        case .bfloat16: HalfTensor(x, format: .bfloat16).converted().scalars
        case .float16: HalfTensor(x, format: .float16).converted().scalars
        }
      #expect(y == expected)
    }
  }

  /// Every number of a block has a place of its own, within the block.
  @Test(arguments: [1, 16, 17, 48, 80, 112, 128, 256])
  func placesAreDistinct(_ width: Int) {
    let layout = KeyValueBlockLayout(heads: 1, width: width, format: .float32)
    var keys = Set<Int>()
    var values = Set<Int>()
    for token in 0..<256 {
      for d in 0..<width {
        keys.insert(ReferenceBlockKernels.keyPlace(token: token, d, width: width))
        values.insert(ReferenceBlockKernels.valuePlace(token: token, d, width: width))
      }
    }
    #expect(keys.count == 256 * width && keys.max()! * 4 < layout.keyBytes)
    #expect(values.count == 256 * width && values.max()! * 4 < layout.headBytes - layout.keyBytes)
  }

  @Test func masksExactlyAndBearsLargeScores() {
    let layout = KeyValueBlockLayout(heads: 1, width: 16, format: .float32)
    var keys = Tensor<Float>.zeros([3, 16])
    keys.withUnsafeMutableBufferPointer { ($0[0], $0[16], $0[32]) = (1e4, -1e4, .infinity) }
    let values = Tensor<Float>(shape: [3, 16], scalars: (0..<48).map { Float($0 / 16 + 1) })
    block(layout, keys, values) { memory in
      var q = [Float](repeating: 0, count: 16)
      q[0] = 1
      var (m, l, o) = ([-Float.infinity], [Float(0)], [Float](repeating: 0, count: 16))
      ck_attend_block(
        0, q, 1, layout.keys(memory, head: 0), layout.values(memory, head: 0), 16, 3, [2], &m, &l,
        &o)
      // The third key would be infinite; the second has weight 2^-20000 = 0 exactly.
      #expect(m == [1e4] && l == [1] && o == [Float](repeating: 1, count: 16))
      // A row that sees a NaN is NaN.
      q[0] = .nan
      ck_attend_block(
        0, q, 1, layout.keys(memory, head: 0), layout.values(memory, head: 0), 16, 2, nil, &m, &l,
        &o)
      #expect(m[0].isNaN && l[0].isNaN && o.allSatisfy(\.isNaN))
    }
  }

  @Test func readsEveryNumberOnce() {
    let x = (0..<1027).map { Float($0) }
    #expect(ck_read(x, x.count) == ReferenceBlockKernels.read(x))
  }
}
