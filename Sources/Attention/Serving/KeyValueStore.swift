import CKernels
import TensorCore

/// The keys and values of sequences that grow: what decoding reads.
///
/// Each sequence is a list of blocks of 256 tokens. A store is a value, and so is each sequence: a copy or a fork shares all
/// blocks, and a block is copied when one of its owners writes to it. Keys and values are kept once for each key-value head,
/// however many heads of queries read them.
///
/// ```swift
/// var store = KeyValueStore(keyValueHeads: 8, width: 128, format: .bfloat16)
/// let sequence = store.addSequence()
/// try store.append(keys, values, to: [sequence])          // [1, 8, tokens, 128]
/// let next = store.attend(queries, to: [sequence])        // [1, 32, 1, 128]
/// ```
public struct KeyValueStore: Sendable {
  /// Heads of keys and values, and elements of a row.
  public var keyValueHeads: Int { layout.heads }
  /// The elements of a row.
  public var width: Int { layout.width }
  /// How numbers are kept.
  public var format: KeyValueFormat { layout.format }
  /// The most tokens of a sequence.
  public let capacity: Int

  let layout: KeyValueBlockLayout
  let memory: any BlockMemory
  var sequences: [Sequence] = []

  /// The tokens of one sequence.
  struct Sequence: Sendable {
    var blocks: [KeyValueBlock] = []
    var length = 0
  }

  /// A store without sequences, whose blocks lie in memory.
  ///
  /// - Parameters:
  ///   - capacity: the most tokens of a sequence.
  ///   - budget: the most bytes of memory for blocks.
  /// - Requires: at least one head; `width` in 1…1024.
  public init(
    keyValueHeads: Int, width: Int, format: KeyValueFormat = .float32, capacity: Int = .max,
    budget: Int = .max
  ) {
    let layout = KeyValueBlockLayout(heads: keyValueHeads, width: width, format: format)
    require(
      keyValueHeads >= 1 && width >= 1 && width <= 1024,
      "KeyValueStore: expected at least one head and a width in 1…1024, found \(keyValueHeads) and \(width)"
    )
    require(
      capacity >= 1 && budget >= 0,
      "KeyValueStore: expected a capacity of at least 1 and no negative budget, found \(capacity) and \(budget)"
    )
    self.init(
      layout: layout, capacity: capacity,
      memory: PageMemory(blockBytes: layout.bytes, budget: budget))
  }

  init(layout: KeyValueBlockLayout, capacity: Int, memory: any BlockMemory) {
    self.layout = layout
    self.capacity = capacity
    self.memory = memory
  }

  /// The number of sequences; they are called 0, 1, ….
  public var sequenceCount: Int { sequences.count }

  /// The tokens of each sequence.
  public var lengths: [Int] { sequences.map(\.length) }

  /// The tokens of a sequence.
  public func length(of sequence: Int) -> Int {
    check(sequence)
    return sequences[sequence].length
  }

  /// The bytes of the blocks of this value; a block that sequences share counts once.
  public var bytes: Int {
    Set(sequences.flatMap { $0.blocks.map(ObjectIdentifier.init) }).count * layout.bytes
  }

  /// The bytes that this store and its copies hold from the system: those of their blocks, in slabs of 2 MiB.
  public var heldBytes: Int { memory.heldBytes }

  /// The keys of a sequence as they are kept, of shape `[keyValueHeads, tokens, width]`.
  public func keys(of sequence: Int) -> Tensor<Float> {
    rows(of: sequence) { block, head, count, row in
      ck_load_keys(
        format.code, layout.keys(block, head: head), 0, count, width, row, width)
    }
  }

  /// The values of a sequence as they are kept, of shape `[keyValueHeads, tokens, width]`.
  public func values(of sequence: Int) -> Tensor<Float> {
    rows(of: sequence) { block, head, count, row in
      ck_load_values(
        format.code, layout.values(block, head: head), 0, count, width, row, width)
    }
  }

  private func rows(
    of sequence: Int,
    _ load: (UnsafeMutableRawPointer, Int, Int, UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor<Float> {
    check(sequence)
    let tokens = sequences[sequence].length
    return Tensor(shape: [keyValueHeads, tokens, width]) { output in
      guard let start = output.baseAddress else { return }
      for (index, block) in sequences[sequence].blocks.enumerated() {
        let first = index * KeyValueBlockLayout.tokens
        guard first < tokens else { break }
        for head in 0..<keyValueHeads {
          load(
            block.start, head, min(KeyValueBlockLayout.tokens, tokens - first),
            start + (head * tokens + first) * width)
        }
      }
    }
  }

  func check(_ sequence: Int, _ function: StaticString = #function) {
    require(
      sequences.indices.contains(sequence),
      "KeyValueStore.\(function): there is no sequence \(sequence), the store has \(sequences.count); "
        + "add it with addSequence()")
  }
}
