import TensorCore

/// Which layers keep their keys and values in fast memory, and whether the others are read where they lie.
///
/// A pure function of sizes and rates. Per device of `n`:
///
///     KV     = 2 · batch · tokens · keyValueHeads · width · bytesPerElement / n          one layer
///     fast   = clamp(⌊(fastMemory − weights / n − activations) / KV⌋, 0, layers)
///     t_move = KV / linkRate                                                 to move a slow layer to the fast side
///     t_near = max(KV / slowRate, FLOP / slowPeak) + 2 · batch · (heads + 2 · keyValueHeads) · width · bytesPerElement / n / linkRate + latency
///
/// Source: Lin et al. 2024 (FastAttention) for the idea, to compute attention where keys and values lie instead of moving
/// them. The formulas are our derivation from the same inputs; those of the paper were not available.
/// - Note: Here both tiers feed the same cores, memory and a mapped file: there is no second processor and no link to cross.
public struct TierPlacement: Sendable, Hashable {
  /// What is to be kept.
  public struct Demand: Sendable, Hashable {
    /// Layers of the model, heads of queries, heads of keys and values, elements of a row.
    public var layers, heads, keyValueHeads, width: Int
    /// Sequences, and tokens of each: those of the prompt and those to come.
    public var batch, tokens: Int
    /// Bytes of a stored number.
    public var bytesPerElement: Int
    /// Bytes of all weights, and of activations on one device.
    public var weightBytes, activationBytes: Int
    /// Devices that heads and weights are split over.
    public var devices: Int

    /// Makes a demand.
    public init(
      layers: Int, heads: Int, keyValueHeads: Int, width: Int, batch: Int, tokens: Int,
      bytesPerElement: Int, weightBytes: Int = 0, activationBytes: Int = 0, devices: Int = 1
    ) {
      require(
        [layers, heads, keyValueHeads, width, batch, tokens, bytesPerElement, devices]
          .allSatisfy { $0 >= 1 } && weightBytes >= 0 && activationBytes >= 0,
        "TierPlacement.Demand: expected counts of at least 1 and bytes of at least 0, found layers \(layers), heads \(heads), "
          + "\(keyValueHeads), width \(width), batch \(batch), tokens \(tokens), bytes \(bytesPerElement), \(weightBytes), "
          + "\(activationBytes), devices \(devices)")
      self.layers = layers
      self.heads = heads
      self.keyValueHeads = keyValueHeads
      self.width = width
      self.batch = batch
      self.tokens = tokens
      self.bytesPerElement = bytesPerElement
      self.weightBytes = weightBytes
      self.activationBytes = activationBytes
      self.devices = devices
    }

    /// The bytes of one layer's keys and values on one device.
    public var layerBytes: Int {
      let whole = 2 * batch * tokens * keyValueHeads * width * bytesPerElement
      return (whole + devices - 1) / devices
    }
    /// The bytes of one device's weights.
    var ownWeightBytes: Int { (weightBytes + devices - 1) / devices }
    /// The floating-point operations of one layer's attention of one token of each sequence.
    var tokenOperations: Double { 4 * Double(batch * heads * width * tokens) / Double(devices) }
    /// The bytes that cross the link for one token: queries and outputs, the new keys and values.
    var crossingBytes: Double {
      Double(2 * batch * (heads + 2 * keyValueHeads) * width * bytesPerElement) / Double(devices)
    }
  }

  /// What the tiers are capable of.
  public struct Rates: Sendable, Hashable {
    /// Bytes a second over the link between the tiers, and those that attention reads where the slow tier lies.
    public var link, slow: Double
    /// Floating-point operations a second of attention at the slow tier.
    public var slowPeak: Double
    /// Seconds to hand a layer over.
    public var latency: Double

    /// Makes rates.
    public init(link: Double, slow: Double, slowPeak: Double, latency: Double = 0) {
      (self.link, self.slow, self.slowPeak, self.latency) = (link, slow, slowPeak, latency)
    }
  }

  /// Layers in fast memory, and in the capacity tier.
  public let fastLayers, slowLayers: Int
  /// The bytes of one layer's keys and values.
  public let layerBytes: Int
  /// The bytes of fast memory that are used: weights, activations and the fast layers.
  public let usedBytes: Int
  /// Seconds a slow layer and token, with its keys and values moved, and read where they lie; `nil` without rates.
  public private(set) var moveSeconds, nearSeconds: Double?

  /// Whether slow layers are better read where they lie: `t_near < t_move`. True if nothing is known of rates.
  public var readsInPlace: Bool {
    guard let moveSeconds, let nearSeconds else { return true }
    return nearSeconds < moveSeconds
  }

  /// Places layers in `fastMemory` bytes a device. Where not even weights and activations fit, no layer is fast.
  public init(of demand: Demand, fastMemory: Int, rates: Rates? = nil) {
    self.init(
      layers: demand.layers, layerBytes: demand.layerBytes,
      reservedBytes: demand.ownWeightBytes + demand.activationBytes, fastMemory: fastMemory)
    moveSeconds = rates.map { Double(demand.layerBytes) / $0.link }
    nearSeconds = rates.map {
      max(Double(demand.layerBytes) / $0.slow, demand.tokenOperations / $0.slowPeak)
        + demand.crossingBytes / $0.link + $0.latency
    }
  }

  /// Places layers of `layerBytes` bytes in what `reservedBytes` leave of `fastMemory`.
  init(layers: Int, layerBytes: Int, reservedBytes: Int, fastMemory: Int) {
    self.layerBytes = layerBytes
    fastLayers = min(max(fastMemory - reservedBytes, 0) / layerBytes, layers)
    slowLayers = layers - fastLayers
    usedBytes = reservedBytes + fastLayers * layerBytes
    (moveSeconds, nearSeconds) = (nil, nil)
  }
}
