import Scenes
import TensorCore

/// SPACE as configs have it.
enum SPACEKind: SceneModelKind {
  static let title = "SPACE"

  static func check(_ configuration: SceneConfiguration) throws {
    do {
      _ = try configuration.architecture()
    } catch .architecture(let name, let expected, let found) {
      throw ConfigError.invalid(
        key: "model.\(name)", place: "", expected: expected, found: found)
    }
  }

  static func trainer(_ configuration: SceneConfiguration, random: Philox) throws
    -> SPACETrainer<Float>
  {
    var rates = SPACETrainer<Float>.Rates()
    rates.foreground = configuration.foregroundRate
    rates.warmUpSteps = configuration.warmUpSteps
    rates.background = configuration.backgroundRate
    rates.clipNorm = configuration.clipNorm
    return SPACETrainer(
      SPACE(
        try configuration.architecture(), settings: configuration.settings, random: random),
      rates: rates)
  }
}

extension SceneConfiguration {
  /// The sizes of the model.
  func architecture() throws(SceneError) -> SPACEArchitecture {
    try SPACEArchitecture(
      side: model.side, grid: model.grid, components: model.components, glimpse: model.glimpse,
      widthDivisor: model.widthDivisor, alignsCorners: model.alignsCorners)
  }

  /// The objective, with when its steps begin.
  var settings: SPACESettings { SPACESettings(objective, headStartSteps: headStartSteps) }
}
