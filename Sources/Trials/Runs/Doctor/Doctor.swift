import CHDF5
import CLAPACKE
import Foundation
import Storage
import TensorCore

/// What `tessera doctor` finds: what is installed, which kernels, how much room, and what to install.
public struct Doctor: Sendable {
  /// How a finding stands.
  public enum Verdict: String, Sendable {
    /// As it should be.
    case ok
    /// Works, but could be better.
    case warning
    /// Something will not work.
    case missing
  }

  /// One line of the report.
  public struct Finding: Sendable {
    /// What was looked at.
    public let name: String
    /// What was found.
    public let value: String
    /// How it stands.
    public let verdict: Verdict
    /// What to do about it; empty where all is well.
    public let advice: String

    /// Makes a finding.
    public init(_ name: String, _ value: String, _ verdict: Verdict = .ok, advice: String = "") {
      self.name = name
      self.value = value
      self.verdict = verdict
      self.advice = advice
    }
  }

  /// The findings in the order in which they are shown.
  public private(set) var findings: [Finding] = []

  /// What was tried on each way through the kernels.
  private var trials: [JSONValue] = []

  /// Whether everything works.
  public var isWell: Bool { findings.allSatisfy { $0.verdict != .missing } }

  /// Looks at the machine, and tries every kernel path that the processor can run, each in a child process.
  public init(runsFolder: String, environment: RunEnvironment) {
    self.init(runsFolder: runsFolder, environment: environment, paths: KernelPath.all)
  }

  init(runsFolder: String, environment: RunEnvironment, paths: [KernelPath]) {
    // First, while the process has one thread.
    let outcomes = paths.map { ($0, $0.outcome()) }
    trials = outcomes.map { $0.json($1) }
    findings = versions() + libraries() + machine() + outcomes.map { $0.finding($1) }
    findings += folders(runsFolder) + DataFindings.all(environment)
  }

  /// Aligned columns for a terminal, then what to do.
  public var text: String {
    var table = TextTable(["", "what", "found"])
    for finding in findings {
      let mark = finding.verdict == .ok ? "✓" : finding.verdict == .warning ? "!" : "✗"
      table.add([mark, finding.name, finding.value])
    }
    let advice = findings.filter { !$0.advice.isEmpty }.map { "\($0.name): \($0.advice)\n" }
    return table.text + (advice.isEmpty ? "" : "\n" + advice.joined())
  }

  /// `{well, findings: [{name, value, verdict, advice}], kernels: [{path, verdict, operation, error, tolerance, signal}]}`.
  public var json: JSONValue {
    [
      "well": .bool(isWell),
      "findings": .array(
        findings.map {
          [
            "name": .string($0.name), "value": .string($0.value),
            "verdict": .string($0.verdict.rawValue), "advice": .string($0.advice),
          ]
        }),
      "kernels": .array(trials),
    ]
  }

  private func versions() -> [Finding] {
    #if compiler(>=6.3)
      let compiler = "6.3 or newer"
    #elseif compiler(>=6.2)
      let compiler = "6.2"
    #else
      let compiler = "6.1 or older"
    #endif
    #if DEBUG
      let build = Finding(
        "build", "debug", .warning,
        advice: "numerical code is some twenty times slower; build with `swift build -c release`")
    #else
      let build = Finding("build", "release")
    #endif
    return [
      Finding("commit", SourceCommit.current), Finding("Swift compiler", compiler), build,
    ]
  }

  private func libraries() -> [Finding] {
    var lapack: (Int32, Int32, Int32) = (0, 0, 0)
    LAPACKE_ilaver(&lapack.0, &lapack.1, &lapack.2)
    var hdf5: (UInt32, UInt32, UInt32) = (0, 0, 0)
    let answered = H5get_libversion(&hdf5.0, &hdf5.1, &hdf5.2) >= 0
    return [
      openBLAS(),
      Finding("BLAS threads", "1 a call; Tessera splits the work itself"),
      Finding("LAPACK", "\(lapack.0).\(lapack.1).\(lapack.2)"),
      answered
        ? Finding("HDF5", "\(hdf5.0).\(hdf5.1).\(hdf5.2)")
        : Finding(
          "HDF5", "does not answer", .missing, advice: "install it: apt-get install libhdf5-dev"),
    ] + developmentFiles()
  }

  private func openBLAS() -> Finding {
    let blas = BLAS.configuration
    if let problem = Processor.problems.first(where: \.concernsBLAS) {
      return Finding("OpenBLAS", blas, .missing, advice: problem.description)
    }
    if let asked = BLAS.unknownCore {
      return Finding(
        "OpenBLAS", blas, .warning,
        advice:
          "OPENBLAS_CORETYPE=\(asked) names no core that this OpenBLAS has, and is passed over; unset it"
      )
    }
    let isOld = ["prescott", "core2", "generic", "katmai"].contains(BLAS.core.lowercased())
    if isOld && HostFacts.current.features.contains("avx2") {
      return Finding(
        "OpenBLAS", blas, .warning,
        advice: "the kernel is older than the processor, several times slower than it; unset "
          + "OPENBLAS_CORETYPE, or install libopenblas0-pthread, which chooses at run time")
    }
    return Finding("OpenBLAS", blas)
  }

  /// The headers are needed to build, not to run.
  private func developmentFiles() -> [Finding] {
    let packages = [
      ("libopenblas-dev", "cblas.h"), ("liblapacke-dev", "lapacke.h"), ("libhdf5-dev", "hdf5.h"),
      ("zlib1g-dev", "zlib.h"), ("libpng-dev", "png.h"),
      ("libjpeg-dev", "jpeglib.h"),
    ]
    let absent = packages.filter { !DevelopmentFiles.contain($0.1) }.map(\.0)
    return [
      absent.isEmpty
        ? Finding("headers for building", packages.map(\.0).joined(separator: ", "))
        : Finding(
          "headers for building", "without " + absent.joined(separator: ", "), .warning,
          advice: "to build again: apt-get install " + absent.joined(separator: " "))
    ]
  }

  private func machine() -> [Finding] {
    let host = HostFacts.current
    let wide = host.features.contains { ["avx2", "asimd"].contains($0) }
    return [
      Finding("processor", "\(host.processor), \(host.threads)"),
      wide
        ? Finding("vector instructions", host.features.joined(separator: " "))
        : Finding(
          "vector instructions",
          host.features.isEmpty ? "none" : host.features.joined(separator: " "),
          .warning, advice: "kernels run in their plain form, several times slower than with AVX2"),
      kernels(),
      Finding("memory", "\(host.memory >> 20) MiB"),
    ]
  }

  private func kernels() -> Finding {
    let form = VectorKernels.form
    if let problem = Processor.problems.first(where: { !$0.concernsBLAS }) {
      return Finding("kernels", form.name, .missing, advice: problem.description)
    }
    let best = KernelForm.usable[0]
    if form != best {
      return Finding(
        "kernels", "\(form.name), as TESSERA_KERNELS asks", .warning,
        advice: "\(best.name) is faster here; unset TESSERA_KERNELS")
    }
    // A virtual machine that hides a few instructions costs the whole form.
    if form == .baseline && HostFacts.current.features.contains("avx2") {
      return Finding(
        "kernels", form.name, .warning,
        advice:
          "x86-64-v3, several times faster, needs \(KernelForm.v3.missing.joined(separator: ", ")) too; "
          + "show that to the virtual machine")
    }
    return Finding("kernels", form.name)
  }

  private func folders(_ runsFolder: String) -> [Finding] {
    let probe = Folders.probe(runsFolder)
    var findings = [
      probe == nil
        ? Finding("runs folder", runsFolder)
        : Finding(
          "runs folder", "\(runsFolder): \(probe!)", .missing,
          advice: "name a folder that you may write with --runs")
    ]
    if let free = Folders.freeBytes(runsFolder) {
      let short = free < 1 << 30
      findings.append(
        Finding(
          "free disk space", "\(free >> 20) MiB", short ? .warning : .ok,
          advice: short ? "a sweep writes some hundred MiB; make room or use --runs" : ""))
    }
    return findings
  }
}
