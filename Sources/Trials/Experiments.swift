extension ExperimentRegistry {
  /// The experiments of this package, in the order of listings.
  public static let standard: ExperimentRegistry = {
    var registry = ExperimentRegistry()
    registry.register(FairnessExperiment.self)
    return registry
  }()
}
