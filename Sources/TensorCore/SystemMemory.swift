import Foundation

/// What memory the system has, and the end of a program that wants more.
public enum SystemMemory {
  /// The bytes of memory and swap of the machine, or of the control group that the process is in if that has less.
  public static let totalBytes: Int = {
    let swap = number("SwapTotal:", in: "/proc/meminfo") ?? 0
    let machine = Int(clamping: ProcessInfo.processInfo.physicalMemory) + swap * 1024
    return min(machine, groupLimit ?? .max)
  }()

  /// The bytes that may still be had: of the machine's memory that is free or can be freed, of the control group's limit, and of
  /// the limit on the address space (`ulimit -v`).
  public static var availableBytes: Int {
    var least = totalBytes
    if let free = number("MemAvailable:", in: "/proc/meminfo") {
      least = min(least, (free + (number("SwapFree:", in: "/proc/meminfo") ?? 0)) * 1024)
    }
    if let limit = groupLimit, let used = count("/sys/fs/cgroup/memory.current") {
      least = min(least, max(0, limit - used))
    }
    var rule = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &rule) == 0, rule.rlim_cur < Int.max,
      let used = number("VmSize:", in: "/proc/self/status")
    {
      least = min(least, max(0, Int(rule.rlim_cur) - used * 1024))
    }
    return least
  }

  /// Whether the address space of the process has a limit (`ulimit -v`).
  static let isLimited: Bool = {
    var rule = rlimit()
    return getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &rule) == 0 && rule.rlim_cur < Int.max
  }()

  /// Whether a block of that size can be had at all. The system promises more than it has, and kills who takes it at its word.
  @usableFromInline
  static func mayHold(_ bytes: Int) -> Bool { bytes < 1 << 30 || bytes <= totalBytes }

  /// Ends the program for want of memory: how much was asked for, for what, how much is in use, what to do.
  public static func exhausted(
    bytes: Int?, for what: String, file: StaticString = #fileID, line: UInt = #line
  ) -> Never {
    let wanted = bytes.map { "\($0) bytes (\(text($0))) " } ?? "memory "
    halt(
      "out of memory: the system has no \(wanted)for \(what), beside \(text(TensorMemory.liveBytes)) of tensors in use; "
        + "take smaller batches, fewer rows or a smaller model, or allow more memory (ulimit -v, the job's memory)",
      file: file, line: line)
  }

  /// A number of bytes for people, such as `1.5 GB`.
  public static func text(_ bytes: Int) -> String {
    for (unit, size) in [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)] where Double(bytes) >= size {
      return String(format: "%.1f ", Double(bytes) / size) + unit
    }
    return "\(bytes) bytes"
  }

  private static var groupLimit: Int? {
    count("/sys/fs/cgroup/memory.max") ?? count("/sys/fs/cgroup/memory/memory.limit_in_bytes")
  }

  private static func count(_ path: String) -> Int? {
    FileManager.default.contents(atPath: path).flatMap {
      Int(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }

  /// The number behind `name` in a file of the system with one fact a line.
  private static func number(_ name: String, in path: String) -> Int? {
    guard let bytes = FileManager.default.contents(atPath: path) else { return nil }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    where line.hasPrefix(name) {
      return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }
    return nil
  }
}
