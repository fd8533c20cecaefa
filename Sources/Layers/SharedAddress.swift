/// An address that threads may share because each writes its own part of what it points to, or none writes at all.
struct SharedAddress<Pointee>: @unchecked Sendable {
  let address: UnsafeMutablePointer<Pointee>

  init(_ address: UnsafeMutablePointer<Pointee>) { self.address = address }

  /// An address that is only read from.
  init(_ address: UnsafePointer<Pointee>) { self.address = UnsafeMutablePointer(mutating: address) }
}
