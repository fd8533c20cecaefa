import Foundation
import TensorCore
import Testing

@testable import Attention

/// Layers in memory and in a file: the same numbers, and what happens when memory or the disk ends.
@Suite(.serialized) struct TieredKeyValuesTests {
  /// Heads and width such that a block is 2 MiB.
  static let heads = 8
  static let width = 128

  static func path(_ name: String) -> String {
    NSTemporaryDirectory() + "tessera-tier-\(name)-\(UInt64.random(in: 0 ... .max))"
  }

  /// Four layers of two blocks, of which one fits beside the one that is read.
  static func tier(_ path: String, budget: Int = 8 << 20) throws -> TieredKeyValues {
    try TieredKeyValues(
      layers: 4, keyValueHeads: heads, width: width, format: .float32, sequences: 1, capacity: 500,
      budget: budget, path: path)
  }

  static func rows(_ count: Int, layer: Int, _ what: String) -> Tensor<Float> {
    normal([1, heads, count, width], "\(what)\(layer)")
  }

  @Test func agreesWithMemoryByBothWays() throws {
    let path = Self.path("agree")
    var tier = try Self.tier(path)
    #expect(tier.placement.fastLayers == 1 && tier.placement.slowLayers == 3)
    #expect(FileManager.default.fileExists(atPath: path))
    let q = normal([1, 16, 3, Self.width], "queries")
    for layer in 0..<4 {
      let (k, v) = (Self.rows(300, layer: layer, "k"), Self.rows(300, layer: layer, "v"))
      var plain = KeyValueStore(keyValueHeads: Self.heads, width: Self.width)
      _ = plain.addSequence()
      try plain.append(k, v, to: [0])
      try tier.append(tokens(k, 0..<200), tokens(v, 0..<200), to: [0], layer: layer)
      try tier.append(tokens(k, 200..<300), tokens(v, 200..<300), to: [0], layer: layer)
      let expected = plain.attend(q, to: [0])
      for access in TieredKeyValues.Access.allCases {
        for threads in [1, 2] {
          Parallelism.threads = threads
          defer { Parallelism.threads = 1 }
          let found = try tier.attend(q, to: [0], layer: layer, access: access)
          #expect(found.output == expected.output && found.logSumExp == expected.logSumExp)
        }
      }
      tier.evictFile()
      #expect(try tier.attend(q, to: [0], layer: layer).output == expected.output)
    }
    #expect(tier.next(after: 2) == 3 && tier.next(after: 3) == 1)
    tier.truncate(0, to: 10)
    #expect((0..<4).allSatisfy { tier.lengths(layer: $0) == [10] })
    tier = try Self.tier(path, budget: 1 << 30)
    #expect(tier.placement.slowLayers == 0 && tier.fileBytes == 0)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func writesTheHeaderThatItDocuments() throws {
    let path = Self.path("header")
    let tier = try Self.tier(path)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(bytes.count == 4096)
    #expect(Array(bytes[0..<8]) == [0x54, 0x53, 0x52, 0x41, 0x4B, 0x56, 0, 1])
    func number(_ at: Int, _ count: Int) -> Int {
      bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    #expect([8, 12, 16, 20].map { number($0, 4) } == [0, 8, 128, 256])
    #expect(number(24, 8) == 2 << 20 && number(32, 8) == 6)
    withExtendedLifetime(tier) {}
  }

  @Test func aBudgetBelowOneLayerIsAnError() {
    let path = Self.path("budget")
    let error = #expect(throws: AttentionError.self) {
      _ = try Self.tier(path, budget: (4 << 20) - 1)
    }
    #expect(
      error
        == .budgetTooSmall(budget: (4 << 20) - 1, needed: 4 << 20, layerBytes: 4 << 20))
    #expect(error?.description.contains("raise the budget") == true)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func lengthsBeyondTheStoreAreErrors() throws {
    var tier = try Self.tier(Self.path("length"))
    for layer in [0, 3] {
      let x = Self.rows(300, layer: layer, "x")
      try tier.append(x, x, to: [0], layer: layer)
      #expect(
        throws: AttentionError.beyondCapacity(sequence: 0, length: 300, adding: 300, capacity: 500)
      ) { try tier.append(x, x, to: [0], layer: layer) }
      #expect(tier.lengths(layer: layer) == [300])
      #expect(tier.store(layer: layer).keys(of: 0).scalars == x.scalars)
    }
  }

  @Test func aTruncatedFileIsAnErrorAndMemoryIsIntact() throws {
    let path = Self.path("cut")
    var tier = try Self.tier(path)
    let (q, x) = (normal([1, 8, 1, Self.width], "q"), Self.rows(100, layer: 0, "x"))
    for layer in 0..<4 { try tier.append(x, x, to: [0], layer: layer) }
    let before = try tier.attend(q, to: [0], layer: 0)
    #expect(truncate(path, 100_000) == 0)
    for access in TieredKeyValues.Access.allCases {
      let error = #expect(throws: AttentionError.self) {
        _ = try tier.attend(q, to: [0], layer: 2, access: access)
      }
      #expect(error?.description.contains("\(path): truncated: expected at least") == true)
      #expect(error?.description.contains("found 100000") == true)
    }
    #expect(throws: AttentionError.self) { try tier.append(x, x, to: [0], layer: 1) }
    #expect(tier.lengths(layer: 1) == [100])
    #expect(try tier.attend(q, to: [0], layer: 0).output == before.output)
  }

  @Test func aFileThatCannotBeMadeLeavesWhatWasThere() throws {
    let folder = Self.path("folder")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let error = #expect(throws: AttentionError.self) { _ = try Self.tier(folder) }
    #expect(error?.description.hasPrefix("\(folder): create: expected") == true)
    #expect(throws: AttentionError.self) { _ = try Self.tier(folder + "/none/file") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    // An old file is replaced by a whole new one, which goes with its store.
    let path = folder + "/file"
    try Data("old".utf8).write(to: URL(fileURLWithPath: path))
    var tier: TieredKeyValues? = try Self.tier(path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 4096)
    tier = nil
    #expect(tier == nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }

  /// The limit of a file's size stands for a full disk, in a process of its own.
  @Test func aFullDiskIsAnErrorThatLosesNothing() async {
    await #expect(processExitsWith: .success) {
      let code = try Self.fillsTheDisk()
      exit(code)
    }
  }

  private static func fillsTheDisk() throws -> Int32 {
    signal(SIGXFSZ, SIG_IGN)
    var tier = try Self.tier(path("full"))
    let x = rows(256, layer: 0, "x")
    try tier.append(x, x, to: [0], layer: 1)
    // The file grows by all of its 12 MiB and a header at once.
    var limit = rlimit(rlim_cur: 12 << 20, rlim_max: 12 << 20)
    guard setrlimit(__rlimit_resource_t(1), &limit) == 0 else { return 3 }
    var other = try Self.tier(path("full2"))
    var complaint = ""
    do { try other.append(x, x, to: [0], layer: 1) } catch { complaint = "\(error)" }
    guard complaint.contains("grow: expected room on the disk") else { return 4 }
    guard other.lengths(layer: 1) == [0], other.fileBytes == 4096 else { return 5 }
    try other.append(x, x, to: [0], layer: 0)
    guard other.store(layer: 0).keys(of: 0).scalars == x.scalars else { return 6 }
    guard tier.store(layer: 1).keys(of: 0).scalars == x.scalars else { return 7 }
    return 0
  }

  /// The resident size of this process, in bytes.
  static func residentBytes() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0) << 10
  }

  /// In processes of their own, so that other tests' memory is not counted.
  @Test func staysWithinItsBudgetInPlace() async {
    await #expect(processExitsWith: .success) {
      let code = try Self.fillsAndReads(.inPlace)
      exit(code)
    }
  }
  @Test func staysWithinItsBudgetWithCopies() async {
    await #expect(processExitsWith: .success) {
      let code = try Self.fillsAndReads(.copyIn)
      exit(code)
    }
  }

  /// 0 if the resident size grew by what lies in memory and by no more than the budget.
  static func fillsAndReads(_ access: TieredKeyValues.Access) throws -> Int32 {
    // Eight layers of 32 MiB, of which two fit beside the one that is read.
    let budget = 96 << 20
    var tier = try TieredKeyValues(
      layers: 8, keyValueHeads: heads, width: width, sequences: 1, capacity: 4096, budget: budget,
      path: path("resident"))
    guard tier.placement.fastLayers == 2 else { return 3 }
    let (q, x) = (normal([1, 8, 1, width], "q"), rows(512, layer: 0, "x"))
    let start = residentBytes()
    var most = 0
    for layer in 0..<8 {
      for _ in 0..<8 {
        try tier.append(x, x, to: [0], layer: layer)
        most = max(most, residentBytes() - start)
      }
    }
    for _ in 0..<2 {
      for layer in 0..<8 {
        _ = try tier.attend(q, to: [0], layer: layer, access: access)
        most = max(most, residentBytes() - start)
      }
    }
    guard most >= 64 << 20 else { return 4 }
    // Beside the budget there is the call's own scratch of a few hundred KiB, and the program's.
    return most <= budget + (4 << 20) ? 0 : 5
  }
}
