/// One thing to time.
struct BenchmarkCase {
  /// The name, the same as the peer's.
  let name: String
  /// The floating-point operations of a call's matrix products; `nil` where they are not what the call is about.
  var operations: Double?
  /// What the time is compared with.
  var peer: Peer = .none
  /// Makes the inputs and returns the call, outside the stopwatch.
  let prepare: () throws -> () throws -> Void

  /// What a case is compared with.
  enum Peer {
    /// Nothing.
    case none
    /// The case of the same name in a script of the peers' folder.
    case script(String)
    /// The plain Swift loop of the same inputs: its ratio falls to about 1 where a kernel has lost its vectors.
    case twin(name: String, call: () -> Void)
  }

  init(
    _ name: String, operations: Double? = nil, peer: Peer = .none,
    prepare: @escaping () throws -> () throws -> Void
  ) {
    self.name = name
    self.operations = operations
    self.peer = peer
    self.prepare = prepare
  }
}
