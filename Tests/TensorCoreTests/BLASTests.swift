import TensorCore
import Testing

@Suite struct BLASTests {
  /// OpenBLAS of some releases answers a younger processor with its oldest kernels; CKernels chooses better ones.
  @Test func theKernelsFitTheProcessor() {
    let core = BLAS.configuration.split(separator: " ").last.map(String.init)
    if VectorKernels.instructionSet != "baseline" {
      #expect(core != "Prescott")
    }
    #expect(core?.isEmpty == false)
  }
}
