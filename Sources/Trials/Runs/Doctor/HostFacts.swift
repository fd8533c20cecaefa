import Foundation
import TensorCore

/// What the machine offers to a program.
public enum Machine {
  /// Threads that keep the processors of this process busy: those that it may run on, and for whose time its control group
  /// pays.
  public static var threads: Int { HostFacts.current.threadsWorthHaving }
}

/// What the machine is.
struct HostFacts: Sendable {
  /// The machine's and the processor's name.
  let name, processor: String
  /// Vector instruction sets that matter here, as Linux names them.
  let features: [String]
  /// Hardware threads, and those that this process may run on.
  let cores, usableCores: Int
  /// Processors' worth of time that the control group allows; `nil` for no limit.
  let quota: Double?
  /// Bytes of memory.
  let memory: UInt64

  static let current = HostFacts()

  private init() {
    let information = Self.text("/proc/cpuinfo") ?? ""
    name = ProcessInfo.processInfo.hostName
    #if arch(x86_64)
      // The processor itself answers, also where /proc is missing or is that of another machine (an emulator).
      let own = Processor.name
      features = Processor.instructions
    #else
      let own = ""
      let known = ["asimd", "sve", "bf16"]
      let flags = Set(
        (Self.field("Features", of: information) ?? "").split(separator: " ").map(String.init))
      features = known.filter(flags.contains)
    #endif
    processor =
      own.isEmpty
      ? Self.field("model name", of: information)
        ?? Self.field("CPU part", of: information).map { "part \($0)" } ?? "unknown"
      : own
    usableCores = Processor.allowedThreads
    // Without /sys and /proc the system counts fewer processors than the process may run on.
    cores = max(ProcessInfo.processInfo.processorCount, usableCores)
    quota = Self.quota(
      unified: Self.text(Self.groupFolder(Self.text("/proc/self/cgroup")) + "/cpu.max")
        ?? Self.text("/sys/fs/cgroup/cpu.max"),
      share: Self.text("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"),
      period: Self.text("/sys/fs/cgroup/cpu/cpu.cfs_period_us"))
    memory = ProcessInfo.processInfo.physicalMemory
  }

  /// What a file of `/proc` or `/sys` holds.
  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The value of a line `name : value`.
  static func field(_ wanted: String, of information: String) -> String? {
    for line in information.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == wanted {
        return parts[1].trimmingCharacters(in: .whitespaces)
      }
    }
    return nil
  }

  /// The folder of the control group that `/proc/self/cgroup` names, in the unified form.
  static func groupFolder(_ groups: String?) -> String {
    let line = (groups ?? "").split(separator: "\n").first { $0.hasPrefix("0::/") }
    return "/sys/fs/cgroup" + (line.map { String($0.dropFirst(3)) } ?? "")
  }

  /// The processors' worth of time of a control group: microseconds a period, in the unified form (`max 100000`) or the older.
  static func quota(unified: String?, share: String?, period: String?) -> Double? {
    func ratio(_ share: Substring, _ period: Substring) -> Double? {
      guard let share = Double(share), let period = Double(period), share > 0, period > 0 else {
        return nil
      }
      return share / period
    }
    let words = (unified ?? "").split(whereSeparator: \.isWhitespace)
    if words.count == 2 { return ratio(words[0], words[1]) }
    let older = ((share ?? "") + " " + (period ?? "")).split(whereSeparator: \.isWhitespace)
    return older.count == 2 ? ratio(older[0], older[1]) : nil
  }

  /// `64 threads`, and how many of them this process gets.
  var threads: String {
    var text = "\(cores) thread\(cores == 1 ? "" : "s")"
    if usableCores < cores { text += ", \(usableCores) of them for this process" }
    if let quota, quota < Double(usableCores) {
      text += ", time of \(String(Float((quota * 100).rounded() / 100))) by the control group"
    }
    return text
  }

  /// Threads that keep this process's processors busy: what `--threads` is where it is not given.
  var threadsWorthHaving: Int {
    max(1, min(usableCores, quota.map { Int($0.rounded(.up)) } ?? usableCores))
  }

  var record: RunRecord.Host { .init(name: name, processor: processor, cores: cores) }
}
