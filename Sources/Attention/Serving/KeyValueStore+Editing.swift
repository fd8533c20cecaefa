import CKernels
import TensorCore

extension KeyValueStore {
  /// Adds a sequence without tokens and returns its number.
  public mutating func addSequence() -> Int {
    sequences.append(Sequence())
    return sequences.count - 1
  }

  /// Adds a sequence with the tokens of another one, whose blocks it shares, and returns its number.
  public mutating func fork(_ sequence: Int) -> Int {
    check(sequence)
    sequences.append(sequences[sequence])
    return sequences.count - 1
  }

  /// Forgets the tokens from `length` on, and gives blocks that hold none back.
  ///
  /// - Requires: `length` is not beyond the sequence's own.
  public mutating func truncate(_ sequence: Int, to length: Int) {
    check(sequence)
    require(
      length >= 0 && length <= sequences[sequence].length,
      "KeyValueStore.truncate: expected a length in 0…\(sequences[sequence].length), found \(length)"
    )
    let kept = KeyValueBlockLayout.blocks(holding: length)
    sequences[sequence].blocks.removeSubrange(kept...)
    sequences[sequence].length = length
  }

  /// Grows a sequence's room to `tokens` tokens, so that appends up to there allocate nothing.
  ///
  /// - Throws: ``AttentionError/beyondCapacity(sequence:length:adding:capacity:)``,
  ///   ``AttentionError/noRoom(place:bytes:held:limit:)``.
  public mutating func reserve(_ tokens: Int, for sequence: Int) throws(AttentionError) {
    check(sequence)
    let length = sequences[sequence].length
    guard tokens <= capacity else {
      throw .beyondCapacity(
        sequence: sequence, length: length, adding: tokens - length, capacity: capacity)
    }
    sequences[sequence].blocks += try fresh(
      KeyValueBlockLayout.blocks(holding: tokens) - sequences[sequence].blocks.count)
  }

  /// Appends tokens to sequences: entry `b` of the batch to `sequences[b]`.
  ///
  /// - Parameters:
  ///   - keys: `[batch, keyValueHeads, tokens, width]`, or `[batch, tokens, keyValueHeads, width]` as `layout` says; they are
  ///     rounded to the store's ``format``.
  ///   - values: of the same shape.
  /// - Requires: sequences that are there, each once.
  /// - Throws: ``AttentionError/beyondCapacity(sequence:length:adding:capacity:)``,
  ///   ``AttentionError/noRoom(place:bytes:held:limit:)``; no sequence is changed then.
  public mutating func append(
    _ keys: Tensor<Float>, _ values: Tensor<Float>, to targets: [Int],
    layout axes: HeadLayout = .headsFirst
  ) throws(AttentionError) {
    let extents = axes.extents(of: keys.shape)
    require(
      keys.shape == values.shape && extents.batch == targets.count
        && extents.heads == keyValueHeads && extents.width == width,
      "KeyValueStore.append: expected keys and values of \(targets.count) sequences, \(keyValueHeads) heads and "
        + "width \(width) (\(axes)), got \(keys.shape) and \(values.shape)")
    require(
      Set(targets).count == targets.count,
      "KeyValueStore.append: expected each sequence once, found \(targets)")
    targets.forEach { check($0) }
    if extents.tokens == 0 { return }
    // All room is found before anything is written.
    var tails: [[KeyValueBlock]] = []
    for target in targets { tails.append(try tail(of: target, adding: extents.tokens)) }
    for (target, tail) in zip(targets, tails) {
      let kept = sequences[target].length / KeyValueBlockLayout.tokens
      sequences[target].blocks.replaceSubrange(
        kept..<min(kept + tail.count, sequences[target].blocks.count), with: tail)
    }
    let starts = targets.map { sequences[$0].length }
    let blocks = targets.map { sequences[$0].blocks }
    let (layout, code) = (layout, format.code)
    keys.withUnsafeBufferPointer { keys in
      values.withUnsafeBufferPointer { values in
        nonisolated(unsafe) let (keys, values) = (keys.baseAddress!, values.baseAddress!)
        let work = { @Sendable (task: Int) in
          let (b, head) = (task / extents.heads, task % extents.heads)
          let base = extents.offset(batch: b, head: head)
          var done = 0
          while done < extents.tokens {
            let token = starts[b] + done
            let (block, first) = token.quotientAndRemainder(
              dividingBy: KeyValueBlockLayout.tokens)
            let count = min(extents.tokens - done, KeyValueBlockLayout.tokens - first)
            let place = base + done * extents.tokenStride
            let memory = blocks[b][block].start
            ck_store_keys(
              code, keys + place, extents.tokenStride, count, layout.width, first,
              layout.keys(memory, head: head))
            ck_store_values(
              code, values + place, extents.tokenStride, count, layout.width, first,
              layout.values(memory, head: head))
            done += count
          }
        }
        let tasks = extents.batch * extents.heads
        // A token or two is written faster than threads are woken.
        if extents.tokens * tasks < 512 {
          for task in 0..<tasks { work(task) }
        } else {
          parallel(over: tasks, work)
        }
      }
    }
    for target in targets { sequences[target].length += extents.tokens }
  }

  /// Appends 16-bit tokens, as the other form does; they keep their bits in a store of their format.
  ///
  /// - Throws: as ``append(_:_:to:layout:)-(Tensor<Float>,_,_,_)``.
  public mutating func append(
    _ keys: HalfTensor, _ values: HalfTensor, to targets: [Int],
    layout axes: HeadLayout = .headsFirst
  ) throws(AttentionError) {
    try append(keys.converted(), values.converted(), to: targets, layout: axes)
  }

  /// The blocks from the sequence's last partial one on that `count` more tokens go to, owned by this sequence alone.
  private mutating func tail(
    of sequence: Int, adding count: Int
  ) throws(AttentionError) -> [KeyValueBlock] {
    let length = sequences[sequence].length
    guard count <= capacity - length else {
      throw .beyondCapacity(
        sequence: sequence, length: length, adding: count, capacity: capacity)
    }
    let first = length / KeyValueBlockLayout.tokens
    let end = KeyValueBlockLayout.blocks(holding: length + count)
    var tail: [KeyValueBlock] = []
    for index in first..<end {
      guard index < sequences[sequence].blocks.count else {
        tail += try fresh(end - index)
        break
      }
      if isKnownUniquelyReferenced(&sequences[sequence].blocks[index]) {
        tail.append(sequences[sequence].blocks[index])
      } else {
        tail.append(try sequences[sequence].blocks[index].copy())
      }
    }
    return tail
  }

  private func fresh(_ count: Int) throws(AttentionError) -> [KeyValueBlock] {
    var blocks: [KeyValueBlock] = []
    for _ in 0..<max(count, 0) { blocks.append(try KeyValueBlock(of: memory)) }
    return blocks
  }
}
