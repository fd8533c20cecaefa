import Foundation

/// Writes a shell script that can be started at once.
///
/// Another process copies it into place: were it written here, a program that another test starts at that moment would hold it
/// open for writing until it is itself, and the system would refuse to run it ("Text file busy").
public func writeScript(_ text: String, to path: String) throws {
  let source = path + ".text"
  try text.write(toFile: source, atomically: true, encoding: .utf8)
  try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: source)
  let copy = Process()
  copy.executableURL = URL(filePath: "/bin/cp")
  copy.arguments = [source, path]
  try copy.run()
  copy.waitUntilExit()
  try FileManager.default.removeItem(atPath: source)
}
