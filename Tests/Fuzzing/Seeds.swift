import Datasets
import Foundation
import Storage
import TensorCore

/// Sound files of each kind, made by our own writers where there are some.
enum Seeds {
  static func text(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

  static func csv() -> [[UInt8]] {
    text(
      "a,b,c\n1,2,3\n4,5,6\n", "\u{feff}a;b\r\n\"x;1\";2,5\r\n",
      "name,y\n\"q\"\"uote\",1e-3\n?, NA \n",
      "a, b\n\n 1 ,\t2\n-inf,nan\n", "x\n1\n2\n3")
  }

  static func tables() -> [[UInt8]] {
    var numbers = "invited,age,diploma,salary\n"
    for row in 0..<24 {
      numbers += "\(row % 2),\(20 + row * 7 % 40),\(["BA", "MA", "PhD"][row % 3]),\(1000 + row)\n"
    }
    return text(
      numbers, "y,t,a\nyes,1,2\nno,2,3\nyes,3,?\nno,4,5\n", "a,b,c\n1,2,3\n4,5,6\n7,8,9\n",
      "target,group,x\nlow,A,1.5\nhigh,B,2.5\nmid,A,3.5\n", "y,t\n1,\"40,01\"\n0,\"41,02\"\n")
  }

  static func adult() -> [[UInt8]] {
    var rows = ""
    for row in 0..<12 {
      let half = row % 2
      let words = ["Private", "State-gov"][half]
      rows +=
        "\(20 + row), \(words), \(7000 + row), \(["BA", "MA"][half]), \(row % 9), \(["Wed", "Not"][half]), "
        + "\(["Sales", "Craft"][half]), \(["Wife", "Own"][half]), \(["White", "Black"][half]), "
        + "\(["Male", "Female"][half]), \(row), \(row % 3), \(30 + row), \(row % 5 == 0 ? "?" : "Land\(half)"), "
        + "\(row % 3 == 0 ? ">50K" : "<=50K")\n"
    }
    return text(rows)
  }

  static func communities() -> [[UInt8]] {
    var names = ""
    for name in ["state", "racepctblack", "pop", "rent", "ViolentCrimesPerPop"] {
      names += "@attribute \(name) numeric\n"
    }
    let rows = (0..<6).map { "\($0),0.\($0),0.1\($0),\($0 == 3 ? "?" : "0.5"),0.\(9 - $0)\n" }
    return text(names + "\u{1e}" + rows.joined())
  }

  static func configs() -> [[UInt8]] {
    text(
      "experiment: fairness\nseed: 1\nmethod: slice\ndata:\n  source: csv\n  csv:\n    path: a.csv\n    target: y\n"
        + "    sensitive: t\nsweep:\n  seed: [0, 1, 2]\n",
      "experiment: toy-gaussian\nseed: 0\nthreads: 1\n",
      "experiment: disentangling\nbatchSize: 64\nmodel: {representation: 8}\n",
      "experiment: adaptation\nseed: &s 3\nthreads: *s\n",
      "experiment: scenes\ndata:\n  source: procedural\n# word\nbatchSize: !!int 4\n",
      "experiment: independence\n? seed\n: 0x10\n", "a: [b, {c: d}, 'e', \"f\\n\", |\n  g\n  h\n]\n"
    )
  }

  static func tableFiles() -> [[UInt8]] {
    text(
      "seeds: 2\nsource: a paper\ncolumns:\n  - {title: end, metric: mutual information.end, expected: [0, 1]}\n"
        + "  - {metric: x, optional: true}\nrows:\n  - {label: a, config: toy-gaussian/slice.yaml, paper: {end: 0.5}}\n"
        + "  - {label: b, experiment: toy-gaussian, set: {steps: 100, slice.count: 3}, quick: {label: B, note: c}}\n",
      "columns: {measure: max-step}\nrows: {label: a, columns: [x]}\nblocks:\n  - label: b\n    without: [a]\n"
        + "    compared: false\n    data: [{set: {steps: 100}, note: d}, {make: e, rows: [{label: f}]}]\n"
    )
  }

  static func overrides() -> [[UInt8]] {
    text(
      "seed=0,1,2\nmethod=slice", "data.csv.path='a, b.csv'\nbatchSize=1e3",
      "model.hidden=[80, 80],[160]",
      "optimizer.learningRate=1e-3\nthreads=1", "seed=")
  }

  static func json() -> [[UInt8]] {
    text(
      #"{"step": 12, "time": 3.21, "values": {"loss/train": 0.5, "x": "NaN"}}"# + "\n"
        + #"{"step": 13, "time": 4, "values": {}}"# + "\n",
      #"[1, -0.5, 1e300, true, false, null, "é\u00e9\ud83d\ude00\n"]"#, "[[[[{}]]]]",
      "-9223372036854775808")
  }

  static func runFolders() -> [[UInt8]] {
    let record = """
      {"blas":"b","command":"tessera run a.yaml","commit":"c","error":"","experiment":"fairness","hash":"abc",\
      "host":{"cores":2,"name":"n","processor":"p"},"label":"","pid":7,"seconds":1.5,"seed":0,\
      "started":"2026-01-01T00:00:00Z","status":"done","step":10,"stepCount":10,"threads":1,"updated":"2026-01-01T00:00:01Z"}
      """
    let result = """
      {"dataset":"adult","experiment":"fairness","fairness":{"demographic parity difference":{"high":0.2,"low":0.0,\
      "value":0.1}},"groups":[{"attribute":"sex","count":5,"falsePositiveRate":{"high":1,"low":0,"value":0.5},\
      "group":"A","positiveRate":{"high":1,"low":0,"value":0.5},"truePositiveRate":{"high":1,"low":0,"value":"NaN"}}],\
      "intervals":{"utility.coded":{"high":0.9,"low":0.7}},"method":"slice","notes":["n"],"protocolName":"p",\
      "scalars":{"dependence.coded":0.1,"dependence.null95":0.2,"utility.coded":0.8},"seconds":1.5,"seed":0}
      """
    let metrics = (0..<5).map {
      #"{"step": \#($0), "time": \#($0), "values": {"loss/train": \#(1.0 / Double($0 + 1)), "rho": "NaN"}}"#
    }
    let config = "experiment: fairness\nseed: 0\nmodel:\n  hidden: [80, 80]\n"
    let parts = [record, result, metrics.joined(separator: "\n") + "\n", config]
    return text(
      parts.joined(separator: "\u{1e}"),
      [record.replacing("done", with: "running"), "", metrics[0], config].joined(
        separator: "\u{1e}"))
  }

  /// One array of each type.
  static let arrays: [(name: String, array: StoredArray)] = [
    ("a", StoredArray([1.5, -2.5, 3.25, 0], shape: [2, 2])), ("b", StoredArray([Float(1), 2, 3])),
    ("c", StoredArray([7, -8], shape: [1, 2, 1])), ("d", StoredArray([true, false])),
    ("e", StoredArray([UInt8](0..<6), shape: [2, 3])),
    ("f", StoredArray(shape: [], elements: .int32([4]))),
    ("g", StoredArray(shape: [2, 0], elements: .float16([]))),
  ]

  static func npy() throws -> [[UInt8]] {
    var files = try arrays.map { try NPY.encode($0.array, path: "a.npy") }
    // The same in big-endian and column-major order.
    for file in files {
      let other = String(decoding: file, as: Unicode.ASCII.self)
      guard other.contains("<f8") else { continue }
      files.append(replacing("False", "True ", in: replacing("<f8", ">f8", in: file)))
    }
    return files
  }

  private static func replacing(_ word: String, _ other: String, in bytes: [UInt8]) -> [UInt8] {
    guard let range = bytes.firstRange(of: Array(word.utf8)) else { return bytes }
    return bytes[..<range.lowerBound] + Array(other.utf8) + bytes[range.upperBound...]
  }

  static func npz() throws -> [[UInt8]] {
    try written("a.npz") { path in
      try NPZ.write(Dictionary(uniqueKeysWithValues: arrays), to: path, compressed: false)
    }
      + written("a.npz") { try NPZ.write(["x": arrays[0].array, "y": arrays[4].array], to: $0) }
      + written("a.npz") { path in
        try NPZ.write(
          [
            "imgs": StoredArray([UInt8](repeating: 1, count: 4096), shape: [1, 64, 64]),
            "original_dataset_indices": StoredArray([0]),
          ], to: path)
      }
  }

  static func safetensors() throws -> [[UInt8]] {
    try written("a.safetensors") { path in
      try Safetensors.write(Dictionary(uniqueKeysWithValues: arrays), to: path)
    }
      + written("a.safetensors") { path in
        try Safetensors.write(["w": arrays[1].array], metadata: ["run.config": "x"], to: path)
      }
  }

  static func idx() -> [[UInt8]] {
    let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2] + Array(0..<8)
    return [images, [0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3], Gzip.deflate(images)]
  }

  static func gzip() -> [[UInt8]] {
    let one = Gzip.deflate(Array("some words, some words".utf8))
    return [one, one + one, Gzip.deflate([UInt8](repeating: 7, count: 5000)), Gzip.deflate([])]
  }

  static func cifar() -> [[UInt8]] {
    let record: [UInt8] = [3] + (0..<3072).map { UInt8($0 % 251) }
    return [record, record + [9] + record.dropFirst()]
  }

  static func png() -> [[UInt8]] {
    (1...4).map { channels in
      PNG.encode(
        Image(
          height: 3, width: 5, channels: channels,
          bytes: (0..<15 * channels).map { UInt8($0 * 17 % 256) }))
    }
  }

  static func boxes() -> [[UInt8]] {
    text("64,64,10,20\n12.5,100,4,4\n", "1 2 3 4\n\n5,6,7,8", "")
  }

  /// The bytes of a file that something writes by name.
  static func written(_ name: String, _ body: (String) throws -> Void) throws -> [[UInt8]] {
    let folder = try FuzzFolder()
    defer { folder.remove() }
    let path = folder.path + "/" + name
    try body(path)
    return [try FileBytes.read(path)]
  }
}
