import TensorCore
import Testing

@Suite struct PartitionTests {
  @Test(arguments: [0, 1, 2, 7, 12, 100], [1, 2, 3, 5, 12]) func rangesCoverAllInOrder(
    total: Int, count: Int
  ) {
    let ranges = Array(Partition(of: total, into: count))
    #expect(ranges.count == count)
    #expect(ranges.flatMap { $0 } == Array(0..<total))
    let sizes = ranges.map(\.count)
    #expect(sizes.max()! - sizes.min()! <= 1)
  }

  @Test func theFewestRangesOfASize() {
    #expect(Array(Partition(of: 10, atMost: 4)) == [0..<3, 3..<6, 6..<10])
    #expect(Array(Partition(of: 8, atMost: 4)) == [0..<4, 4..<8])
    #expect(Partition(of: 0, atMost: 4).isEmpty && Partition(of: 0, into: 0).isEmpty)
  }

  @Test func itemsWithoutARangeAreRefused() async {
    await #expect(processExitsWith: .failure) { _ = Partition(of: 3, into: 0) }
  }
}
