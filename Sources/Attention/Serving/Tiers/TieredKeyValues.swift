import TensorCore

/// The keys and values of all layers of a model, of which as many lie in memory as a budget allows; the others lie in a
/// mapped file, and attention reads them there.
///
/// This is the structure of cooperative placement (``TierPlacement``), on one processor: the capacity tier is the page cache and
/// the disk behind it, and both tiers feed the same cores. A layer in the file is read in place, while the system reads the next
/// one ahead; its pages leave the process when the layer is done, so that the resident size stays within the budget: the
/// memory layers, and one layer that is being read. (The page cache is the system's, which takes it back when others need memory.)
///
/// Writes go to the mapping and reach the disk when the system likes; nothing waits for the disk on the way of a token.
///
/// The file, numbers little-endian:
///
/// | byte | type | what |
/// |---|---|---|
/// | 0 | 8 bytes | `TSRAKV` and two bytes of version, 0 and 1 |
/// | 8 | u32 × 4 | format (0 float32, 1 bfloat16, 2 float16), key-value heads, width, tokens of a block |
/// | 24 | u64 × 2 | bytes of a block, the most blocks |
/// | 4096 | | the blocks, each as `CKernelsDecode.h` describes, head after head, padded to 4096 bytes |
///
/// Which block belongs to which layer and sequence is kept in memory alone: the file is scratch space, as a swap file is.
public struct TieredKeyValues: Sendable {
  /// How layers of the capacity tier are read.
  public enum Access: String, Sendable, Codable, CaseIterable {
    /// Where they lie, through the map.
    case inPlace
    /// Copied into memory first, each time.
    case copyIn
  }

  /// Which layers lie where.
  public let placement: TierPlacement
  /// The most bytes for keys and values in memory, a layer that is being read among them.
  public let budget: Int
  /// Layers `0..<placement.fastLayers` lie in memory.
  var layers: [KeyValueStore]
  private let mapped: MappedMemory?
  /// Where layers are copied to, which takes the place of the layer that is read in the budget.
  private let staging: PageMemory
  private let layout: KeyValueBlockLayout

  /// Empty stores for `sequences` sequences of up to `capacity` tokens in each layer.
  ///
  /// - Parameters:
  ///   - budget: bytes of memory for keys and values. The placement counts full sequences, so that no layer moves later.
  ///   - path: the file of the capacity tier. It is made if a layer has to lie there, in place of a file of that name, and
  ///     removed when the last copy of this value goes.
  /// - Throws: ``AttentionError/budgetTooSmall(budget:needed:layerBytes:)`` if the budget does not hold one layer,
  ///   ``AttentionError/file(path:at:expected:found:advice:)``.
  public init(
    layers: Int, keyValueHeads: Int, width: Int, format: KeyValueFormat = .float32, sequences: Int,
    capacity: Int, budget: Int, path: String
  ) throws(AttentionError) {
    let layout = KeyValueBlockLayout(heads: keyValueHeads, width: width, format: format)
    require(
      layers >= 1 && sequences >= 1 && capacity >= 1 && keyValueHeads >= 1
        && (1...1024).contains(width),
      "TieredKeyValues: expected at least one layer, sequence, token and head and a width in 1…1024, found \(layers), "
        + "\(sequences), \(capacity), \(keyValueHeads) and \(width)")
    self.layout = layout
    self.budget = budget
    let blocks = sequences * KeyValueBlockLayout.blocks(holding: capacity)
    let slab = PageMemory.slabBytes(blockBytes: layout.bytes)
    let layerBytes = (blocks + slab / layout.bytes - 1) / (slab / layout.bytes) * slab
    guard budget >= layerBytes else {
      throw .budgetTooSmall(budget: budget, needed: layerBytes, layerBytes: layerBytes)
    }
    staging = PageMemory(blockBytes: layout.bytes, budget: layerBytes, keepsSlabs: true)
    // If any layer lies in the file, one layer's room is for reading it.
    let window = budget / layerBytes >= layers ? 0 : layerBytes
    placement = TierPlacement(
      layers: layers, layerBytes: layerBytes, reservedBytes: window, fastMemory: budget)
    mapped =
      placement.slowLayers == 0
      ? nil
      : try MappedMemory(
        path: path, layout: layout, blockCapacity: placement.slowLayers * blocks)
    self.layers = []
    for layer in 0..<layers {
      let memory: any BlockMemory =
        layer < placement.fastLayers
        ? PageMemory(blockBytes: layout.bytes, budget: layerBytes) : mapped!
      var store = KeyValueStore(layout: layout, capacity: capacity, memory: memory)
      for _ in 0..<sequences { _ = store.addSequence() }
      self.layers.append(store)
    }
  }

  /// The layers.
  public var layerCount: Int { layers.count }

  /// The tokens of each sequence in a layer.
  public func lengths(layer: Int) -> [Int] {
    check(layer)
    return layers[layer].lengths
  }

  /// The keys and values of a layer, for reading.
  public func store(layer: Int) -> KeyValueStore {
    check(layer)
    return layers[layer]
  }

  /// The bytes of keys and values in memory, and in the file.
  public var memoryBytes: Int {
    layers.prefix(placement.fastLayers).reduce(0) { $0 + $1.heldBytes }
  }
  /// The bytes of the file.
  public var fileBytes: Int { mapped?.heldBytes ?? 0 }

  /// Appends tokens to a layer, as ``KeyValueStore/append(_:_:to:layout:)-(Tensor<Float>,_,_,_)`` does.
  ///
  /// - Throws: ``AttentionError``; nothing is changed then.
  public mutating func append(
    _ keys: Tensor<Float>, _ values: Tensor<Float>, to sequences: [Int], layer: Int,
    layout axes: HeadLayout = .headsFirst
  ) throws(AttentionError) {
    check(layer)
    if layer >= placement.fastLayers { try mapped!.check() }
    try layers[layer].append(keys, values, to: sequences, layout: axes)
    // A long prompt would leave a layer's worth of written pages in the process.
    if layer >= placement.fastLayers { mapped!.discard(blocks(layer)) }
  }

  /// Forgets the tokens of a sequence from `length` on, in all layers.
  public mutating func truncate(_ sequence: Int, to length: Int) {
    for layer in layers.indices { layers[layer].truncate(sequence, to: length) }
  }

  /// Attention over a layer, as ``KeyValueStore/attend(_:to:options:)-(Tensor<Float>,_,_)`` has it.
  ///
  /// The next layer of the file is read ahead meanwhile (after the last one, the first: that of the next token). Both ways of
  /// access give the same bits.
  ///
  /// - Throws: ``AttentionError/file(path:at:expected:found:advice:)`` if the file was cut;
  ///   ``AttentionError/noRoom(place:bytes:held:limit:)`` where the system has no memory for a copy.
  public func attend(
    _ queries: Tensor<Float>, to sequences: [Int], layer: Int,
    options: AttentionOptions = AttentionOptions(), access: Access = .inPlace,
    readsAhead: Bool = true
  ) throws(AttentionError) -> AttentionResult<Float> {
    check(layer)
    guard layer >= placement.fastLayers, let mapped else {
      return layers[layer].attend(queries, to: sequences, options: options)
    }
    try mapped.check()
    let own = blocks(layer)
    if readsAhead { mapped.readAhead(own + blocks(next(after: layer))) }
    switch access {
    case .inPlace:
      staging.trim()
      defer { mapped.discard(own) }
      return layers[layer].attend(queries, to: sequences, options: options)
    case .copyIn:
      return try copied(layer, from: mapped).attend(queries, to: sequences, options: options)
    }
  }

  /// The layer of the file that is read after `layer`.
  func next(after layer: Int) -> Int {
    layer + 1 < layers.count ? layer + 1 : placement.fastLayers
  }

  /// The blocks of a layer, each once.
  private func blocks(_ layer: Int) -> [UnsafeMutableRawPointer] {
    var seen = Set<UnsafeMutableRawPointer>()
    return layers[layer].sequences.flatMap { $0.blocks.map(\.start) }
      .filter { seen.insert($0).inserted }
  }

  /// A layer's blocks in memory of their own.
  private func copied(
    _ layer: Int, from mapped: MappedMemory
  ) throws(AttentionError) -> KeyValueStore {
    var copies: [ObjectIdentifier: KeyValueBlock] = [:]
    var pairs: [(source: KeyValueBlock, target: KeyValueBlock)] = []
    var store = KeyValueStore(layout: layout, capacity: layers[layer].capacity, memory: staging)
    for sequence in layers[layer].sequences {
      var copy = KeyValueStore.Sequence(blocks: [], length: sequence.length)
      for block in sequence.blocks {
        if let known = copies[ObjectIdentifier(block)] {
          copy.blocks.append(known)
          continue
        }
        let target = try KeyValueBlock(of: staging)
        pairs.append((block, target))
        copies[ObjectIdentifier(block)] = target
        copy.blocks.append(target)
      }
      store.sequences.append(copy)
    }
    let work = pairs
    let outcomes = parallelMap(over: work.count) { index -> Result<Void, AttentionError> in
      Result { () throws(AttentionError) in
        try mapped.copy(
          work[index].source.start, bytes: layout.bytes, to: work[index].target.start)
      }
    }
    for outcome in outcomes { try outcome.get() }
    return store
  }

  /// Writes the file to the disk and drops it from the system's cache, so that the next reads are cold. For measurements.
  public func evictFile() {
    for layer in placement.fastLayers..<layers.count { mapped?.discard(blocks(layer)) }
    mapped?.evict()
  }

  private func check(_ layer: Int, _ function: StaticString = #function) {
    require(
      layers.indices.contains(layer),
      "TieredKeyValues.\(function): expected a layer in 0..<\(layers.count), found \(layer)")
  }
}
