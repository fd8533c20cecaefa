import CKernels
import Foundation

/// The processor as its instructions tell, without `/proc`.
public enum Processor {
  /// Its name for itself; empty where it has none.
  public static let name = String(cString: ck_processor_name())

  /// The instruction sets that matter here, as Linux names them: those that the processor has and whose registers the system
  /// saves. Empty on other processors than x86-64.
  public static let instructions = names(of: ck_processor_instructions())

  /// The threads that this process may run on at once, at least 1.
  public static let allowedThreads = max(Int(ck_allowed_processors()), 1)

  static func names(of sets: UInt32) -> [String] {
    (0..<Int32(CK_INSTRUCTIONS)).filter { sets >> $0 & 1 == 1 }
      .map { String(cString: ck_instructions_name($0)) }
  }

  /// Why nothing can be computed with what was chosen for this processor.
  public enum Problem: Error, Sendable, Equatable, CustomStringConvertible {
    /// `TESSERA_KERNELS` holds a word that is no form.
    case unknownForm(String)
    /// `TESSERA_KERNELS` names a form whose instructions the processor lacks.
    case form(KernelForm, missing: [String])
    /// `OPENBLAS_CORETYPE` names a core whose instructions the processor lacks.
    case coreAsked(String, missing: [String])
    /// OpenBLAS was built for a processor that has more.
    case coreBuilt(String, missing: [String])
    /// The processor lacks what the oldest core of OpenBLAS needs.
    case noCore(missing: [String])

    /// Whether a variable that the user set is the cause.
    public var isAsked: Bool {
      switch self {
      case .unknownForm, .form, .coreAsked: true
      case .coreBuilt, .noCore: false
      }
    }

    /// Whether OpenBLAS, and not the kernels, is what cannot run.
    public var concernsBLAS: Bool {
      switch self {
      case .unknownForm, .form: false
      case .coreAsked, .coreBuilt, .noCore: true
      }
    }

    /// What was expected, what came, and what to do.
    public var description: String {
      switch self {
      case .unknownForm(let word):
        "TESSERA_KERNELS=\(word): expected baseline, v3 or v4; unset it to have the fastest form that this processor runs"
      case .form(let form, let missing):
        "TESSERA_KERNELS asks for \(form.name), but this processor, or the virtual machine, lacks "
          + "\(missing.joined(separator: ", ")); unset it, or name one of "
          + KernelForm.usable.map { "\($0)" }.joined(separator: ", ")
      case .coreAsked(let core, let missing):
        "OPENBLAS_CORETYPE=\(core) asks for kernels that need \(missing.joined(separator: ", ")), which this processor, "
          + "or the virtual machine, lacks; unset it"
      case .coreBuilt(let core, let missing):
        "the installed OpenBLAS has only kernels for \(core), which need \(missing.joined(separator: ", ")); this "
          + "processor, or the virtual machine, lacks that: install libopenblas0-pthread, which chooses at run time, or "
          + "show these instructions to the virtual machine"
      case .noCore(let missing):
        "OpenBLAS needs at least \(missing.joined(separator: ", ")), which this processor, or the virtual machine, lacks: "
          + "run on another, or show it to the virtual machine"
      }
    }
  }

  /// What stands in the way of computing here; empty where all is well.
  public static let problems: [Problem] = {
    var problems: [Problem] = []
    if let word = getenv("TESSERA_KERNELS").map({ String(cString: $0) }), !word.isEmpty {
      if let form = KernelForm(rawValue: ck_form_named(word)) {
        if !form.missing.isEmpty { problems.append(.form(form, missing: form.missing)) }
      } else {
        problems.append(.unknownForm(word))
      }
    }
    let core = String(cString: ck_blas_core_chosen())
    let missing = names(of: ck_blas_core_needs(core) & ~ck_processor_instructions())
    switch Int(ck_blas_core_verdict()) {
    case CK_CORE_ASKED_UNFIT:
      problems.append(.coreAsked(core, missing: missing))
    case CK_CORE_FIXED_UNFIT:
      problems.append(.coreBuilt(core, missing: missing))
    case CK_CORE_NONE:
      let least = ck_blas_core_needs("Prescott") & ~ck_processor_instructions()
      problems.append(.noCore(missing: names(of: least)))
    default: break
    }
    return problems
  }()
}
