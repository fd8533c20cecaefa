import TensorCore
import TestSupport
import Testing

/// Random streams: the published vectors, independence of names, and the moments of the distributions.
@Suite struct PhiloxTests {
  @Test(arguments: ["known", "block"]) func agreesWithTheReference(name: String) throws {
    let golden = try Golden("philox")
    let counters = golden.integers("\(name).counter").map { UInt32($0) }
    let keys = golden.integers("\(name).key").map { UInt64($0) }
    let outputs = golden.integers("\(name).output").map { UInt32($0) }
    #expect(outputs.count == counters.count && outputs.count >= 12)
    for i in 0..<outputs.count / 4 {
      let c = counters[4 * i..<4 * i + 4].map { $0 }
      let block = Philox.block(
        counter: (c[0], c[1], c[2], c[3]), key: keys[2 * i] | keys[2 * i + 1] << 32)
      #expect([block.0, block.1, block.2, block.3] == Array(outputs[4 * i..<4 * i + 4]))
    }
  }

  @Test func wordsFollowTheCounter() throws {
    // The first eight blocks of the golden file are counters 0… of key 42.
    let outputs = try Golden("philox").integers("block.output").prefix(32)
    var random = Philox(seed: 42)
    #expect((0..<32).map { _ in Int(random.nextWord()) } == Array(outputs))
    #expect(random.position == 32)
    // 64-bit numbers take two words, low one first, wherever they start.
    for start in 0..<4 as Range<UInt64> {
      var words = Philox(key: 42, position: start)
      var pairs = words
      for _ in 0..<9 {
        let low = UInt64(words.nextWord())
        let expected = low | UInt64(words.nextWord()) << 32
        #expect(pairs.next() == expected)
        #expect(pairs.position == words.position)
      }
    }
  }

  @Test func aStoredPositionContinuesTheStream() {
    var random = Philox(seed: 5).stream("noise", 3)
    _ = random.normal(shape: [11]) as Tensor<Double>
    var restored = Philox(key: random.key, position: random.position)
    #expect(restored == random)
    #expect(
      restored.uniform(shape: [9]) as Tensor<Float> == random.uniform(shape: [9]) as Tensor<Float>)
  }

  /// The vector kernel against the formula with the C library's functions, from even and odd places of the stream, over
  /// lengths with every remainder of its rounds.
  @Test(arguments: [0, 1, 2, 3, 4, 6, 1 << 34 - 6] as [UInt64])
  func normalNumbersAreThoseOfTheFormula(position: UInt64) {
    for count in [1, 2, 3, 16, 127, 128, 129, 513, 4000] {
      var (random, twin) = (
        Philox(key: 77, position: position), Philox(key: 77, position: position)
      )
      let x: Tensor<Double> = random.normal(shape: [count])
      for i in stride(from: 0, to: count, by: 2) {
        let pair = twin.referenceNormalPair()
        #expect(abs(x[i] - pair.0) <= 4e-15)
        if i + 1 < count { #expect(abs(x[i + 1] - pair.1) <= 4e-15) }
      }
      #expect(random == twin)
    }
  }

  /// A number depends on its place in the stream, not on how many are drawn with it.
  @Test func normalNumbersDependOnTheirPlaceAlone() {
    var (together, one) = (Philox(seed: 9).stream("n"), Philox(seed: 9).stream("n"))
    let x: Tensor<Double> = together.normal(shape: [1001])
    for i in stride(from: 0, to: 1000, by: 2) {
      let pair = one.normalPair()
      #expect(x[i] == pair.0 && x[i + 1] == pair.1)
    }
    var single = Philox(seed: 9).stream("n")
    let rounded: Tensor<Float> = single.normal(shape: [1001])
    #expect(rounded == x.converted(to: Float.self))
  }

  @Test func streamsDependOnNamesAloneAndNotOnDraws() {
    var parent = Philox(seed: 1)
    let before = parent.stream("weight")
    _ = parent.next()
    #expect(parent.stream("weight") == before)
    let keys = [
      parent.key, before.key, parent.stream("bias").key, parent.stream("weight", 0).key,
      parent.stream("weight", 1).key, parent.stream("weight", 0, 1).key,
      parent.stream("weight", 1, 0).key, parent.stream("weight", -1).key,
      parent.stream("weight", 256).key, parent.stream("").key,
      parent.stream("a").stream("b").key, parent.stream("b").stream("a").key,
      parent.stream("ab").key, Philox(seed: 2).stream("weight").key,
    ]
    #expect(Set(keys).count == keys.count)
  }

  @Test func streamsOfDifferentNamesAreUncorrelated() {
    let count = 100_000
    let root = Philox(seed: 11)
    var streams = [root.stream("a"), root.stream("b"), root.stream("a", 1), root.stream("a", 2)]
    let draws = streams.indices.map { streams[$0].normal(shape: [count]) as Tensor<Double> }
    for i in draws.indices {
      for j in 0..<i {
        let correlation = (draws[i] * draws[j]).mean()
        // Five standard errors.
        #expect(abs(correlation) < 5 / Double(count).squareRoot(), "streams \(i) and \(j)")
      }
    }
  }

  private func checkUniform<S: TensorScalar>(_ type: S.Type) {
    let count = 200_000
    var random = Philox(seed: 21).stream("uniform")
    let x: Tensor<Double> = (random.uniform(shape: [count]) as Tensor<S>).converted(to: Double.self)
    #expect(x.min() >= 0 && x.max() < 1)
    let error = 5 / Double(count).squareRoot()
    #expect(abs(x.mean() - 0.5) < error * 0.2887)
    #expect(abs(square(x).mean() - 1.0 / 3) < error * 0.298)
    // No tenth is over-full: the count of each is binomial.
    var counts = [Int](repeating: 0, count: 10)
    for value in x.scalars { counts[Int(value * 10)] += 1 }
    for c in counts { #expect(abs(Double(c) - 20_000) < 5 * (20_000 * 0.9).squareRoot()) }
    // The neighbour tells nothing.
    let centred = x - 0.5
    let lag = (centred.rows(0..<count - 1) * centred.rows(1..<count)).mean() * 12
    #expect(abs(lag) < error)
    let shifted: Tensor<S> = random.uniform(shape: [1000], in: -3..<5)
    #expect(shifted.min() >= -3 && shifted.max() < 5 && shifted.min() < -2.5 && shifted.max() > 4.5)
  }

  @Test func uniformNumbersFillTheirInterval() {
    checkUniform(Double.self)
    checkUniform(Float.self)
  }

  @Test func theUpperBoundIsNeverDrawn() {
    // Near 1, single precision is too coarse for the largest uniform number: it would round up to the bound.
    var random = Philox(seed: 8).stream("bound")
    let narrow: Range<Float> = 16_777_214..<16_777_216
    let x: Tensor<Float> = random.uniform(shape: [4000], in: narrow)
    #expect(x.max() < narrow.upperBound && x.min() >= narrow.lowerBound)
    #expect(Set(x.scalars) == [16_777_214, 16_777_215])
  }

  @Test func normalNumbersHaveTheirMoments() {
    let count = 400_001
    var random = Philox(seed: 31).stream("normal")
    let x: Tensor<Double> = random.normal(shape: [count])
    let error = 5 / Double(count).squareRoot()
    let x2 = square(x)
    #expect(abs(x.mean()) < error)
    #expect(abs(x2.mean() - 1) < error * Double(2).squareRoot())
    #expect(abs((x2 * x).mean()) < error * Double(15).squareRoot())
    #expect(abs(square(x2).mean() - 3) < error * Double(96).squareRoot())
    // The fractions beyond 1, 2, 3 standard deviations.
    for (bound, fraction) in [(1.0, 0.317311), (2, 0.0455003), (3, 0.0026998)] {
      let found = Double(x.scalars.count { abs($0) > bound }) / Double(count)
      #expect(abs(found - fraction) < error * fraction.squareRoot())
    }
    var again = Philox(seed: 31).stream("normal")
    let single: Tensor<Float> = again.normal(shape: [count])
    #expect(single == x.converted(to: Float.self))
  }

  @Test func permutationsHoldEachNumberOnce() {
    var random = Philox(seed: 41).stream("permutation")
    for count in [0, 1, 2, 3, 100] {
      #expect(random.permutation(count).sorted() == Array(0..<count))
    }
    // All six orders of three are equally likely.
    var counts: [[Int]: Int] = [:]
    for _ in 0..<60_000 { counts[random.permutation(3), default: 0] += 1 }
    #expect(counts.count == 6)
    for (_, c) in counts { #expect(abs(Double(c) - 10_000) < 5 * 91.3) }
  }

  @Test func wholeNumbersAreEquallyLikely() {
    var random = Philox(seed: 51).stream("below")
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[random.next(below: 7)] += 1 }
    for c in counts { #expect(abs(Double(c) - 10_000) < 5 * 92.6) }
    #expect(random.next(below: 1) == 0)
  }
}
