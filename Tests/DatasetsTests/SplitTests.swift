import Datasets
import TensorCore
import Testing

struct SplitTests {
  @Test func theOfficialOrderIsTheFiles() throws {
    let split = try FairnessSplit(rowCount: 45_222, .official)
    #expect(split.train == Array(0..<16_000))
    #expect(split.validation == Array(16_000..<20_000))
    #expect(split.test == Array(20_000..<22_500))
  }

  @Test func smallTablesUseAllRowsByFractions() throws {
    let sizes = SplitSizes.usual(rowCount: 101)
    #expect(sizes == SplitSizes(train: 64, validation: 16, test: 21))
    #expect(SplitSizes.usual(rowCount: 22_500) == .published)
    #expect(SplitSizes.usual(rowCount: 22_499).total == 22_499)
  }

  @Test func theShuffledPartsAreDisjointAndSeeded() throws {
    let split = try FairnessSplit(rowCount: 1000, .shuffled(seed: 1))
    #expect(Set(split.train + split.validation + split.test) == Set(0..<1000))
    #expect(split.train != split.train.sorted())
    #expect(try FairnessSplit(rowCount: 1000, .shuffled(seed: 1)) == split)
    #expect(try FairnessSplit(rowCount: 1000, .shuffled(seed: 2)) != split)
  }

  @Test func tooFewRowsAreAnError() {
    #expect(throws: DatasetError.self) { try FairnessSplit(rowCount: 9, .official) }
    #expect(
      throws: DatasetError.tooFewRows(
        path: "table", expected: "at least 22500 rows for the split", found: 100)
    ) { try FairnessSplit(rowCount: 100, .official, sizes: .published) }
  }
}

struct PreparedFairnessTests {
  /// 100 rows: a trend, a column that is constant within the first 80 rows, T.
  func table(constantPart: Bool = true) throws -> FairnessTable {
    try FairnessTable(
      name: "made",
      features: [
        ("trend", (0..<100).map(Double.init)),
        ("late", (0..<100).map { constantPart && $0 < 80 ? 7 : Double($0 % 3) }),
      ],
      target: ("y", (0..<100).map { Double($0 % 2) }),
      sensitive: ("t", (0..<100).map { Double($0 % 5) }), provenance: "made")
  }

  @Test func aColumnConstantWhereItIsStandardisedIsAnErrorOrDropped() throws {
    let text = message { _ = try table().prepared(.official) }
    #expect(text.contains("made: column \"late\": expected at least two values"))
    let prepared = try table().prepared(.official, constantColumns: .drop)
    #expect(prepared.featureNames == ["trend", "t"])
    #expect(prepared.droppedColumns == ["late"])
    #expect(prepared.inputCount == 2)
    #expect(prepared.xTest.isFinite)
    // Shuffled, the late rows are among the fit rows.
    #expect(try table().prepared(.shuffled(seed: 0)).inputCount == 3)
  }

  @Test func officialMomentsAreThoseOfTheWholeTrainingBlock() throws {
    let prepared = try table(constantPart: false).prepared(.official)
    #expect(prepared.xTrain.shape == [64, 3])
    // Rows 0…79: mean 39.5, unbiased deviation √(80 · 81 / 12).
    #expect(prepared.moments.mean[0] == 39.5)
    #expect(abs(prepared.moments.standardDeviation[0] - 540.0.squareRoot()) < 1e-12)
    #expect(abs(prepared.xTrain[0, 0] + Float(39.5 / 540.0.squareRoot())) < 1e-6)
    #expect(prepared.testMoments.mean[0] == 89.5)
    #expect(prepared.tTest.scalars == (80..<100).map { Float($0 % 5) })
    #expect(prepared.trainingBlock.y.scalars == (0..<80).map { Float($0 % 2) })
  }

  @Test func aNumberThatIsNotFiniteNamesColumnAndRow() {
    let text = message {
      _ = try FairnessTable(
        name: "made", features: [("a", [1, .nan])], target: ("y", [0, 1]),
        sensitive: ("t", [0, 1]), provenance: "")
    }
    #expect(text.contains("made: row 2, column \"a\": expected a finite number, found nan"))
  }
}

struct ArrayBatchesTests {
  @Test func anEpochTakesEachRowOnceInAnOrderOfItsOwn() {
    let batches = ArrayBatches(rowCount: 103, batch: 10, shuffledBy: Philox(seed: 2))
    let first = batches.indices(epoch: 0)
    #expect(first.map(\.count) == [Int](repeating: 10, count: 10) + [3])
    #expect(first.count == batches.batchCount)
    #expect(first.flatMap { $0 }.sorted() == Array(0..<103))
    #expect(batches.indices(epoch: 0) == first)
    #expect(batches.indices(epoch: 1) != first)
    #expect(
      ArrayBatches(rowCount: 103, batch: 10, shuffledBy: Philox(seed: 3)).indices(epoch: 0) != first
    )
    var stream = Philox(seed: 2).stream("shuffle", 0)
    #expect(first.flatMap { $0 } == stream.permutation(103))
  }

  @Test func theRemainderIsKeptDroppedOrSpread() {
    func counts(_ rows: Int, _ remainder: ArrayBatches.Remainder) -> [Int] {
      ArrayBatches(rowCount: rows, batch: 500, remainder: remainder, shuffledBy: nil)
        .indices(epoch: 0).map(\.count)
    }
    #expect(counts(1200, .keep) == [500, 500, 200])
    #expect(counts(1200, .drop) == [500, 500])
    // torch.chunk(torch.zeros(2059), 4) has sizes 515, 515, 515, 514.
    #expect(counts(2059, .spread) == [515, 515, 515, 514])
    #expect(counts(300, .spread) == [300])
    #expect(counts(16_000, .spread) == [Int](repeating: 500, count: 32))
  }

  @Test func withoutAStreamTheOrderIsTheRows() {
    #expect(
      ArrayBatches(rowCount: 4, batch: 2, shuffledBy: nil).indices(epoch: 5) == [[0, 1], [2, 3]])
  }
}
