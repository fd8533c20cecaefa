import Foundation

/// What the machine is.
struct HostFacts: Sendable {
  /// The machine's and the processor's name.
  let name, processor: String
  /// Vector instruction sets that matter here, as the kernel names them.
  let features: [String]
  /// Hardware threads.
  let cores: Int
  /// Bytes of memory.
  let memory: UInt64

  static let current = HostFacts()

  private init() {
    let information =
      FileManager.default.contents(atPath: "/proc/cpuinfo").map {
        String(decoding: $0, as: UTF8.self)
      }
      ?? ""
    func field(_ wanted: String) -> String? {
      for line in information.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == wanted {
          return parts[1].trimmingCharacters(in: .whitespaces)
        }
      }
      return nil
    }
    let flags = Set(
      (field("flags") ?? field("Features") ?? "").split(separator: " ").map(String.init))
    let known = [
      "sse4_2", "avx", "fma", "avx2", "avx512f", "avx512bw", "avx512vl", "avx512_bf16", "amx_tile",
      "asimd", "sve",
    ]
    name = ProcessInfo.processInfo.hostName
    processor = field("model name") ?? field("CPU part").map { "part \($0)" } ?? "unknown"
    features = known.filter(flags.contains)
    cores = ProcessInfo.processInfo.processorCount
    memory = ProcessInfo.processInfo.physicalMemory
  }

  var record: RunRecord.Host { .init(name: name, processor: processor, cores: cores) }
}
