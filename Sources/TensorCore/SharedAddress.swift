/// An address that threads may share because each writes its own part of what it points to, or none writes at all.
package struct SharedAddress<Pointee>: @unchecked Sendable {
  /// The address.
  package let address: UnsafeMutablePointer<Pointee>
  /// Shares an address.
  package init(_ address: UnsafeMutablePointer<Pointee>) { self.address = address }
  /// Shares an address that is only read from.
  package init(_ address: UnsafePointer<Pointee>) {
    self.address = UnsafeMutablePointer(mutating: address)
  }
}

/// An address that threads may share because none of them writes to what it points to.
struct SharedConstant<Pointee>: @unchecked Sendable {
  let address: UnsafePointer<Pointee>
  init(_ address: UnsafePointer<Pointee>) { self.address = address }
}
