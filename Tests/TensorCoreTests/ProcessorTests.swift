import CKernels
import Foundation
import TensorCore
import Testing

/// What is chosen for a processor, as a function of its instructions alone.
@Suite struct ProcessorTests {
  /// The bits of instruction sets by their names.
  private static func sets(_ names: String) -> UInt32 {
    let all = (0..<Int32(CK_INSTRUCTIONS)).map { String(cString: ck_instructions_name($0)) }
    var bits: UInt32 = 0
    for name in names.split(separator: " ") {
      guard let place = all.firstIndex(of: String(name)) else {
        Issue.record("no instruction set is called \(name)")
        continue
      }
      bits |= 1 << UInt32(place)
    }
    return bits
  }

  private static let v2 = "sse3 ssse3 sse4_1 sse4_2 popcnt cx16 lahf_lm"
  private static let v3 = "\(v2) avx f16c fma avx2 bmi1 bmi2 lzcnt movbe"
  private static let v4 = "\(v3) avx512f avx512cd avx512bw avx512dq avx512vl"

  private static func without(_ names: String, _ set: String) -> String {
    names.split(separator: " ").filter { $0 != set }.joined(separator: " ")
  }

  private static let forms: [(String, KernelForm)] = [
    ("", .baseline), (v2, .baseline), (v3, .v3), (v4, .v4),
    // A virtual machine that masks one of them.
    (without(v3, "fma"), .baseline), (without(v3, "avx2"), .baseline),
    (without(v3, "movbe"), .baseline), (without(v4, "avx512vl"), .v3),
    (without(v4, "bmi2"), .baseline), ("\(v4) avx512_bf16 amx_tile", .v4),
  ]

  @Test(arguments: forms)
  func theFormFitsTheInstructions(names: String, form: KernelForm) {
    #expect(ck_best_form(Self.sets(names)) == form.rawValue)
  }

  private static let cores: [(String, String, String)] = [
    // What OpenBLAS chose is kept where it can run and nothing faster can.
    ("\(v4) avx512_bf16", "Cooperlake", "Cooperlake"), (v4, "SkylakeX", "SkylakeX"),
    (v3, "Haswell", "Haswell"), (v3, "Zen", "Zen"), ("\(v2) avx", "Sandybridge", "Sandybridge"),
    ("\(v2) avx fma4", "Bulldozer", "Bulldozer"), (v2, "Nehalem", "Nehalem"),
    ("sse3 ssse3", "Atom", "Atom"), ("sse3 3dnow", "Opteron", "Opteron"),
    // A model whose instructions are masked: qemu64 and a Haswell without FMA, of which both died.
    ("sse3 cx16 lahf_lm", "Opteron", "Prescott"), (without(v3, "fma"), "Haswell", "Sandybridge"),
    (without(v3, "avx2"), "Haswell", "Sandybridge"), (v2, "Haswell", "Nehalem"),
    (v3, "SkylakeX", "Haswell"), (v4, "Cooperlake", "SkylakeX"),
    ("\(v2) avx", "Piledriver", "Sandybridge"),
    (without(v4, "bmi2"), "SkylakeX", "Haswell"),
    // A model that OpenBLAS does not know, or takes for an old one.
    (v3, "Prescott", "Haswell"), (v4, "Prescott", "SkylakeX"),
    ("\(v3) 3dnow", "Opteron", "Haswell"),
    (v2, "Prescott", "Nehalem"), (v4, "Zen9", "SkylakeX"), (v3, "Unknown", "Haswell"),
  ]

  @Test(arguments: cores)
  func theCoreFitsTheInstructions(names: String, chosen: String, expected: String) {
    let core = ck_blas_core(Self.sets(names), chosen).map { String(cString: $0) }
    #expect(core == expected)
    #expect(ck_blas_core_needs(core ?? "") & ~Self.sets(names) == 0)
  }

  @Test func aProcessorWithoutAnyCoreHasNone() {
    #expect(ck_blas_core(0, "Prescott") == nil)
    #expect(ck_blas_core(Self.sets("3dnow"), "Opteron") == nil)
  }

  @Test func aNameInAnySpellingOfLettersIsTheSameCore() {
    #expect(ck_blas_core_needs("haswell") == ck_blas_core_needs("HASWELL"))
    #expect(ck_blas_core_needs("Haswell") == Self.sets("sse3 avx avx2 fma"))
    #expect(ck_blas_core_needs("Northwood") == 0)
  }

  /// What the processor has counts only if the system saves its registers.
  @Test func registersThatTheSystemDoesNotSaveAreNotUsed() {
    var registers = ck_processor_registers()
    registers.leaf1_ecx = ~0
    registers.leaf7_ebx = ~0
    registers.leaf7_ecx = ~0
    registers.leaf7_edx = ~0
    registers.leaf7_1_eax = ~0
    registers.extended_ecx = ~0
    #expect(ck_best_form(ck_usable_instructions(&registers)) == CK_FORM_BASELINE)
    #expect(ck_usable_instructions(&registers) & Self.sets("sse3") != 0)
    registers.saved = 0x7
    #expect(ck_best_form(ck_usable_instructions(&registers)) == CK_FORM_V3)
    registers.saved = 0xE7
    #expect(ck_best_form(ck_usable_instructions(&registers)) == CK_FORM_V4)
    #expect(ck_usable_instructions(&registers) & Self.sets("amx_tile") == 0)
    registers.saved = 0x600E7
    #expect(ck_usable_instructions(&registers) & Self.sets("amx_tile") != 0)
  }

  /// A machine that shows AVX2 or AVX-512 and hides what they build on.
  @Test func aSetWithoutWhatItBuildsOnIsNotUsed() {
    var registers = ck_processor_registers()
    registers.saved = 0xE7
    registers.leaf1_ecx = ~(1 << 28)
    registers.leaf7_ebx = ~0
    registers.extended_ecx = ~0
    let usable = ck_usable_instructions(&registers)
    #expect(usable & Self.sets("avx fma avx2 f16c fma4 avx512f avx512vl") == 0)
    #expect(usable & Self.sets("sse4_2 bmi2") == Self.sets("sse4_2 bmi2"))
  }

  @Test(arguments: [
    ("v4", 2), ("v3", 1), ("baseline", 0), ("x86-64-v3", 1), ("X86-64-V4", 2), ("BASELINE", 0),
    ("", -1), ("v5", -1), ("avx2", -1), ("x86-64", -1), (" v3", -1),
  ])
  func formsHaveNames(word: String, form: Int32) {
    #expect(ck_form_named(word) == form)
  }

  /// The compiler's runtime reads the same registers.
  @Test func thisProcessorIsReadAsTheSystemReadsIt() {
    #expect(KernelForm.usable.last == .baseline)
    #expect(KernelForm.usable.contains(VectorKernels.form))
    #expect(VectorKernels.form.missing.isEmpty)
    #if arch(x86_64)
      #expect(Processor.instructions.contains("sse3"))
      #expect(Processor.problems.isEmpty)
    #endif
  }

  @Test func aFormThatTheProcessorLacksIsRefused() async {
    await #expect(processExitsWith: .success) {
      for form in KernelForm.allCases where !KernelForm.usable.contains(form) {
        #expect(!VectorKernels.use(form))
        #expect(KernelForm.usable.contains(VectorKernels.form))
      }
      #expect(VectorKernels.use(.baseline))
      #expect(VectorKernels.form == .baseline)
    }
  }

  @Test func aChildThatEndsBySignalIsNamed() async {
    await #expect(processExitsWith: .success) {
      #expect(ChildProcess.run {} == 0)
      #expect(ChildProcess.run { raise(SIGILL) } == SIGILL)
      #expect(ChildProcess.run { raise(SIGSEGV) } == SIGSEGV)
    }
  }
}
