extension ToyGaussianExperiment {
  /// The true mutual information, at the end and along the way.
  public static var metrics: [Metric] {
    [
      Metric(
        "mutual information.end", title: "end", better: .lower, role: .headline,
        family: "mutual information"),
      Metric(
        "mutual information.*", title: "step *", better: .lower, role: .detail,
        family: "mutual information"),
    ]
  }
}
