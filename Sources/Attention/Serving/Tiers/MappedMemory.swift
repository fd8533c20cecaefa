import Foundation
import Synchronization

/// Blocks in a mapped file.
///
/// The whole extent that the file may get is mapped once; room on the disk is taken in steps as blocks are asked for.
final class MappedMemory: BlockMemory {
  let blockBytes: Int
  let isMapped = true
  private let blockCapacity: Int
  private let file: TierFile
  private let start: UInt
  private let state = Mutex(State())

  private struct State {
    /// Blocks that have room on the disk, and those of them that are free, the lowest last.
    var blocks = 0
    var free: [Int] = []
  }

  /// The bytes that a file grows by at least.
  private static let step = 64 << 20

  /// - Throws: ``AttentionError/file(path:at:expected:found:advice:)``.
  init(path: String, layout: KeyValueBlockLayout, blockCapacity: Int) throws(AttentionError) {
    // Blocks begin at pages, which is what advice about them wants.
    let page = 4096
    blockBytes = (layout.bytes + page - 1) / page * page
    self.blockCapacity = blockCapacity
    file = try TierFile(path: path, layout: layout, blockCapacity: blockCapacity)
    let extent = TierFile.headerBytes + blockCapacity * blockBytes
    let mapping = mmap(
      nil, extent, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file.descriptor, 0)
    guard let mapping, mapping != MAP_FAILED else {
      throw .file(
        path: path, at: "map", expected: "\(extent) bytes of addresses",
        found: String(cString: strerror(errno)), advice: "allow fewer tokens")
    }
    start = UInt(bitPattern: mapping)
  }

  private func end(_ blocks: Int) -> Int { TierFile.headerBytes + blocks * blockBytes }

  var heldBytes: Int { state.withLock { end($0.blocks) } }

  func allocate() throws(AttentionError) -> UnsafeMutableRawPointer {
    let outcome = state.withLock { state -> Result<Int, AttentionError> in
      if state.free.isEmpty {
        let count = min(
          max(1, Self.step / blockBytes), blockCapacity - state.blocks)
        guard count > 0 else {
          return .failure(
            .noRoom(
              place: "capacity tier \(file.path)", bytes: blockBytes, held: end(state.blocks),
              limit: end(blockCapacity)))
        }
        do throws(AttentionError) {
          try file.grow(from: end(state.blocks), to: end(state.blocks + count))
        } catch {
          return .failure(error)
        }
        state.free = (state.blocks..<state.blocks + count).reversed()
        state.blocks += count
      }
      return .success(state.free.removeLast())
    }
    let address = start + UInt(end(try outcome.get()))
    return UnsafeMutableRawPointer(bitPattern: address)!
  }

  func release(_ block: UnsafeMutableRawPointer) {
    discard([block])
    state.withLock {
      $0.free.append((Int(UInt(bitPattern: block) - start) - TierFile.headerBytes) / blockBytes)
    }
  }

  /// Looks whether the file still holds every block.
  ///
  /// - Throws: ``AttentionError/file(path:at:expected:found:advice:)`` if it was cut.
  func check() throws(AttentionError) { try file.check(end: heldBytes) }

  /// Has the system read blocks from the disk that it has not in its cache, without waiting for it and without taking them
  /// into this process.
  func readAhead(_ blocks: [UnsafeMutableRawPointer]) {
    for block in blocks where !isCached(block) { madvise(block, blockBytes, MADV_WILLNEED) }
  }

  /// Whether the ends of a block are in the system's cache of files, and with them most likely all of it.
  private func isCached(_ block: UnsafeMutableRawPointer) -> Bool {
    [0, blockBytes - 4096].allSatisfy { place in
      var page: UInt8 = 0
      return mincore(block + place, 4096, &page) == 0 && page & 1 == 1
    }
  }

  /// Takes the pages of blocks out of this process; what was written to them stays in the file.
  func discard(_ blocks: [UnsafeMutableRawPointer]) {
    for block in blocks { madvise(block, blockBytes, MADV_DONTNEED) }
  }

  /// Copies blocks from the file into memory, past the mapping.
  ///
  /// - Throws: ``AttentionError/file(path:at:expected:found:advice:)``.
  func copy(
    _ block: UnsafeMutableRawPointer, bytes: Int, to target: UnsafeMutableRawPointer
  ) throws(AttentionError) {
    let offset = Int(UInt(bitPattern: block) - start)
    var done = 0
    while done < bytes {
      let count = pread(file.descriptor, target + done, bytes - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        throw .file(
          path: file.path, at: "byte \(offset + done)", expected: "\(bytes) bytes of a block",
          found: count < 0 ? String(cString: strerror(errno)) : "the end of the file",
          advice:
            "something cut the file while it was in use; the layers in it must be computed again")
      }
      done += count
    }
  }

  /// Writes what was stored to the disk and drops it from the system's cache of files: a later read is a cold one.
  func evict() {
    fsync(file.descriptor)
    posix_fadvise(file.descriptor, 0, 0, POSIX_FADV_DONTNEED)
  }

  deinit {
    munmap(UnsafeMutableRawPointer(bitPattern: start), end(blockCapacity))
  }
}
