import CKernels

/// A form in which every float32 kernel is compiled; each gives its own last bits.
public enum KernelForm: Int32, Sendable, CaseIterable {
  /// Plain x86-64, or another processor.
  case baseline = 0
  /// AVX2 with fused multiply-adds.
  case v3 = 1
  /// AVX-512.
  case v4 = 2

  /// `x86-64-v4`, `x86-64-v3` or `baseline`.
  public var name: String { self == .baseline ? "baseline" : "x86-64-\(self)" }

  /// The instruction sets that it needs and this processor lacks, as Linux names them.
  public var missing: [String] {
    Processor.names(of: ck_form_needs(rawValue) & ~ck_processor_instructions())
  }

  /// The forms that this processor can run, the fastest first.
  public static var usable: [KernelForm] { allCases.reversed().filter { $0.missing.isEmpty } }
}

/// The float32 kernels that choose their instruction set when the program runs.
public enum VectorKernels {
  /// What they run with: the fastest form that the processor has, unless `TESSERA_KERNELS` (`baseline`, `v3` or `v4`) names
  /// another.
  public static var form: KernelForm { KernelForm(rawValue: ck_form_in_use()) ?? .baseline }

  /// The name of ``form``.
  public static var instructionSet: String { form.name }

  /// Runs them in another form from here on, everywhere in the process; `false` where the processor lacks it.
  ///
  /// For `doctor` and for tests in a process of their own: results of one computation must not mix forms.
  package static func use(_ form: KernelForm) -> Bool { ck_use_form(form.rawValue) != 0 }
}
