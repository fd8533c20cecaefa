import Foundation
import Storage
import TensorCore
import Testing

@testable import Metrics

/// Codes that mix factors in part, scored by `Golden/make_factors.py`.
struct FactorGoldenTests {
  let arrays: [String: StoredArray]

  init() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    arrays = try NPZ.read(from: folder.appending(path: "Golden/factors.npz").path)
  }

  private func values(_ name: String) throws -> [Double] {
    try #require(arrays[name], "no array \(name)").values()
  }

  private func rows(_ name: String) throws -> [[Double]] {
    let array = try #require(arrays[name], "no array \(name)")
    let (values, width) = (array.values(as: Double.self), array.shape[1])
    return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
  }

  private func sample(_ codes: String = "codes") throws -> FactoredCodes {
    let codes = try rows(codes)
    return try FactoredCodes(
      codes: Tensor(shape: [codes.count, codes[0].count], scalars: codes.flatMap { $0 }),
      factors: rows("factors").map { $0.map { Int($0) } })
  }

  private func expectClose(_ found: [Double], _ name: String) throws {
    let expected = try values(name)
    try #require(found.count == expected.count, "\(name): \(found.count) of \(expected.count)")
    let largest = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(largest <= 1e-12, "\(name): largest error \(largest)")
  }

  @Test func informationInBins() throws {
    let gap = MutualInformationGap(of: try sample())
    try expectClose(gap.information.flatMap { $0 }, "information")
    try expectClose(gap.entropies, "entropies")
    try expectClose(gap.gaps, "gaps")
    try expectClose(Modularity(of: sample()).modularities, "modularities")
  }

  @Test func predictorsOfOneNumber() throws {
    let sample = try sample()
    let (first, last) = (Array(0..<300), Array(300..<600))
    let classes = try AttributePredictability(
      fitted: sample.rows(first), heldOut: sample.rows(last))
    try expectClose(classes.scores.flatMap { $0 }, "scores")
    try expectClose(classes.gaps, "scoreGaps")
    let quantities = try AttributePredictability(
      of: sample, kinds: [.quantities, .quantities, .quantities])
    try expectClose(quantities.scores.flatMap { $0 }, "explained")
  }

  /// A single tree on all rows, three deep, that no test stops.
  @Test func importanceInATree() throws {
    let sample = try sample("coarse")
    let data = BinnedColumns(of: sample.columns)
    let columns = zip(sample.factors, sample.valueCounts).map { factor, count in
      FactorTree(
        data, classes: factor, count: count, rows: Array(0..<sample.count), order: [0, 1, 2, 3],
        growth: .init(chance: nil, depth: 3)
      ).gains
    }
    let shares = (0..<4).flatMap { column in
      columns.map { $0[column] / $0.reduce(0, +) }
    }
    try expectClose(shares, "importances")
  }

  @Test func concentrationsOfAKnownImportance() throws {
    let scores = DCIScores(importance: try rows("known"), accuracies: [0, 0, 0])
    try expectClose([scores.disentanglement, scores.completeness], "concentrations")
  }
}
