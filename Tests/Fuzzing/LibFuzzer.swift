import Foundation
import Storage

// What libFuzzer calls. `Scripts/fuzz` links this module with it; in any other program these are idle symbols.

private let reader: FuzzReader = {
  let name = ProcessInfo.processInfo.environment["FUZZ_READER"] ?? ""
  guard let reader = FuzzReader.named(name) else {
    let known = FuzzReader.all.map(\.name).joined(separator: ", ")
    FileHandle.standardError.write(
      Data("FUZZ_READER: expected one of \(known), found `\(name)`\n".utf8))
    exit(2)
  }
  return reader
}()

private let folder: FuzzFolder = {
  guard let made = try? FuzzFolder() else { exit(2) }
  return made
}()

/// Runs the reader that `FUZZ_READER` names over one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  reader.run(Array(UnsafeBufferPointer(start: bytes, count: count)), in: folder)
  return 0
}

/// With `FUZZ_PREPARE` a folder, writes the reader's seeds to `seeds` in it, its words to `words` and the length that is worth
/// its time to `longest`, and ends.
@_cdecl("LLVMFuzzerInitialize")
public func fuzzInitialize(
  _ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutableRawPointer?
) -> CInt {
  // A wrong name ends the program here; while an input is read, that would count as a crash.
  _ = reader.name
  guard let place = ProcessInfo.processInfo.environment["FUZZ_PREPARE"] else {
    atexit { folder.remove() }
    return 0
  }
  do {
    try FileManager.default.createDirectory(
      atPath: place + "/seeds", withIntermediateDirectories: true)
    for (index, seed) in try reader.seeds().enumerated() {
      try AtomicFile.write(seed, to: "\(place)/seeds/seed-\(index)")
    }
    let lines = reader.words.map { word in
      "\"" + word.utf8.map { "\\x" + String(0x100 + Int($0), radix: 16).dropFirst() }.joined()
        + "\"\n"
    }
    try AtomicFile.write(lines.joined(), to: place + "/words")
    try AtomicFile.write("\(reader.longest)", to: place + "/longest")
  } catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(1)
  }
  exit(0)
}
