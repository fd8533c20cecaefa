import Foundation
import Testing

/// The program on machines that lack something: instructions, `/proc`, a variable that makes sense.
@Suite struct MachineTests {
  private static let isBuilt = Program.isBuilt

  /// Whether a command can be run at all.
  private static func works(_ command: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0 && process.terminationReason == .exit
  }

  private static let emulates = isBuilt && works(["qemu-x86_64", "--version"])
  private static let hidesProc =
    isBuilt && works(["unshare", "-m", "sh", "-c", "mount -t tmpfs none /proc"])

  private static let configuration = """
    experiment: toy-gaussian
    seed: 0
    method: pearson

    """

  /// A short run in a folder of its own.
  private func run(_ environment: [String: String] = [:], through wrapper: [String] = []) throws
    -> Program.Ending
  {
    var ending: Program.Ending?
    try Program.withFolder { folder in
      let file = folder + "/toy.yaml"
      try Self.configuration.write(toFile: file, atomically: true, encoding: .utf8)
      ending = try Program.run(
        ["run", file, "--quick", "--quiet", "--runs", folder + "/runs"], environment,
        through: wrapper)
    }
    return try #require(ending)
  }

  /// Processors whose model has more than they show, and old ones.
  @Test(
    .enabled(if: emulates, "qemu-user is not installed"),
    arguments: ["qemu64", "kvm64", "Nehalem", "Haswell,-fma", "Haswell,-avx2", "max,-avx2"])
  func runsOnProcessorsThatLackInstructions(processor: String) throws {
    let ending = try run(through: ["qemu-x86_64", "-cpu", processor])
    #expect(ending.code == 0 && !ending.wasKilled, "\(ending)")
    #expect(ending.output.contains("mutual information"))
  }

  @Test(.enabled(if: emulates, "qemu-user is not installed"))
  func saysWhatAProcessorLacks() throws {
    let ending = try run(through: ["qemu-x86_64", "-cpu", "kvm64,-sse3"])
    #expect(ending.code == 1 && !ending.wasKilled, "\(ending)")
    #expect(ending.error.contains("OpenBLAS needs at least sse3"))
    let asked = try run(
      through: ["qemu-x86_64", "-cpu", "qemu64", "-E", "OPENBLAS_CORETYPE=Haswell"])
    #expect(asked.code == 2 && !asked.wasKilled, "\(asked)")
    #expect(
      asked.error.contains("OPENBLAS_CORETYPE=Haswell asks for kernels that need avx, fma, avx2"))
    let form = try run(through: ["qemu-x86_64", "-cpu", "Nehalem", "-E", "TESSERA_KERNELS=v3"])
    #expect(form.code == 2 && !form.wasKilled, "\(form)")
    #expect(form.error.contains("asks for x86-64-v3"))
  }

  /// Swift reads the arguments from /proc: without it the program printed its help and was content.
  @Test(.enabled(if: hidesProc, "no mount namespace can be had"))
  func runsWithoutProc() throws {
    let hidden = ["unshare", "-m", "sh", "-c", "mount -t tmpfs none /proc && exec \"$0\" \"$@\""]
    let ending = try run(through: hidden)
    #expect(ending.code == 0, "\(ending)")
    #expect(ending.output.contains("mutual information"))
    let doctor = try Program.run(["doctor", "--json"], through: hidden)
    #expect(doctor.output.contains(#""well": true"#))
    #expect(!doctor.output.contains("unknown, "))
  }

  @Test(.enabled(if: isBuilt, "the program is not built"))
  func refusesWordsThatNameNoForm() throws {
    let ending = try run(["TESSERA_KERNELS": "avx2"])
    #expect(ending.code == 2)
    #expect(ending.error.contains("TESSERA_KERNELS=avx2: expected baseline, v3 or v4"))
    let doctor = try Program.run(["doctor"], ["TESSERA_KERNELS": "avx2"])
    #expect(doctor.code == 1)
    #expect(doctor.output.contains("TESSERA_KERNELS=avx2"))
  }

  /// Thread counts, cores and locales of other programs change nothing.
  @Test(.enabled(if: isBuilt, "the program is not built"))
  func variablesOfOtherProgramsChangeNoResult() throws {
    func result(_ environment: [String: String]) throws -> Substring {
      let ending = try run(environment)
      #expect(ending.code == 0, "\(environment): \(ending)")
      return ending.output.drop { $0 != "\n" }
    }
    let plain = try result([:])
    for environment in [
      ["OPENBLAS_NUM_THREADS": "64", "OMP_NUM_THREADS": "64"],
      ["OPENBLAS_NUM_THREADS": "0", "OMP_NUM_THREADS": "0"],
      ["OPENBLAS_NUM_THREADS": "junk", "OMP_NUM_THREADS": "-1,a"],
      ["OPENBLAS_CORETYPE": "NoSuchCore"], ["OPENBLAS_CORETYPE": ""], ["TESSERA_KERNELS": ""],
      ["LC_ALL": "de_DE.UTF-8", "LC_NUMERIC": "de_DE.UTF-8", "TZ": "Mars/Olympus"],
    ] {
      #expect(try result(environment) == plain, "\(environment)")
    }
  }

  @Test(.enabled(if: isBuilt, "the program is not built"))
  func doctorTriesEveryPath() throws {
    let doctor = try Program.run(["doctor", "--json"])
    #expect(doctor.code == 0, "\(doctor)")
    #expect(doctor.output.contains(#""path": "kernels baseline", "verdict": "ok""#))
    #expect(doctor.output.contains(#""path": "OpenBLAS "#))
  }
}
