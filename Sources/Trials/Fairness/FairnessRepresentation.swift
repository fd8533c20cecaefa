import Datasets
import Storage
import TensorCore

/// The learned representation of a user's own table, for use elsewhere.
struct FairnessRepresentation {
  /// Which row went where.
  let split: FairnessSplit
  /// `Z` of the fit rows and then of the validation rows.
  let trainingBlock: Tensor<Float>
  /// `Z` of the test rows.
  let test: Tensor<Float>

  /// Writes a CSV file in the order of the table: the number of the row (from 1, of those that were read), the part it was in,
  /// and `z1`, `z2`, ….
  func write(to path: String) throws {
    let block = split.train + split.validation
    let places =
      block.enumerated().map {
        (row: $1, part: $0 < split.train.count ? "fit" : "validation", z: $0)
      }
      + split.test.enumerated().map { (row: $1, part: "test", z: -1 - $0) }
    let columns = test.shape[1]
    try trainingBlock.withUnsafeBufferPointer { trained in
      try test.withUnsafeBufferPointer { tested in
        try CSVWriter.write(
          columns: ["row", "part"] + (1...columns).map { "z\($0)" },
          rows: places.sorted { $0.row < $1.row }.map { place in
            let (values, row) = place.z >= 0 ? (trained, place.z) : (tested, -1 - place.z)
            return ["\(place.row + 1)", place.part]
              + (0..<columns).map { "\(values[row * columns + $0])" }
          }, to: path)
      }
    }
  }
}
