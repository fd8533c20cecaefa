import Datasets

extension SceneRecipe {
  /// Lays settings over this recipe, as over a config: `side=128`, `shapes=disc,star`.
  ///
  /// - Throws: ``ConfigError`` for a key that does not exist, with the nearest that does, or a value of another kind or out of its
  ///   range; what must hold between keys, `validate()` checks.
  public mutating func lay(_ arguments: [String]) throws {
    // Declarations are those of the defaults: this recipe may have been decoded.
    let template = try ConfigTemplate(SceneRecipe(), name: "scenes") { _ in }
    var layers = ConfigLayers(template: template, isSweep: false)
    layers.settings = try template.settings(withValuesOf: self)
    try layers.lay(arguments)
    try template.check(layers.settings)
    self = try ConfigDecoder.decode(SceneRecipe.self, from: layers.settings)
  }
}
