import TensorCore

extension SPACETrainer {
  /// Signs that training has gone astray, as it does for some seeds (the authors' README says so of their large rooms): better to start
  /// again with another seed than to wait.
  public func finding(in terms: [(name: String, value: Double)]) -> String? {
    Self.finding(
      in: terms, cells: model.architecture.cells, components: model.architecture.components)
  }

  static func finding(
    in terms: [(name: String, value: Double)], cells: Int, components: Int
  ) -> String? {
    let values = Dictionary(terms, uniquingKeysWith: { $1 })
    if let objects = values["scene/objects"] {
      if objects == 0 { return "no cell of the batch holds an object" }
      if objects > 0.9 * Double(cells) { return "nearly every cell holds an object" }
    }
    if let alpha = values["scene/mean alpha"] {
      if alpha > 0.8 {
        return "the foreground draws nearly everything (mean alpha \(Float(alpha)))"
      }
      if alpha < 1e-4 { return "the foreground draws nothing (mean alpha \(Float(alpha)))" }
    }
    if components > 1, let entropy = values["scene/background entropy"], entropy < 1e-3 {
      return "one background segment holds everything (entropy \(Float(entropy)) nats)"
    }
    return nil
  }
}
