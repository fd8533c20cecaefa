extension BenchmarkCatalog {
  /// The suites of this package, in the order of listings.
  public static let standard = BenchmarkCatalog([
    TensorSuite.self, InfominSuite.self, AttentionSuite.self, SpaceSuite.self,
  ])
}
