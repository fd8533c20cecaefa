import Datasets
import Metrics
import Storage
import TensorCore

/// The learned representation of a table's rows, for use elsewhere.
struct FairnessRepresentation {
  /// The table: which row went where, and where it was in the file.
  let data: PreparedFairness
  /// The protected groups.
  let groups: GroupScheme.Division
  /// `Z` of the fit rows and then of the validation rows.
  let trainingBlock: Tensor<Float>
  /// `Z` of the test rows.
  let test: Tensor<Float>

  /// Writes a CSV file in the order of the table: `row`, the number of the row from 1 among those that were read; `file` where
  /// the table has several files; `line`, the line of the file on which the row starts, where there is a file; `part`, the part of
  /// the split that it was in; `group`, its protected group, where there are groups; and `z1`, `z2`, ….
  func write(to path: String) throws {
    let split = data.split
    let block = split.train + split.validation
    let places =
      block.enumerated().map {
        (row: $1, part: $0 < split.train.count ? "fit" : "validation", z: $0)
      }
      + split.test.enumerated().map { (row: $1, part: "test", z: -1 - $0) }
    let columns = test.shape[1]
    let names = groups.groups == nil ? nil : groupNames()
    let header =
      ["row"] + (data.rowFiles == nil ? [] : ["file"]) + (data.rowLines == nil ? [] : ["line"])
      + ["part"] + (names == nil ? [] : ["group"]) + (1...columns).map { "z\($0)" }
    try trainingBlock.withUnsafeBufferPointer { trained in
      try test.withUnsafeBufferPointer { tested in
        try CSVWriter.write(
          columns: header,
          rows: places.sorted { $0.row < $1.row }.map { place in
            let (values, row) = place.z >= 0 ? (trained, place.z) : (tested, -1 - place.z)
            var fields = ["\(place.row + 1)"]
            if let files = data.rowFiles { fields.append(files[place.row]) }
            if let lines = data.rowLines { fields.append("\(lines[place.row])") }
            fields.append(place.part)
            if let names { fields.append(names[place.row] ?? "") }
            return fields + (0..<columns).map { "\(values[row * columns + $0])" }
          }, to: path)
      }
    }
  }

  /// The group of each row of the table.
  private func groupNames() -> [Int: String] {
    let split = data.split
    let parts = [
      (split.train, data.tTrain), (split.validation, data.tValidation), (split.test, data.tTest),
    ]
    var names: [Int: String] = [:]
    for (rows, t) in parts {
      for (row, value) in zip(rows, t.scalars) { names[row] = groups.name(Double(value)) }
    }
    return names
  }
}
