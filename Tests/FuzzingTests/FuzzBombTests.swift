import Foundation
import Fuzzing
import Testing

/// Inputs that ask for far more than they are long: each reader answers within its bounds of time and memory.
@Suite(.serialized) struct FuzzBombTests {
  @Test(
    arguments: FuzzBomb.all.indices.map {
      "\($0) \(FuzzBomb.all[$0].reader): \(FuzzBomb.all[$0].name)"
    })
  func staysWithinItsBounds(_ title: String) async {
    await #expect(processExitsWith: .success, "\(title)") { [title = title as String] in
      let index = try #require(Int(title.prefix { $0 != " " }))
      let bomb = FuzzBomb.all[index]
      let reader = try #require(FuzzReader.named(bomb.reader))
      let bytes = try bomb.bytes()
      let (seconds, memory) = try FuzzSession.measure(reader, bytes)
      let allowed = 64e6 + bomb.multiple * Double(bytes.count)
      FuzzReaderTests.note("\(title): \(bytes.count) bytes, \(seconds) s, \(memory >> 20) MiB")
      #expect(seconds < Double(FuzzSession.secondsAllowed))
      #expect(Double(memory) < allowed, "\(memory) bytes for an input of \(bytes.count)")
    }
  }
}
