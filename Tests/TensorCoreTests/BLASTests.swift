import CKernels
import TensorCore
import Testing

@Suite struct BLASTests {
  /// OpenBLAS of some releases answers a younger processor with its oldest kernels; CKernels chooses better ones.
  @Test func theKernelsFitTheProcessor() {
    let core = BLAS.configuration.split(separator: " ").last.map(String.init)
    if String(cString: ck_instruction_set()) != "baseline" {
      #expect(core != "Prescott")
    }
    #expect(core?.isEmpty == false)
  }
}
