import Testing

@testable import Attention

/// The placement formula against numbers worked out by hand.
@Suite struct TierPlacementTests {
  /// Llama-7B in 16 bits: 16 KiB a token and layer.
  private func llama(tokens: Int, batch: Int = 1, devices: Int = 1) -> TierPlacement.Demand {
    TierPlacement.Demand(
      layers: 32, heads: 32, keyValueHeads: 32, width: 128, batch: batch, tokens: tokens,
      bytesPerElement: 2, weightBytes: 13 << 30, activationBytes: 1 << 30, devices: devices)
  }

  @Test func countsBytes() {
    #expect(llama(tokens: 1).layerBytes == 16 << 10)
    #expect(llama(tokens: 1).layerBytes * 32 == 512 << 10)
    #expect(llama(tokens: 256 << 10).layerBytes * 32 == 128 << 30)
    #expect(llama(tokens: 4096, batch: 3, devices: 8).layerBytes == 24 << 20)
  }

  @Test(arguments: [
    // tokens, GiB of fast memory, layers that fit: (M − 14 GiB) / (tokens · 16 KiB)
    (64 << 10, 32, 18), (64 << 10, 46, 32), (64 << 10, 1000, 32), (64 << 10, 15, 1),
    (64 << 10, 14, 0),
    (64 << 10, 3, 0), (256 << 10, 32, 4),
  ])
  func placesWhatFits(_ tokens: Int, _ gib: Int, _ fast: Int) {
    let placement = TierPlacement(of: llama(tokens: tokens), fastMemory: gib << 30)
    #expect(placement.fastLayers == fast && placement.slowLayers == 32 - fast)
    #expect(fast == 0 || placement.usedBytes <= gib << 30)
    #expect(placement.readsInPlace)
  }

  @Test func comparesMovingWithReadingInPlace() {
    // 1 GiB a layer. Moving it at 16 GiB/s takes 1/16 s; reading it at 64 GiB/s takes 1/64 s, and the computation
    // 4 · 32 · 128 · 65536 = 2^30 operations at 2^35 a second 1/32 s.
    let demand = llama(tokens: 64 << 10)
    let gib = Double(1 << 30)
    func placement(link: Double, latency: Double = 0) -> TierPlacement {
      TierPlacement(
        of: demand, fastMemory: 32 << 30,
        rates: .init(link: link * gib, slow: 64 * gib, slowPeak: 32 * gib, latency: latency))
    }
    let slow = placement(link: 16)
    // 2 · 96 · 128 · 2 bytes cross the link.
    #expect(slow.moveSeconds == 1.0 / 16)
    #expect(slow.nearSeconds == 1.0 / 32 + 49152 / (16 * gib))
    #expect(slow.readsInPlace)
    #expect(!placement(link: 64).readsInPlace)
    #expect(!placement(link: 16, latency: 0.1).readsInPlace)
  }
}
