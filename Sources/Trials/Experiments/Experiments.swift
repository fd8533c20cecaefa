extension ExperimentRegistry {
  /// The experiments of this package, in the order of listings.
  public static let standard: ExperimentRegistry = {
    var registry = ExperimentRegistry()
    registry.register(FairnessExperiment.self)
    registry.register(ToyGaussianExperiment.self)
    registry.register(IndependenceExperiment.self)
    registry.register(SceneExperiment.self)
    registry.register(DisentanglingExperiment.self)
    registry.register(AdaptationExperiment.self)
    return registry
  }()
}
