extension ExperimentRegistry {
  /// The experiments of this package, in the order of listings.
  public static let standard: ExperimentRegistry = {
    let registry = ExperimentRegistry()
    return registry
  }()
}
