import CKernels
import COpenBLAS
import Foundation

/// OpenBLAS as this process uses it: one thread per call, because the library splits its own work in a fixed way
/// (OpenBLAS's results differ in the last bit between one thread and two).
public enum BLAS {
  /// What OpenBLAS takes for each thread that calls it; where it is refused, it asks for it without end.
  private static let workSpace = 129 << 20

  private static let oneThread: Void = {
    // A kernel of other processors would end the process without a word.
    let problem = Processor.problems.first { $0.concernsBLAS }
    require(problem == nil, "BLAS: \(problem!)")
    openblas_set_num_threads(1)
    guard SystemMemory.isLimited else { return }
    // More threads than processors never call it at once.
    let callers = min(Parallelism.threads, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    if SystemMemory.availableBytes < callers * workSpace {
      SystemMemory.exhausted(
        bytes: callers * workSpace, for: "the work space of BLAS for \(callers) threads")
    }
    // Taken now, before tensors take the rest, by as many threads as come to it at once.
    let order = 64
    let taken = parallelMap(over: callers) { _ in
      let a = [Float](repeating: 1, count: order * order)
      var c = a
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(order), Int32(order), Int32(order), 1, a,
        Int32(order), a, Int32(order), 0, &c, Int32(order))
      return c[0]
    }
    require(taken.allSatisfy { $0 == Float(order) }, "BLAS: a product of ones gave \(taken)")
  }()

  /// Sets OpenBLAS to one thread; called before its first use.
  @inline(__always)
  static func initialize() { _ = oneThread }

  /// The build of OpenBLAS and the kernel that it runs on this processor.
  public static var configuration: String {
    String(cString: openblas_get_config()) + " " + String(cString: openblas_get_corename())
  }

  /// The kernel alone, by OpenBLAS's name.
  public static var core: String { String(cString: openblas_get_corename()) }

  /// What `OPENBLAS_CORETYPE` asked for where OpenBLAS knows no such core and passed over it.
  public static var unknownCore: String? {
    let asked = String(cString: ck_blas_core_asked())
    return asked.isEmpty || asked.lowercased() == core.lowercased() ? nil : asked
  }

  /// An extent as BLAS wants it.
  @inline(__always)
  static func extent(_ n: Int) -> Int32 {
    require(n <= Int(Int32.max), "BLAS: extent \(n) is beyond 2³¹ − 1")
    return Int32(truncatingIfNeeded: n)
  }

  /// A letter option as LAPACK wants it.
  @inline(__always)
  static func letter(_ letter: Unicode.Scalar) -> CChar { CChar(letter.value) }
}
