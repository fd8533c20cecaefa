import Foundation

/// Why a data set could not be made by its Python program.
public enum MakerError: Error, Sendable, Equatable {
  /// The maker's scripts are not found.
  case noScripts(maker: String, folder: String)
  /// There is no Python, or what is called so does not answer.
  case noPython(String, found: String)
  /// The pinned packages have no wheels for this version.
  case wrongPython(String, maker: String, expected: String, found: String)
  /// This Python cannot make virtual environments.
  case noVenv(String, version: String, found: String)
  /// The packages cannot be installed.
  case notInstalled(requirements: String, found: String)
  /// The folder of the environments cannot be written.
  case unwritable(String, found: String)
  /// The program ended with an exit code other than 0, after saying why.
  case failed(maker: String, status: Int32)
  /// A signal came; nothing half-written is left.
  case interrupted(Int32)
}

extension MakerError: CustomStringConvertible, LocalizedError {
  /// The message for a person at a terminal, on one line.
  public var description: String {
    switch self {
    case .noScripts(let maker, let folder):
      "data make \(maker): expected \(maker)/make.py and \(maker)/requirements.txt in \(folder), found none; run it in "
        + "the package's folder, or name its Datasets folder with --scripts"
    case .noPython(let python, let found):
      "data make: expected a Python 3 called \(python), found: \(found); install one (apt-get install python3 "
        + "python3-venv), or name one with --python or TESSERA_MAKER_PYTHON"
    case .wrongPython(let python, let maker, let expected, let found):
      "data make \(maker): expected Python \(expected), for which all pinned packages have wheels, found \(found) as "
        + "\(python); install one of those and name it with --python or TESSERA_MAKER_PYTHON"
    case .noVenv(let python, let version, let found):
      "data make: expected \(python) to make virtual environments, found: \(found); install what it lacks (apt-get "
        + "install python3-venv\(version.isEmpty ? "" : " or python\(version)-venv"))"
    case .notInstalled(let requirements, let found):
      "data make: expected pip to install \(requirements), found: \(found); it needs the network or a mirror named in "
        + "PIP_INDEX_URL, and Linux on x86-64 or arm64"
    case .unwritable(let folder, let found):
      "data make: expected to write \(folder), found: \(found); free it, or name another cache in XDG_CACHE_HOME"
    case .failed(let maker, let status):
      "data make \(maker): expected its program to end with 0, found \(status); what it said stands above, and no "
        + "half-written file is left"
    case .interrupted(let signal):
      "data make: interrupted by \(SignalName.of(signal)); no half-written file is left, and the same "
        + "command starts from the beginning"
    }
  }

  /// The same as ``description``, for code that prints `localizedDescription`.
  public var errorDescription: String? { description }
}
