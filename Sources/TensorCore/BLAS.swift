import COpenBLAS

/// OpenBLAS as this process uses it: one thread a call, because the library splits its own work in a fixed way
/// (OpenBLAS's results differ in the last bit between one thread and two).
public enum BLAS {
  private static let oneThread: Void = openblas_set_num_threads(1)

  /// Sets OpenBLAS to one thread; called before its first use.
  @inline(__always)
  static func initialize() { _ = oneThread }

  /// The build of OpenBLAS and the kernel that it chose for this processor.
  public static var configuration: String {
    initialize()
    return String(cString: openblas_get_config()) + " "
      + String(cString: openblas_get_corename())
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
