import ArgumentParser
import Trials

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show what is installed, which kernels run, how much room there is, what to install.")

  @OptionGroup var places: PlaceOptions
  @OptionGroup var listing: ListingOptions

  func run() throws {
    let doctor = Doctor(runsFolder: places.runsFolder, environment: places.environment)
    try listing.show(doctor.text, doctor.json)
    if !doctor.isWell { throw ExitCode(1) }
  }
}
