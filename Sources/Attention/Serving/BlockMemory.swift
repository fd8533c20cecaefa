import CKernels
import Synchronization
import TensorCore

/// Where blocks of keys and values come from: memory of the process, or a mapped file.
protocol BlockMemory: AnyObject, Sendable {
  /// The bytes of a block.
  var blockBytes: Int { get }
  /// The bytes held from the system, and the most that may be.
  var heldBytes: Int { get }
  /// Whether blocks lie in a file.
  var isMapped: Bool { get }

  /// A block of `blockBytes` bytes; what it holds is not defined.
  ///
  /// - Throws: ``AttentionError`` where there is no room; nothing is changed then.
  func allocate() throws(AttentionError) -> UnsafeMutableRawPointer
  /// Takes a block back.
  func release(_ block: UnsafeMutableRawPointer)
}

/// One block, given back when the last store that shares it lets go.
final class KeyValueBlock: @unchecked Sendable {
  let start: UnsafeMutableRawPointer
  private let memory: any BlockMemory

  init(of memory: any BlockMemory) throws(AttentionError) {
    start = try memory.allocate()
    self.memory = memory
  }

  /// A block of its own with the same contents.
  func copy() throws(AttentionError) -> KeyValueBlock {
    let copy = try KeyValueBlock(of: memory)
    copy.start.copyMemory(from: start, byteCount: memory.blockBytes)
    return copy
  }

  deinit { memory.release(start) }
}

/// Blocks in the memory of the process, in slabs of large pages, within a budget.
///
/// A slab is a multiple of 2 MiB and is given back to the system when none of its blocks is in use, unless the memory is to keep
/// its slabs for the blocks to come.
final class PageMemory: BlockMemory {
  let blockBytes: Int
  let budget: Int
  let isMapped = false
  private let slabBytes: Int
  private let keepsSlabs: Bool
  private let state = Mutex(State())

  private struct State {
    var slabs: [Slab] = []
  }

  private struct Slab {
    let start: UInt
    /// The free blocks, the lowest last.
    var free: [UInt]
  }

  /// The bytes of a slab of blocks of `blockBytes` bytes.
  static func slabBytes(blockBytes: Int) -> Int {
    let large = 2 << 20
    return (blockBytes + large - 1) / large * large
  }

  init(blockBytes: Int, budget: Int = .max, keepsSlabs: Bool = false) {
    self.blockBytes = blockBytes
    self.keepsSlabs = keepsSlabs
    self.budget = budget
    slabBytes = Self.slabBytes(blockBytes: blockBytes)
  }

  var heldBytes: Int { state.withLock { $0.slabs.count * slabBytes } }

  func allocate() throws(AttentionError) -> UnsafeMutableRawPointer {
    // The error leaves the lock as a value: a closure that throws typed errors is not what `withLock` takes.
    let outcome = state.withLock { state -> Result<UInt, AttentionError> in
      if let place = state.slabs.lastIndex(where: { !$0.free.isEmpty }) {
        return .success(state.slabs[place].free.removeLast())
      }
      let held = state.slabs.count * slabBytes
      guard held <= budget - slabBytes else {
        return .failure(
          .noRoom(place: "memory", bytes: slabBytes, held: held, limit: budget))
      }
      guard let pages = ck_pages_allocate(slabBytes) else {
        return .failure(
          .noRoom(place: "memory of the system", bytes: slabBytes, held: held, limit: held))
      }
      let start = UInt(bitPattern: pages)
      var free =
        stride(from: start, to: start + UInt(slabBytes / blockBytes * blockBytes), by: blockBytes)
        .reversed() as [UInt]
      let first = free.removeLast()
      state.slabs.append(Slab(start: start, free: free))
      return .success(first)
    }
    return UnsafeMutableRawPointer(bitPattern: try outcome.get())!
  }

  func release(_ block: UnsafeMutableRawPointer) {
    let address = UInt(bitPattern: block)
    let emptied = state.withLock { state -> UInt? in
      let place = state.slabs.firstIndex {
        $0.start <= address && address < $0.start + UInt(slabBytes)
      }!
      state.slabs[place].free.append(address)
      guard !keepsSlabs && state.slabs[place].free.count == slabBytes / blockBytes else {
        return nil
      }
      return state.slabs.remove(at: place).start
    }
    if let emptied {
      ck_pages_release(UnsafeMutableRawPointer(bitPattern: emptied), slabBytes)
    }
  }

  /// Gives slabs without a block in use back to the system.
  func trim() {
    let emptied = state.withLock { state -> [UInt] in
      let idle = state.slabs.filter { $0.free.count == slabBytes / blockBytes }.map(\.start)
      state.slabs.removeAll { $0.free.count == slabBytes / blockBytes }
      return idle
    }
    for start in emptied { ck_pages_release(UnsafeMutableRawPointer(bitPattern: start), slabBytes) }
  }

  deinit {
    for slab in state.withLock({ $0.slabs }) {
      ck_pages_release(UnsafeMutableRawPointer(bitPattern: slab.start), slabBytes)
    }
  }
}
