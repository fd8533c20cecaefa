import Foundation
import Storage

extension JSONValue {
  /// Any encodable value as JSON with sorted keys, for listings of values that other modules define.
  ///
  /// - Throws: what encoding throws.
  public init(encoding value: some Encodable) throws {
    let data = try RunCoding.encoder.encode(value)
    self = try JSONValue(parsing: Array(data)[...], path: "JSON", location: "value")
  }
}
