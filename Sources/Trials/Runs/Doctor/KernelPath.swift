import Attention
import Foundation
import Storage
import TensorCore

/// A way through the kernels that this processor can run, tried once in a child process.
struct KernelPath: Sendable {
  /// What runs: a form of the kernels, or a core of OpenBLAS.
  let name: String
  /// What is done on it.
  let checks: [KernelCheck]
  /// Turns the process to it.
  let prepare: @Sendable () -> Void

  init(_ name: String, _ checks: [KernelCheck], prepare: @escaping @Sendable () -> Void = {}) {
    self.name = name
    self.checks = checks
    self.prepare = prepare
  }

  /// Every form of the kernels that this processor runs, then the core of OpenBLAS.
  static var all: [KernelPath] {
    var paths: [KernelPath] = []
    for form in KernelForm.usable {
      // The fastest form multiplies pairs of bfloat16 where the processor can; what stands in for that runs too.
      let pairs = form == .v4 && Processor.instructions.contains("avx512_bf16")
      paths.append(
        KernelPath(
          "kernels \(form.name)" + (pairs ? " with bfloat16 pairs" : ""), KernelCheck.kernels
        ) { use(form, emulating: false) })
      if pairs {
        paths.append(
          KernelPath("kernels \(form.name)", KernelCheck.kernels) { use(form, emulating: true) })
      }
    }
    let blasProblem = Processor.problems.contains { $0.concernsBLAS }
    if !blasProblem { paths.append(KernelPath("OpenBLAS \(BLAS.core)", KernelCheck.products)) }
    return paths
  }

  private static func use(_ form: KernelForm, emulating: Bool) {
    require(VectorKernels.use(form), "KernelPath: the processor lacks \(form.name)")
    AttentionKernels.emulateBFloat16Pairs(emulating)
  }

  /// What became of a path.
  enum Outcome: Sendable, Equatable {
    /// The largest error, and the operation that has it.
    case agrees(error: Double, operation: String)
    /// The operation that differs most from its plain form.
    case differs(error: Double, operation: String, tolerance: Double)
    /// The process ended in an operation.
    case ended(signal: Int32, operation: String)
    /// The system allows no child process.
    case untried(reason: String)
  }

  /// Seconds after which a path counts as hanging.
  private static let patience: UInt32 = 300

  /// Does every operation once.
  ///
  /// The child process has this thread alone: call it before there are others, as a program that has just started does.
  func outcome() -> Outcome {
    // Memory of both processes: how many operations have begun, and the error of each that has ended.
    let bytes = (checks.count + 1) * MemoryLayout<Double>.stride
    guard
      let memory = mmap(
        nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | Int32(MAP_ANONYMOUS), -1, 0),
      memory != MAP_FAILED
    else { return .untried(reason: String(cString: strerror(errno))) }
    defer { munmap(memory, bytes) }
    let slots = memory.bindMemory(to: Double.self, capacity: checks.count + 1)
    let signal = ChildProcess.run {
      alarm(Self.patience)
      slots[0] = 1
      prepare()
      for (index, check) in checks.enumerated() {
        slots[0] = Double(index + 1)
        slots[index + 1] = (try? check.error()) ?? .nan
      }
      slots[0] = Double(checks.count + 1)
    }
    let begun = Int(slots[0])
    if signal < 0 { return .untried(reason: String(cString: strerror(errno))) }
    if signal > 0 || begun <= checks.count {
      return .ended(signal: signal, operation: checks[max(begun, 1) - 1].name)
    }
    return Self.verdict(checks, errors: checks.indices.map { slots[$0 + 1] })
  }

  /// The operation that is furthest beyond its tolerance, or else the one with the largest error.
  static func verdict(_ checks: [KernelCheck], errors: [Double]) -> Outcome {
    func excess(_ index: Int) -> Double {
      errors[index].isNaN ? .infinity : errors[index] / checks[index].tolerance
    }
    guard let worst = checks.indices.max(by: { excess($0) < excess($1) }) else {
      return .agrees(error: 0, operation: "")
    }
    let check = checks[worst]
    return excess(worst) <= 1
      ? .agrees(error: errors[worst], operation: check.name)
      : .differs(error: errors[worst], operation: check.name, tolerance: check.tolerance)
  }
}

extension KernelPath {
  /// The line of the report.
  func finding(_ outcome: Outcome) -> Doctor.Finding {
    func show(_ error: Double) -> String {
      error.isNaN ? "not a number" : String(format: "%.1e", error)
    }
    switch outcome {
    case .agrees(let error, let operation):
      return Doctor.Finding(
        name,
        "\(checks.count) operations as in the plain form; largest error \(show(error)) (\(operation))"
      )
    case .differs(let error, let operation, let tolerance):
      return Doctor.Finding(
        name,
        "\(operation) differs from the plain form: error \(show(error)), at most \(show(tolerance)) expected",
        .missing, advice: advice)
    case .ended(let signal, let operation):
      let word =
        switch signal {
        case 0: "the process ended"
        case SIGILL: "illegal instruction"
        case SIGALRM: "no answer in \(Self.patience) s"
        default: "signal \(signal)"
        }
      return Doctor.Finding(name, "\(operation): \(word)", .missing, advice: advice)
    case .untried(let reason):
      return Doctor.Finding(
        name, "not tried: no child process (\(reason))", .warning,
        advice: "allow the program a child process, and ask again")
    }
  }

  private var advice: String {
    name.hasPrefix("OpenBLAS")
      ? "name an older core with OPENBLAS_CORETYPE (Haswell, Sandybridge, Nehalem, Prescott); results need kernels that work"
      : "name another form with TESSERA_KERNELS (v3, baseline), and report this processor"
  }

  /// `{path, operation, error, tolerance, signal}`; what does not apply is null.
  func json(_ outcome: Outcome) -> JSONValue {
    var (operation, error, tolerance, signal) = ("", JSONValue.null, JSONValue.null, JSONValue.null)
    switch outcome {
    case .agrees(let e, let o): (operation, error) = (o, .number(e))
    case .differs(let e, let o, let t): (operation, error, tolerance) = (o, .number(e), .number(t))
    case .ended(let s, let o): (operation, signal) = (o, .number(Double(s)))
    case .untried: break
    }
    return [
      "path": .string(name), "verdict": .string(finding(outcome).verdict.rawValue),
      "operation": .string(operation), "error": error, "tolerance": tolerance, "signal": signal,
    ]
  }
}
