extension SceneExperiment {
  /// Boxes, counts, segments and pictures; each number is found from means of the latent variables, too.
  public static var metrics: [Metric] {
    [
      Metric("AP", title: "AP", better: .higher, family: "boxes"),
      Metric("AP@0.5", title: "AP@0.5", better: .higher, role: .headline, family: "boxes"),
      Metric("AP@*", title: "AP@*", better: .higher, role: .detail, family: "boxes"),
      Metric("recall@*", title: "recall@*", better: .higher, role: .detail, family: "boxes"),
      Metric("count error", title: "count error", better: .lower, family: "counts"),
      Metric("count accuracy", title: "count accuracy", better: .higher, family: "counts"),
      Metric("overcount", title: "overcount", better: .lower, family: "counts"),
      Metric("undercount", title: "undercount", better: .lower, family: "counts"),
      Metric("objects", title: "objects", family: "counts"),
      Metric("ARI", title: "ARI", better: .higher, family: "segments"),
      Metric("covering", title: "covering", better: .higher, family: "segments"),
      Metric("squared error", title: "squared error", better: .lower, family: "picture"),
      Metric(
        "squared error a value", title: "squared error a value", better: .lower,
        family: "picture"),
      Metric("log-likelihood", title: "log-likelihood", better: .higher, family: "picture"),
      .way("means", "means/*"),
    ]
  }
}
