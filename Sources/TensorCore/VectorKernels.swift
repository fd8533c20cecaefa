import CKernels

/// The float32 kernels that choose their instruction set when the program runs.
public enum VectorKernels {
  /// What they run with: `x86-64-v4`, `x86-64-v3` or `baseline`.
  public static var instructionSet: String { String(cString: ck_instruction_set()) }
}
