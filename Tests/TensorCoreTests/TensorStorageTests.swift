import TensorCore
import Testing

/// The memory pool. Each test has a process of its own, because the counters are those of the whole process.
@Suite struct TensorStorageTests {
  @Test func aFreedBlockIsTheNextOnesMemory() async {
    await #expect(processExitsWith: .success) {
      func address(_ count: Int) -> UnsafePointer<Float>? {
        Tensor<Float>.zeros([count]).withUnsafeBufferPointer { $0.baseAddress }
      }
      for count in [0, 1, 60, 1000, 3_000_000] {
        let first = address(count)
        require(address(count) == first, "a block of \(count) was not reused")
        // A slightly smaller tensor falls into the same class of sizes.
        require(count < 1000 || address(count - count / 100) == first, "class of \(count)")
      }
      let held = Tensor<Float>.ones([1000])
      let other = Tensor<Float>.zeros([1000])
      require(held.sum() == 1000 && other.sum() == 0, "two tensors share a block")
    }
  }

  @Test func liveAndHighWaterBytesAreCounted() async {
    await #expect(processExitsWith: .success) {
      let bytes = 4_000_000
      let before = TensorMemory.liveBytes
      TensorMemory.resetHighWater()
      func use() {
        let a = Tensor<Float>.zeros([bytes / 4])
        let live = TensorMemory.liveBytes - before
        require(live >= bytes && live <= bytes * 5 / 4, "live: \(live)")
        let b = a + 1
        require(TensorMemory.liveBytes - before >= 2 * bytes, "two tensors live")
        require(b.sum() == Float(bytes / 4), "sum \(b.sum())")
      }
      use()
      require(TensorMemory.liveBytes == before, "tensors leak: \(TensorMemory.liveBytes)")
      let high = TensorMemory.highWaterBytes - before
      require(high >= 2 * bytes && high <= 2 * bytes * 5 / 4, "high water: \(high)")
      TensorMemory.trim()
      use()
      TensorMemory.resetHighWater()
      require(TensorMemory.highWaterBytes == before, "reset: \(TensorMemory.highWaterBytes)")
    }
  }

  @Test func heldBytesGrowOnlyWhereNoFreeBlockFits() async {
    await #expect(processExitsWith: .success) {
      func use(_ count: Int) { _ = Tensor<Float>.zeros([count]) + 1 }
      TensorMemory.trim()
      use(1_000_000)
      let held = TensorMemory.heldBytes
      require(held >= 8_000_000, "held: \(held)")
      for _ in 0..<10 { use(1_000_000) }
      require(TensorMemory.heldBytes == held, "the same sizes took more: \(TensorMemory.heldBytes)")
      use(3_000_000)
      require(TensorMemory.heldBytes >= held + 24_000_000, "larger ones took none")
      TensorMemory.trim()
      require(TensorMemory.heldBytes < 1_000_000, "trimmed: \(TensorMemory.heldBytes)")
    }
  }

  @Test func threadsShareThePool() async {
    await #expect(processExitsWith: .success) {
      Parallelism.threads = 4
      let before = TensorMemory.liveBytes
      for _ in 0..<20 {
        let sums = parallelMap(over: 200) { i in
          (Tensor<Float>(shape: [100 + i], repeating: Float(i)) * 2).sum()
        }
        for i in 0..<200 { require(sums[i] == Float(2 * i * (100 + i)), "sum \(i)") }
      }
      require(TensorMemory.liveBytes == before, "tensors leak: \(TensorMemory.liveBytes)")
    }
  }

  @Test func memoryThatTheSystemDoesNotHaveIsNamed() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = Tensor<Double>.zeros([1 << 50, 64]) }
    expectMessage(
      result, "the system has no 576460752303423488 bytes",
      "for a tensor of shape [1125899906842624, 64]")
  }
}
