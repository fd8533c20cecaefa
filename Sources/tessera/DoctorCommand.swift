import ArgumentParser
import Trials

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show what is installed, which kernels run, how much room there is, what to install.",
    discussion: """
      Every form of the kernels that this processor can run, and OpenBLAS, does each operation once in a process of its
      own, beside the plain form: a wrong or impossible one is named, and the exit code is 1.

      TESSERA_KERNELS=v4, v3 or baseline runs the kernels of another instruction set; each has its own last bits.
      OPENBLAS_CORETYPE (SkylakeX, Haswell, Sandybridge, Nehalem, Prescott, …) names OpenBLAS's. What the processor lacks
      is refused.
      """)

  @OptionGroup var places: PlaceOptions
  @OptionGroup var listing: ListingOptions

  func run() throws {
    let doctor = Doctor(runsFolder: places.runsFolder, environment: places.environment)
    try listing.show(doctor.text, doctor.json)
    if !doctor.isWell { throw ExitCode(1) }
  }
}
