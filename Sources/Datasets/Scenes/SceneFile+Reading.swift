import Foundation
import Storage

extension SceneSet {
  /// Reads a file in the layout of ``SceneFile``.
  ///
  /// - Throws: ``DatasetError`` with the file, the data set in it and what to do: if it is no such file, a data set has
  ///   another shape or type, or a box, count or source is out of range.
  public init(hdf5 path: String, _ loading: Loading = Loading()) throws(DatasetError) {
    let file = try wrappingStorage { () throws(StorageError) in try HDF5File(reading: path) }
    let reader = try SceneFileReader(file: file, path: path)
    try reader.checkFormat()
    let sourceNames = try reader.texts("sources") ?? []
    let name =
      try reader.texts("name")?.first
      ?? URL(filePath: path).deletingPathExtension().lastPathComponent
    let order = try reader.texts("order")?.first ?? "RGB"
    guard order == "RGB" || order == "BGR" else {
      throw reader.error("attribute \"order\"", "RGB or BGR", order)
    }
    var parts: [SceneSplit: Part] = [:]
    var size: [Int] = []
    try reader.checkData()
    let inMemory = try reader.imageBytes() <= loading.memoryLimit
    for split in SceneSplit.allCases {
      guard let shape = try reader.imageShape(split) else { continue }
      if size.isEmpty { size = Array(shape[1...2]) }
      guard size == Array(shape[1...2]) else {
        throw reader.error(
          "data set \"\(reader.group(split))/images\"", "images of \(size) as the first split has",
          "\(shape[1...2])")
      }
      parts[split] = try reader.part(
        split, shape: shape, sourceCount: max(1, sourceNames.count),
        exchanges: (order == "BGR") != loading.isBlueFirst, inMemory: inMemory)
    }
    guard !parts.isEmpty else {
      throw reader.error("groups", "one of train, validation, test with images", "none")
    }
    self.init(
      name: name, height: size[0], width: size[1],
      sourceNames: sourceNames.isEmpty ? [name] : sourceNames, parts: parts)
  }
}

/// Reads and checks the parts of a file of scenes.
struct SceneFileReader {
  let file: HDF5File
  let path: String
  /// The group of each split that is there.
  private let groups: [SceneSplit: String]

  init(file: HDF5File, path: String) throws(DatasetError) {
    (self.file, self.path) = (file, path)
    let names = try wrappingStorage { () throws(StorageError) in try file.names() }
    groups = try SceneSplit.named(among: names, path: path, at: "groups")
  }

  /// The name of a split's group, also where there is none.
  func group(_ split: SceneSplit) -> String { groups[split] ?? split.rawValue }

  func error(_ at: String, _ expected: String, _ found: String) -> DatasetError {
    .unexpected(
      path: path, at: at, expected: expected, found: found,
      advice:
        "make the file again (`tessera data make`), or write it as SceneFile's documentation says"
    )
  }

  func checkFormat() throws(DatasetError) {
    let format = try texts("format")?.first
    guard format == SceneFile.format else {
      throw error("attribute \"format\"", SceneFile.format, format ?? "none")
    }
    let version: HDF5Attribute? = try attribute("version")
    if case .array(let number)? = version, number.integers == [SceneFile.version] { return }
    let found = version.map { "\($0)" } ?? "none"
    throw error("attribute \"version\"", "\(SceneFile.version)", found)
  }

  private func attribute(_ name: String) throws(DatasetError) -> HDF5Attribute? {
    try wrappingStorage { () throws(StorageError) in
      try file.attributeNames().contains(name) ? try file.attribute(name) : nil
    }
  }

  func texts(_ name: String) throws(DatasetError) -> [String]? {
    switch try attribute(name) {
    case nil: return nil
    case .text(let text)?: return [text]
    case .texts(let texts)?: return texts
    case .array?: throw error("attribute \"\(name)\"", "text", "numbers")
    }
  }

  private func describe(_ name: String) throws(DatasetError) -> HDF5File.Description? {
    try wrappingStorage { () throws(StorageError) in
      var group = "/"
      for part in name.split(separator: "/") {
        guard try file.names(in: group).contains(String(part)) else { return nil }
        group = group == "/" ? String(part) : "\(group)/\(part)"
      }
      return try file.describe(name)
    }
  }

  /// The shape of a split's images; `nil` if there is no such split.
  func imageShape(_ split: SceneSplit) throws(DatasetError) -> [Int]? {
    let name = "\(group(split))/images"
    guard let found = try describe(name) else { return nil }
    guard found.shape.count == 4, found.shape[3] == 3, found.elementType == .uint8,
      found.shape[1] > 0, found.shape[2] > 0, found.byteCount < .max
    else {
      throw error(
        "data set \"\(name)\"", "uint8 [images, height, width, 3]",
        "\(found.elementType) \(found.shape)")
    }
    return found.shape
  }

  func imageBytes() throws(DatasetError) -> Int {
    var total = 0
    for split in SceneSplit.allCases where try imageShape(split) != nil {
      let (sum, overflows) = total.addingReportingOverflow(
        try describe("\(group(split))/images")?.byteCount ?? 0)
      total = overflows ? .max : sum
    }
    return total
  }

  /// Checks that all elements lie in this file, and that they are no more than it can hold.
  func checkData() throws(DatasetError) {
    var names: [String] = []
    for split in SceneSplit.allCases where try imageShape(split) != nil {
      for kind in ["images", "masks", "boxes", "boxCounts", "source"] {
        let name = "\(group(split))/\(kind)"
        guard try describe(name) != nil else { continue }
        guard try !wrappingStorage({ () throws(StorageError) in try file.isElsewhere(name) }) else {
          throw .unexpected(
            path: path, at: "data set \"\(name)\"", expected: "elements in this file",
            found: "elements in another file, whose changes a run would not see",
            advice: "copy them into one file, such as with h5py: new[name] = old[name][...]")
        }
        names.append(name)
      }
    }
    try wrappingStorage { () throws(StorageError) in try file.checkRoom(for: names) }
  }

  func part(
    _ split: SceneSplit, shape: [Int], sourceCount: Int, exchanges: Bool, inMemory: Bool
  ) throws(DatasetError) -> SceneSet.Part {
    let count = shape[0]
    var part = SceneSet.Part(
      count: count,
      images: try pixels(
        "\(group(split))/images", size: shape[1] * shape[2] * 3, inMemory: inMemory,
        exchanges: exchanges))
    part.boxes = try boxes(split, count: count)
    let split = group(split)
    if try describe("\(split)/masks") != nil {
      try check("\(split)/masks", shape: Array(shape[..<3]), [.uint8])
      guard part.boxes != nil else {
        throw error("group \"\(split)\"", "boxes beside the masks", "none")
      }
      part.masks = try pixels(
        "\(split)/masks", size: shape[1] * shape[2], inMemory: inMemory, exchanges: false)
    }
    if try describe("\(split)/source") != nil {
      part.sources = try integers("\(split)/source", count: count)
      for (image, source) in part.sources.enumerated()
      where !(0..<sourceCount).contains(source) {
        throw error(
          "data set \"\(split)/source\", image \(image)", "0..<\(sourceCount), the sources",
          "\(source)")
      }
    }
    return part
  }

  private func pixels(
    _ name: String, size: Int, inMemory: Bool, exchanges: Bool
  ) throws(DatasetError) -> any ScenePixels {
    guard inMemory else {
      let pixels = HDF5Pixels(file: file, name: name)
      return exchanges ? ExchangedPixels(base: pixels) : pixels
    }
    let array = try wrappingStorage { () throws(StorageError) in try file.array(name) }
    guard case .uint8(let bytes) = array.elements else {
      throw error("data set \"\(name)\"", "uint8", "\(array.elementType)")
    }
    return MemoryPixels(
      all: exchanges ? SceneBytes.exchangingRedAndBlue(bytes) : bytes, size: size)
  }

  private func boxes(
    _ split: SceneSplit, count: Int
  ) throws(DatasetError) -> [[SceneBox]]? {
    let split = group(split)
    guard let shape = try describe("\(split)/boxes")?.shape else { return nil }
    let most = shape.count == 3 ? shape[1] : 0
    try check("\(split)/boxes", shape: [count, most, 4], [.float32, .float64])
    let counts = try integers("\(split)/boxCounts", count: count)
    let numbers = try wrappingStorage { () throws(StorageError) in
      try file.array("\(split)/boxes").values(as: Float.self)
    }
    var boxes: [[SceneBox]] = []
    var raw: [[Float]] = []
    for (image, count) in counts.enumerated() {
      guard (0...most).contains(count) else {
        throw error(
          "data set \"\(split)/boxCounts\", image \(image)", "0 to \(most), the rows of boxes",
          "\(count)")
      }
      boxes.append([])
      for row in 0..<count {
        let four = Array(numbers[((image * most + row) * 4)...].prefix(4))
        guard let box = SceneBox(checking: four) else {
          throw error(
            "data set \"\(split)/boxes\", image \(image), box \(row)",
            "centre x, centre y in [0, 1], width and height above 0, as fractions", "\(four)")
        }
        boxes[image].append(box)
        raw.append(four.map { $0 * SceneBoxText.unit })
      }
    }
    switch SceneBoxForm(raw, pictures: nil) {
    case .corners?:
      throw error(
        "data set \"\(split)/boxes\"", "centre x, centre y, width, height as fractions",
        "what looks like two corners: as centres and sizes, boxes would lie outside")
    case .topLeft?:
      throw error(
        "data set \"\(split)/boxes\"", "centre x, centre y, width, height as fractions",
        "what looks like x, y, width, height from the upper left corner: as centres, boxes would lie outside"
      )
    default: return boxes
    }
  }

  private func integers(_ name: String, count: Int) throws(DatasetError) -> [Int] {
    try check(
      name, shape: [count],
      [.int32, .int64, .int16, .int8, .uint64, .uint32, .uint16, .uint8])
    return try wrappingStorage { () throws(StorageError) in try file.array(name).integers ?? [] }
  }

  private func check(
    _ name: String, shape: [Int], _ types: [ElementType]
  ) throws(DatasetError) {
    let found = try describe(name)
    guard let found, found.shape == shape, types.contains(found.elementType) else {
      throw error(
        "data set \"\(name)\"", "\(types[0]) \(shape)",
        found.map { "\($0.elementType) \($0.shape)" } ?? "none")
    }
  }
}

extension SceneBox {
  /// A box of four numbers, if they are one: finite, the centre in the image, and an area.
  init?(checking four: [Float]) {
    guard four.allSatisfy(\.isFinite), (0...1).contains(four[0]), (0...1).contains(four[1]),
      four[2] > 0, four[3] > 0
    else { return nil }
    self.init(centreX: four[0], centreY: four[1], width: four[2], height: four[3])
  }
}

/// Images whose red and blue are exchanged as they are read.
struct ExchangedPixels: ScenePixels {
  let base: any ScenePixels

  func bytes(at indices: [Int]) throws(DatasetError) -> [UInt8] {
    SceneBytes.exchangingRedAndBlue(try base.bytes(at: indices))
  }
}
