import Datasets
import TensorCore

/// The sensitive attribute as estimators and measures of dependence see it.
///
/// Numbers and two words are one column. Three words and more have no order that a single column of codes could stand for: each
/// word is a column of its own, 1 in its rows and 0 elsewhere. Words of fewer than ``floor`` rows share one column.
struct HiddenAttribute {
  /// Fit rows, validation rows, both, and test rows, each `[rows, columns]`.
  let train, validation, block, test: Tensor<Float>
  /// What a reader of the numbers must know.
  let notes: [String]

  /// The rows that a word needs for a column of its own.
  static let floor = 20

  /// The columns.
  var columnCount: Int { train.shape[1] }

  init(_ data: PreparedFairness) {
    let whole = data.trainingBlock.t
    guard let labels = data.sensitiveLabels, labels.count > 2 else {
      (train, validation, block, test) = (data.tTrain, data.tValidation, whole, data.tTest)
      notes = []
      return
    }
    var counts = [Int](repeating: 0, count: labels.count)
    for code in whole.scalars + data.tTest.scalars { counts[Int(code)] += 1 }
    let common = labels.indices.filter { counts[$0] >= Self.floor }
    let rare = labels.indices.filter { counts[$0] > 0 && counts[$0] < Self.floor }
    var column = [Int](repeating: common.count, count: labels.count)
    for (place, code) in common.enumerated() { column[code] = place }
    let width = common.count + (rare.isEmpty ? 0 : 1)
    func indicators(_ codes: Tensor<Float>) -> Tensor<Float> {
      Tensor(shape: [codes.count, width]) { out in
        out.update(repeating: 0)
        for (row, code) in codes.scalars.enumerated() { out[row * width + column[Int(code)]] = 1 }
      }
    }
    train = indicators(data.tTrain)
    validation = indicators(data.tValidation)
    block = indicators(whole)
    test = indicators(data.tTest)
    let shared =
      rare.isEmpty
      ? ""
      : "; \(rare.count == 1 ? "\"\(labels[rare[0]])\", of" : "\(rare.count) words of") fewer than "
        + "\(Self.floor) rows share one"
    notes = [
      "\(data.featureNames.last ?? "T"): \(labels.count) words without an order, hidden and measured as "
        + "\(width) columns of 0 and 1\(shared)"
    ]
  }
}
