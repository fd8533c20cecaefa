import CKernels

/// The words of the command line.
public enum ProgramArguments {
  /// The program's name, then its arguments.
  ///
  /// Swift reads them from `/proc`, and has none where that is missing: a container, a chroot.
  public static let all: [String] = {
    if !CommandLine.arguments.isEmpty { return CommandLine.arguments }
    var arguments: [String] = []
    while let word = ck_argument(Int32(arguments.count)) { arguments.append(String(cString: word)) }
    return arguments
  }()
}
