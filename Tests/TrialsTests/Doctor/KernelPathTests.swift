import Foundation
import Storage
import TensorCore
import Testing

@testable import Trials

/// Each way through the kernels beside the plain form, and what `doctor` says of one that fails.
///
/// Paths are tried in child processes that have one thread, so each test runs in a process of its own.
@Suite struct KernelPathTests {
  @Test func everyPathOfThisProcessAgreesWithThePlainForm() async {
    await #expect(processExitsWith: .success) {
      let paths = KernelPath.all
      #expect(paths.count >= KernelForm.usable.count + 1)
      for form in KernelForm.usable {
        #expect(paths.contains { $0.name.hasSuffix(form.name) })
      }
      for path in paths {
        guard case .agrees(let error, _) = path.outcome() else {
          Issue.record("\(path.name): \(path.outcome())")
          continue
        }
        // Rounding shows: a comparison with itself would not.
        #expect(error > 0)
      }
    }
  }

  @Test func aWrongKernelIsNamedWithItsError() async {
    await #expect(processExitsWith: .success) {
      let path = KernelPath(
        "kernels x",
        [
          KernelCheck("sums", within: 1e-6) { 1e-7 },
          KernelCheck("convolution", within: 1e-6) { 0.25 },
        ])
      let outcome = path.outcome()
      #expect(outcome == .differs(error: 0.25, operation: "convolution", tolerance: 1e-6))
      let doctor = Doctor(
        runsFolder: NSTemporaryDirectory(), environment: RunEnvironment(dataDirectories: []),
        paths: [path])
      #expect(!doctor.isWell)
      #expect(doctor.text.contains("convolution differs from the plain form: error 2.5e-01"))
      #expect(doctor.json.description.contains(#""operation": "convolution", "error": 0.25"#))
    }
  }

  @Test func notANumberIsAnErrorToo() {
    let checks = [KernelCheck("sums", within: 1) { .nan }]
    guard case .differs(let error, "sums", _) = KernelPath.verdict(checks, errors: [.nan]) else {
      Issue.record("expected a difference")
      return
    }
    #expect(error.isNaN)
    #expect(KernelCheck.largestError([Float.nan], [1]).isNaN)
    #expect(KernelCheck.largestError([Float(1)], [1, 2]).isNaN)
    #expect(KernelCheck.largestError([Float(1), 3], [1, 4]) == 0.25)
  }

  @Test func aPathThatEndsTheProcessIsNamed() async {
    await #expect(processExitsWith: .success) {
      let path = KernelPath(
        "OpenBLAS Zen9",
        [
          KernelCheck("sums", within: 1) { 0 },
          KernelCheck("matrix product", within: 1) {
            raise(SIGILL)
            return 0
          },
          KernelCheck("Cholesky factor", within: 1) { 0 },
        ])
      #expect(path.outcome() == .ended(signal: SIGILL, operation: "matrix product"))
      let finding = path.finding(path.outcome())
      #expect(finding.verdict == .missing)
      #expect(finding.value == "matrix product: illegal instruction")
      #expect(finding.advice.contains("OPENBLAS_CORETYPE"))
    }
  }

  @Test(
    arguments: [
      ("max 100000", 0, 0, nil), ("100000 100000", 0, 0, 1), ("150000 100000", 0, 0, 1.5),
      ("", 50000, 100000, 0.5), ("", -1, 100000, nil), ("junk", -1, 0, nil), ("0 0", 0, 0, nil),
    ] as [(String, Int, Int, Double?)])
  func theLimitOfAControlGroupIsRead(unified: String, share: Int, period: Int, quota: Double?) {
    let older = unified.isEmpty
    #expect(
      HostFacts.quota(
        unified: older ? nil : unified, share: older ? "\(share)\n" : nil,
        period: older ? "\(period)\n" : nil) == quota)
  }

  @Test func theControlGroupIsFoundWhereTheSystemNamesIt() {
    #expect(HostFacts.groupFolder("0::/jobs/7\n") == "/sys/fs/cgroup/jobs/7")
    #expect(HostFacts.groupFolder("12:cpu:/x\n0::/\n") == "/sys/fs/cgroup/")
    #expect(HostFacts.groupFolder("4:cpu:/x\n") == "/sys/fs/cgroup")
    #expect(HostFacts.groupFolder(nil) == "/sys/fs/cgroup")
  }

  @Test func theMachineHasAtLeastOneThread() {
    let host = HostFacts.current
    #expect(host.usableCores >= 1 && host.cores >= host.usableCores)
    #expect(Machine.threads >= 1 && Machine.threads <= host.usableCores)
    #expect(!host.processor.isEmpty)
  }
}
