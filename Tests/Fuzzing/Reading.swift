import Datasets
import Foundation
import Storage
import Trials

/// What is read of each kind of file.
enum Reading {
  static func csv(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    let flavour = bytes.last ?? 0
    let options = CSVOptions(
      header: flavour & 1 == 0 ? .firstLine : .none, separator: flavour & 2 == 0 ? "," : ";",
      skippedLines: Int(flavour >> 6), trimsSpaces: flavour & 4 == 0,
      skipsBlankLines: flavour & 8 == 0, missingMarkers: ["", "?", "NA"])
    let table = try CSVTable.parse(bytes, path: "a.csv", options: options)
    for column in table.columns.prefix(64) {
      _ = try? table.doubles(column, missing: 0)
      _ = try table.categories(column)
    }
    _ = try table.droppingRows(withMissing: nil)
    _ = try? table.tensor(Array(table.columns.prefix(8)), as: Float.self)
  }

  /// A table of one's own: the first column is the target, the second the sensitive one.
  static func table(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    let path = try folder.file("own.csv", bytes)
    let columns = try CSVTable.parse(bytes, path: path).columns
    guard columns.count > 1 else { return }
    _ = try FairnessTable.read(
      csv: path, target: columns[0], sensitive: columns[1],
      missing: bytes.count % 2 == 0 ? .fail : .dropRows, constantColumns: .drop)
  }

  static func adult(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    for name in ["adult.data", "adult.test"] { _ = try folder.file("adult/\(name)", bytes) }
    _ = try Adult.read(from: folder.path + "/adult", labelLeak: bytes.count % 2 == 0)
  }

  static func communities(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    let parts = split(bytes)
    _ = try folder.file("communities/communities.names", parts[0])
    _ = try folder.file("communities/communities.data", parts.count > 1 ? parts[1] : [])
    _ = try Communities.read(
      from: folder.path + "/communities", missing: bytes.count % 2 == 0 ? .drop : .zero)
  }

  static func config(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    let path = try folder.file("config.yaml", bytes)
    for config in try ExperimentRegistry.standard.load(path: path, quick: bytes.count % 2 == 0)
      .prefix(64)
    {
      _ = config.hash
    }
  }

  static func tableFile(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    let table = try TableFile(path: folder.file("table.yaml", bytes))
    let result = try table.fill(
      TableContext(
        quick: bytes.count % 2 == 0,
        options: RunOptions(
          runsFolder: folder.path + "/none", environment: RunEnvironment(dataDirectories: [])),
        onlyDone: true))
    for format in TableFormat.allCases { _ = try result.printed(as: format) }
  }

  static func override(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    let arguments = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    for experiment in ["fairness", "toy-gaussian", "disentangling"] {
      _ = try? ExperimentRegistry.standard.resolve(experiment: experiment, overrides: arguments)
    }
  }

  static func json(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    _ = try? JSONLines.read(folder.file("a.jsonl", bytes))
    let value = try JSONValue(parsing: bytes, path: "a.json", location: "value")
    _ = value.doubleValue
    let again = try JSONValue(parsing: value.utf8, path: "a.json", location: "value written back")
    // Numbers that overflow are written as the strings that stand for them.
    precondition(again == value || value.description == again.description, "JSON round trip")
  }

  /// `run.json`, `result.json`, `metrics.jsonl` and `config.yaml`, with a byte 30 between two.
  static func runFolder(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    let names = ["run.json", "result.json", "metrics.jsonl", "config.yaml"]
    let parts = split(bytes)
    for (index, name) in names.enumerated() {
      _ = try folder.file("runs/x/y/\(name)", index < parts.count ? parts[index] : [])
    }
    if bytes.count % 2 == 0 {
      _ = try folder.file("runs/x/y/done", [])
    } else {
      unlink(folder.path + "/runs/x/y/done")
    }
    let runs = RunFolder.all(in: folder.path + "/runs")
    for run in runs {
      _ = try? run.record()
      _ = try? run.result()
      _ = try? run.metrics()
    }
    _ = try? RunListing.list(runs)
    _ = try? RunListing.json(runs)
    _ = try? RunListing.compare(runs)
    _ = try? RunListing.comparison(runs)
    try Report.write(
      runs: runs.map(\.path), to: folder.path + "/report.html", figures: folder.path + "/figures")
  }

  static func npy(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    try use(NPY.decode(bytes, path: "a.npy", location: "npy"))
  }

  static func npz(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    let path = try folder.file("a.npz", bytes)
    let file = try NPZ(reading: path)
    for name in file.names { _ = try? file.array(name) }
    for array in try NPZ.read(from: path).values { use(array) }
    _ = try folder.file("dsprites/a.npz", bytes)
  }

  static func safetensors(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    let path = try folder.file("a.safetensors", bytes)
    let checkpoint = try Checkpoint.read(from: path)
    for array in checkpoint.tensors.values { use(array) }
    _ = CheckpointListing.inspect(checkpoint)
    _ = CheckpointListing.inspection(checkpoint)
    _ = CheckpointDifference(checkpoint, checkpoint)
  }

  static func hdf5(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    let path = try folder.file("a.h5", bytes)
    let file = try HDF5File(reading: path)
    func attributes(_ object: String) throws {
      for name in try file.attributeNames(of: object) { _ = try? file.attribute(name, of: object) }
    }
    try? attributes("/")
    for name in try file.datasetNames().prefix(32) {
      _ = try? file.describe(name)
      _ = try? file.array(name)
      _ = try? file.rows(0..<1, of: name)
      _ = try? file.strings(name)
      try? attributes(name)
    }
    _ = try ArrayFile.read(path)
  }

  static func scenes(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    let path = try folder.file("scenes.h5", bytes)
    _ = try SceneSet(hdf5: path)
  }

  static func idx(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    use(try IDX.read(from: folder.file("a-ubyte", bytes)))
  }

  static func gzip(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    _ = try Gzip.inflate(bytes, path: "a.gz")
  }

  static func cifar(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    for name in ["data_batch_1.bin", "test_batch.bin"] {
      _ = try folder.file("cifar10/\(name)", bytes)
    }
    _ = try ImageSource.cifar10.load(
      in: [folder.path], side: 32, channels: 3, counts: (1, 0, 0), seed: 0)
  }

  static func png(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    _ = try? PNGHeader(bytes, path: "a.png")
    let picture = try PNG.decode(bytes, path: "a.png")
    _ = picture.rgb
  }

  static func jpeg(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    _ = try JPEG.decode(bytes, path: "a.jpg").rgb
  }

  static func boxes(_ bytes: [UInt8], _ folder: FuzzFolder) throws {
    let path = try folder.file("rooms/train/bb/bb_0.txt", bytes)
    let picture = folder.path + "/rooms/train/0-scene.png"
    if !FileManager.default.fileExists(atPath: picture) {
      try PNG.write(Image(height: 4, width: 4, channels: 3), to: picture)
    }
    _ = path
    _ = try SceneSet(rooms: folder.path + "/rooms", side: 4)
  }

  private static func use(_ array: StoredArray) {
    _ = array.count
    _ = array.integers
    _ = array.values(as: Float.self)
    _ = array.values(as: Double.self)
  }

  private static func split(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    bytes.split(separator: 30, omittingEmptySubsequences: false)
  }
}
