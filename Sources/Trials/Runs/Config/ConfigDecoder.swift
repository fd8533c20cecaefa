import Foundation
import Storage

/// Turns resolved settings into the typed configuration.
enum ConfigDecoder {
  /// Decodes `settings`, whose kinds were checked when they were read.
  ///
  /// - Throws: ``ConfigError`` where the type itself refuses the values.
  static func decode<C: Decodable>(_ type: C.Type, from settings: [ConfigSetting]) throws -> C {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      return try decoder.decode(C.self, from: Data(ConfigText.json(settings).utf8))
    } catch DecodingError.dataCorrupted(let context) {
      throw problem(settings, context)
    } catch DecodingError.typeMismatch(_, let context) {
      throw problem(settings, context)
    } catch DecodingError.valueNotFound(_, let context) {
      throw problem(settings, context)
    } catch DecodingError.keyNotFound(let key, _) {
      throw ConfigError.unsupported(
        type: "\(C.self)", key: key.stringValue, reason: "decoded, but never encoded")
    }
  }

  private static func problem(_ settings: [ConfigSetting], _ context: DecodingError.Context)
    -> ConfigError
  {
    let key = context.codingPath.filter { $0.intValue == nil }.map(\.stringValue)
      .joined(separator: ".")
    let setting = settings.first { $0.key == key }
    return .wrongType(
      key: key, place: setting?.origin.description ?? "default",
      expected: setting?.kind.expectation ?? "another value",
      found: "`\(setting?.value.yaml ?? "?")` (\(context.debugDescription))", suggestion: nil)
  }
}
